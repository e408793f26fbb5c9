// Numbers that a float32 narrowed.

/** The shortest decimal that a float32 of this value stands for, as it was before it was narrowed: `0.08` for 0.07999999821186066. */
export function float32Text(value: number): string {
  for (let digits = 1; digits < 10; digits++) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return text;
  }
  return String(value);
}
