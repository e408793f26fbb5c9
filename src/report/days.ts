// Days of a time zone. Offsets change at whole quarters of an hour only, so each quarter is asked for once.
import { TokentrailError } from '../model/errors.js';
import { formatLocal, MICROS_PER_MS, type Instant } from '../model/time.js';

const QUARTER_MICROS = 15 * 60 * 1_000_000;

export interface Zone {
  /** Its name, as IANA has it. */
  readonly name: string;
  /** The day `YYYY-MM-DD` of an instant. */
  readonly dayOf: (instant: Instant) => string;
  /** `YYYY-MM-DD HH:MM:SS` of an instant. */
  readonly timeOf: (instant: Instant) => string;
}

const pad = (n: number): string => String(n).padStart(2, '0');

const localDayOf = (ms: number): string => {
  const date = new Date(ms);
  return `${String(date.getFullYear()).padStart(4, '0')}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
};

function quarterly(dayOfMs: (ms: number) => string): Zone['dayOf'] {
  const known = new Map<number, string>();
  return (instant) => {
    const quarter = Math.floor(instant / QUARTER_MICROS);
    let day = known.get(quarter);
    if (day === undefined) known.set(quarter, (day = dayOfMs((quarter * QUARTER_MICROS) / MICROS_PER_MS)));
    return day;
  };
}

/**
 * The zone of that name; the viewer's own if it is null.
 *
 * @throws USAGE if there is none.
 */
export function zoneNamed(name: string | null): Zone {
  if (name === null) {
    // Without a formatter, whose first use costs a day's worth of records.
    const timeOf = (instant: Instant): string => formatLocal(instant).slice(0, 19);
    return { name: Intl.DateTimeFormat().resolvedOptions().timeZone, dayOf: quarterly(localDayOf), timeOf };
  }
  if (/^utc$/i.test(name)) {
    const iso = (ms: number): string => new Date(ms).toISOString();
    const timeOf = (instant: Instant): string =>
      iso(instant / MICROS_PER_MS)
        .slice(0, 19)
        .replace('T', ' ');
    return { name: 'UTC', dayOf: quarterly((ms) => iso(ms).slice(0, 10)), timeOf };
  }
  let format: Intl.DateTimeFormat;
  try {
    // Swedish days are written as ISO has them.
    format = new Intl.DateTimeFormat('sv-SE', { timeZone: name, year: 'numeric', month: '2-digit', day: '2-digit' });
  } catch (error) {
    throw new TokentrailError('USAGE', `--tz "${name}" is no time zone.`, {
      suggestions: ['Give it as Europe/Berlin, Asia/Kolkata or UTC.'],
      cause: error,
    });
  }
  const { timeZone } = format.resolvedOptions();
  const times = new Intl.DateTimeFormat('sv-SE', { timeZone: name, dateStyle: 'short', timeStyle: 'medium' });
  return {
    // What it is called today where it was asked for so; the runtime knows some by their former names.
    name: timeZone.toLowerCase() === name.toLowerCase() ? timeZone : name,
    dayOf: quarterly((ms) => format.format(ms)),
    timeOf: (instant) => times.format(instant / MICROS_PER_MS),
  };
}
