// Money as whole pico-dollars (10^-12), so that sums are exact. Outside of the program it is a decimal text.

const DIGITS = 12;
/** The most that a column holds. */
export const LARGEST_PICO = 2n ** 63n - 1n;
const DECIMAL = /^(-?)(\d{1,40})(?:\.(\d{1,40}))?(?:[eE]([+-]?\d{1,3}))?$/;

/** Pico-dollars of a decimal text in dollars, rounded half to even; null if it is no number, or larger than int64 can hold. */
export function picoOf(text: string): bigint | null {
  const match = DECIMAL.exec(text);
  if (match === null) return null;
  const [, sign, whole, fraction = '', exponent = '0'] = match;
  const digits = BigInt(whole! + fraction);
  const shift = DIGITS - fraction.length + Number(exponent);
  if (Math.abs(shift) > 1000) return digits === 0n ? 0n : null;
  const pico = shift >= 0 ? digits * 10n ** BigInt(shift) : dividedEvenly(digits, 10n ** BigInt(-shift));
  if (pico > LARGEST_PICO) return null;
  return sign === '-' ? -pico : pico;
}

/** The quotient of two positive numbers, rounded half to even. */
export function dividedEvenly(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  const twice = 2n * (dividend % divisor);
  if (twice < divisor || (twice === divisor && quotient % 2n === 0n)) return quotient;
  return quotient + 1n;
}

/** Dollars as a decimal text without an exponent and without zeros at its end: `0.6`, `12`. */
export function dollars(pico: bigint): string {
  const digits = (pico < 0n ? -pico : pico).toString().padStart(DIGITS + 1, '0');
  let end = digits.length;
  while (end > digits.length - DIGITS && digits[end - 1] === '0') end--;
  const fraction = digits.slice(-DIGITS, end === digits.length ? undefined : end);
  return `${pico < 0n ? '-' : ''}${digits.slice(0, -DIGITS)}${fraction === '' ? '' : `.${fraction}`}`;
}
