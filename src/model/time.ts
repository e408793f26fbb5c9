// Instants as whole microseconds since 1970 UTC, read strictly and written as RFC 3339.

/** Microseconds since 1970-01-01T00:00:00Z. */
export type Instant = number;

const RFC3339 = /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?:([Zz])|([+-])(\d{2}):(\d{2}))$/;

export const MICROS_PER_SECOND = 1_000_000;
export const MICROS_PER_MS = 1000;

/** The last millisecond whose microseconds are exact, in the year 2255; a later time is none. */
export const LAST_MS = Math.floor(Number.MAX_SAFE_INTEGER / MICROS_PER_MS);

export const fromMs = (ms: number): Instant => Math.round(ms * MICROS_PER_MS);

/** The day that was read last: the lines of a log mostly have the same. */
const lastDay = { text: '', ms: 0 };

/** The two digits at `at`; NaN if they are none. */
function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48;
  const ones = text.charCodeAt(at + 1) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : NaN;
}

/** `2026-05-04T10:00:01.000Z`, the form of nearly every line; null for any other, and for what is no time. */
function parseUsual(text: string): Instant | null {
  if (text.length !== 24 || text[10] !== 'T' || text[13] !== ':' || text[16] !== ':' || text[19] !== '.' || text[23] !== 'Z') return null;
  if (!text.startsWith(lastDay.text) || lastDay.text === '') {
    const day = parseAny(`${text.slice(0, 10)}T00:00:00Z`);
    if (day === null) return null;
    lastDay.text = text.slice(0, 10);
    lastDay.ms = day / MICROS_PER_MS;
  }
  const hour = twoDigits(text, 11);
  const minute = twoDigits(text, 14);
  const second = twoDigits(text, 17);
  const ms = twoDigits(text, 20) * 10 + (twoDigits(text, 21) % 10);
  const time = ((hour * 60 + minute) * 60 + second) * 1000 + ms;
  const whole = lastDay.ms + time;
  return hour <= 23 && minute <= 59 && second <= 59 && ms >= 0 && whole <= LAST_MS ? whole * MICROS_PER_MS : null;
}

/**
 * Reads an RFC 3339 time with an offset. Returns null for anything else, also for a day or an hour that does not exist
 * (`Date.parse` would turn 30 February into 2 March), and for a time that is no exact number of microseconds.
 */
export function parseInstant(text: unknown): Instant | null {
  return typeof text !== 'string' ? null : (parseUsual(text) ?? parseAny(text));
}

function parseAny(text: string): Instant | null {
  const m = RFC3339.exec(text);
  if (m === null) return null;
  const [year, month, day, hour, minute, second] = m.slice(1, 7).map(Number) as [number, number, number, number, number, number];
  if (hour > 23 || minute > 59 || second > 60) return null;
  const ms = Date.UTC(year, month - 1, day, hour, minute, Math.min(second, 59));
  const date = new Date(ms);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day || date.getUTCFullYear() !== year) return null;
  const fraction = Number((m[7] ?? '').padEnd(6, '0').slice(0, 6));
  const offset = m[9] === undefined ? 0 : (m[9] === '-' ? -1 : 1) * (Number(m[10]) * 60 + Number(m[11]));
  if (Math.abs(offset) > 24 * 60 || Number(m[11] ?? 0) > 59) return null;
  // The offset first: near the last exact instant, the sum without it is not exact.
  const instant = (ms - offset * 60_000) * MICROS_PER_MS + fraction;
  return Number.isSafeInteger(instant) ? instant : null;
}

/** `2026-05-04T10:00:01.000Z`; six digits only where the microseconds need them. */
export function formatInstant(instant: Instant): string {
  const ms = Math.floor(instant / MICROS_PER_MS);
  const micros = instant - ms * MICROS_PER_MS;
  const text = new Date(ms).toISOString();
  return micros === 0 ? text : `${text.slice(0, -1)}${String(micros).padStart(3, '0')}Z`;
}

export const formatOrNull = (instant: Instant | null): string | null => (instant === null ? null : formatInstant(instant));

/** The UTC year that a new id carries (semantics 23). */
export const utcYear = (instant: Instant): number => new Date(instant / MICROS_PER_MS).getUTCFullYear();

const pad = (n: number): string => String(n).padStart(2, '0');

/** Local time with its offset, for people at a terminal. */
export function formatLocal(instant: Instant): string {
  const date = new Date(instant / MICROS_PER_MS);
  const offset = -date.getTimezoneOffset();
  const sign = offset < 0 ? '-' : '+';
  const hours = pad(Math.floor(Math.abs(offset) / 60));
  const day = `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
  return `${day} ${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())} ${sign}${hours}:${pad(Math.abs(offset) % 60)}`;
}

/** Whole seconds from one instant to another; null if one is not known. */
export const secondsBetween = (from: Instant | null, to: Instant | null): number | null =>
  from === null || to === null ? null : Math.floor((to - from) / MICROS_PER_SECOND);

/** `42 s`, `3 min 5 s`, `2 h 4 min`, `3 d 1 h`. */
export function formatDuration(seconds: number): string {
  const s = Math.round(seconds);
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  if (s < 86_400) return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
  return `${Math.floor(s / 86_400)} d ${Math.floor((s % 86_400) / 3600)} h`;
}

/** Start of the local day `YYYY-MM-DD`, or of the day after it; null if there is no such day. */
export function localDay(text: string, edge: 'start' | 'end'): Instant | null {
  const m = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (m === null) return null;
  const [year, month, day] = m.slice(1).map(Number) as [number, number, number];
  const date = new Date(year, month - 1, day + (edge === 'end' ? 1 : 0));
  const same = new Date(year, month - 1, day);
  if (same.getMonth() !== month - 1 || same.getDate() !== day) return null;
  return fromMs(date.getTime());
}

const WALL = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(:\d{2}(?:\.\d{1,9})?)?)?$/;

/** A time without an offset, or a day, in UTC; null if it is none. */
export function utcTime(text: string): Instant | null {
  const m = WALL.exec(text);
  return m === null ? null : parseInstant(`${m[1]!}T${m[2] ?? '00:00'}${m[3] ?? ':00'}Z`);
}

/** The same in this machine's zone. */
export function localTime(text: string): Instant | null {
  const utc = utcTime(text);
  if (utc === null) return null;
  const wall = new Date(utc / MICROS_PER_MS);
  const local = new Date(
    wall.getUTCFullYear(),
    wall.getUTCMonth(),
    wall.getUTCDate(),
    wall.getUTCHours(),
    wall.getUTCMinutes(),
    wall.getUTCSeconds(),
  );
  return fromMs(local.getTime()) + (utc % MICROS_PER_SECOND);
}

/** `7d`, `12h`, `30m` before `now`; null if the text is no such span. */
export function spanBefore(text: string, now: Instant): Instant | null {
  const m = /^(\d{1,5})([dhm])$/.exec(text);
  if (m === null) return null;
  const seconds = { d: 86_400, h: 3600, m: 60 }[m[2] as 'd' | 'h' | 'm'];
  return now - Number(m[1]) * seconds * MICROS_PER_SECOND;
}
