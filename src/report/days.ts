// Days of a time zone. Offsets change at whole quarters of an hour only, so each quarter is asked for once.
import { TokentrailError } from '../model/errors.js';
import { formatInstant, formatLocal, MICROS_PER_MS, MICROS_PER_SECOND, parseInstant, type Instant } from '../model/time.js';

const QUARTER_MICROS = 15 * 60 * 1_000_000;

export interface Zone {
  /** Its name, as IANA has it. */
  readonly name: string;
  /** The day `YYYY-MM-DD` of an instant. */
  readonly dayOf: (instant: Instant) => string;
  /** The first instant of a day `YYYY-MM-DD`, or of the day after it; of one that the zone left out, the first after it. */
  readonly edgeOf: (day: string, edge: 'start' | 'end') => Instant;
  /** `YYYY-MM-DD HH:MM:SS` of an instant. */
  readonly timeOf: (instant: Instant) => string;
  /** An instant as RFC 3339 with its offset there, to the microsecond; in UTC where that offset is no whole number of minutes. */
  readonly stampOf: (instant: Instant) => string;
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

const HOUR_MICROS = 4 * QUARTER_MICROS;

/** Looks for the first quarter of an hour of a day: zones lie within 26 hours of UTC's day. */
function edgeBy(dayOf: Zone['dayOf']): Zone['edgeOf'] {
  return (day, edge) => {
    const midnight = parseInstant(`${day}T00:00:00Z`)! + (edge === 'end' ? 24 * HOUR_MICROS : 0);
    const wanted = formatInstant(midnight).slice(0, 10);
    let at = midnight - 26 * HOUR_MICROS;
    while (dayOf(at) < wanted) at += QUARTER_MICROS;
    return at;
  };
}

/** A zone with what follows from its days. */
const zoneOf = (name: string, dayOf: Zone['dayOf'], timeOf: Zone['timeOf']): Zone => ({
  name,
  dayOf,
  timeOf,
  edgeOf: edgeBy(dayOf),
  stampOf: (instant) => stampBy(timeOf, instant),
});

const MINUTE_MICROS = 60 * MICROS_PER_SECOND;

function stampBy(timeOf: Zone['timeOf'], instant: Instant): string {
  const second = Math.floor(instant / MICROS_PER_SECOND) * MICROS_PER_SECOND;
  const wall = parseInstant(`${timeOf(instant).replace(' ', 'T')}Z`);
  const minutes = wall === null ? NaN : (wall - second) / MINUTE_MICROS;
  if (minutes === 0 || !Number.isInteger(minutes)) return formatInstant(instant);
  const size = Math.abs(minutes);
  const offset = `${minutes < 0 ? '-' : '+'}${pad(Math.floor(size / 60))}:${pad(size % 60)}`;
  return `${formatInstant(wall! + (instant - second)).slice(0, -1)}${offset}`;
}

/** Whether there is a zone of that name. */
export function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('sv-SE', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
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
    // Node takes a TZ that it doesn't know for UTC, and names none.
    const local = Intl.DateTimeFormat().resolvedOptions().timeZone as string | undefined;
    return zoneOf(local ?? 'UTC', quarterly(localDayOf), timeOf);
  }
  if (/^utc$/i.test(name)) {
    const iso = (ms: number): string => new Date(ms).toISOString();
    const timeOf = (instant: Instant): string =>
      iso(instant / MICROS_PER_MS)
        .slice(0, 19)
        .replace('T', ' ');
    return zoneOf(
      'UTC',
      quarterly((ms) => iso(ms).slice(0, 10)),
      timeOf,
    );
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
  // What it is called today where it was asked for so; the runtime knows some by their former names.
  const known = timeZone.toLowerCase() === name.toLowerCase() ? timeZone : name;
  return zoneOf(
    known,
    quarterly((ms) => format.format(ms)),
    (instant) => times.format(instant / MICROS_PER_MS),
  );
}
