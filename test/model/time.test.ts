import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatDuration,
  formatInstant,
  formatOrNull,
  fromMs,
  LAST_MS,
  localDay,
  parseInstant,
  spanBefore,
  utcYear,
} from '../../src/model/time.js';

const TEN = Date.UTC(2026, 4, 4, 10) * 1000;

describe('an instant that is read', () => {
  it.each([
    ['2026-05-04T10:00:00Z', TEN],
    ['2026-05-04t10:00:00z', TEN],
    ['2026-05-04T12:00:00+02:00', TEN],
    ['2026-05-04T04:30:00-05:30', TEN],
    ['2026-05-05T00:00:00+14:00', TEN],
    ['2026-05-04T10:00:00.5Z', TEN + 500_000],
    ['2026-05-04T10:00:00.000001Z', TEN + 1],
    ['2026-05-04T10:00:00.123456Z', TEN + 123_456],
    ['2026-05-04T10:00:00.123456789Z', TEN + 123_456],
    ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29) * 1000],
    ['1969-12-31T23:59:59.999999Z', -1],
  ])('%s is %i µs', (text, micros) => {
    expect(parseInstant(text)).toBe(micros);
  });

  it.each([
    ['a day that does not exist', '2026-02-30T10:00:00Z'],
    ['the 29th of February of a common year', '2025-02-29T10:00:00Z'],
    ['the 31st of April', '2026-04-31T10:00:00Z'],
    ['month 13', '2026-13-01T10:00:00Z'],
    ['month 0', '2026-00-10T10:00:00Z'],
    ['day 0', '2026-05-00T10:00:00Z'],
    ['hour 24', '2026-05-04T24:00:00Z'],
    ['minute 60', '2026-05-04T10:60:00Z'],
    ['second 61', '2026-05-04T10:00:61Z'],
    ['no offset', '2026-05-04T10:00:00'],
    ['no time', '2026-05-04'],
    ['no seconds', '2026-05-04T10:00Z'],
    ['a dot without digits', '2026-05-04T10:00:00.Z'],
    ['a comma before the fraction', '2026-05-04T10:00:00,5Z'],
    ['the name of a zone', '2026-05-04T10:00:00 UTC'],
    ['an offset of 25 hours', '2026-05-04T10:00:00+25:00'],
    ['an offset of 99 minutes', '2026-05-04T10:00:00+01:99'],
    ['a year of two digits', '26-05-04T10:00:00Z'],
    ['text before it', 'at 2026-05-04T10:00:00Z'],
    ['a newline after it', '2026-05-04T10:00:00Z\n'],
    ['a number', '1777888800'],
    ['nothing', ''],
  ])('is refused with %s', (_, text) => {
    expect(parseInstant(text)).toBeNull();
  });

  it.each([[1_777_888_800_000], [null], [undefined], [{}], [['2026-05-04T10:00:00Z']], [new Date(0)]])(
    'is refused if it is no text: %j',
    (value) => {
      expect(parseInstant(value)).toBeNull();
    },
  );
});

describe('the last instant whose microseconds are exact', () => {
  // 2^53 − 1 = 9007199254740991 µs.
  const last = 2 ** 53 - 1;

  it('is in the millisecond that is told as the last one', () => {
    expect([LAST_MS, fromMs(LAST_MS) <= last, fromMs(LAST_MS + 1) > last]).toEqual([9_007_199_254_740, true, true]);
    expect(formatInstant(fromMs(LAST_MS))).toBe('2255-06-05T23:47:34.740Z');
  });

  it.each([
    ['2255-06-05T23:47:34.740Z', last - 991],
    ['2255-06-05T23:47:34.740000Z', last - 991],
    ['2255-06-05T23:47:34.740991Z', last],
    ['2255-06-05T23:47:34.74099199Z', last],
    ['1684-07-28T00:12:25.259009Z', -last],
  ])('is not after %s', (text, micros) => {
    expect(parseInstant(text)).toBe(micros);
  });

  it.each([
    ['the next microsecond', '2255-06-05T23:47:34.740992Z'],
    ['the next millisecond, as most lines write it', '2255-06-05T23:47:34.741Z'],
    ['the next millisecond in another form', '2255-06-05t23:47:34.741z'],
    ['a later day', '2255-06-06T00:00:00.000Z'],
    ['the same instant with an offset', '2255-06-05T22:47:34.740992-01:00'],
    ['the end of the year 9999', '9999-12-31T23:59:59.999Z'],
    ['the end of the year 9999 with an offset', '9999-12-31T23:59:59.999+14:00'],
    ['the microsecond before the first one', '1684-07-28T00:12:25.259008Z'],
    ['the year 1000', '1000-01-01T00:00:00.000Z'],
  ])('is before %s, which is no time', (_, text) => {
    expect(parseInstant(text)).toBeNull();
  });

  it('does not keep a day from being read that comes after one without exact times', () => {
    parseInstant('9999-12-31T23:59:59.999Z');
    expect(parseInstant('2026-05-04T10:00:00.000Z')).toBe(TEN);
    expect(parseInstant('9999-12-31T23:59:59.999Z')).toBeNull();
  });

  it('is followed by none: whatever is read is a whole number that is exact', () => {
    const two = (n: number): string => String(n).padStart(2, '0');
    const text = fc
      .tuple(
        fc.integer({ min: 0, max: 9999 }),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 28 }),
        fc.integer({ min: 0, max: 999 }),
      )
      .map(
        ([year, month, day, ms]) => `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T12:00:00.${String(ms).padStart(3, '0')}Z`,
      );
    fc.assert(
      fc.property(text, (one) => {
        const at = parseInstant(one);
        return at === null || (Number.isSafeInteger(at) && formatInstant(at) === one);
      }),
    );
  });
});

describe('an instant that is written', () => {
  const instant = fc.integer({ min: -(2 ** 53 - 1), max: 2 ** 53 - 1 });

  it('reads back as the same microsecond', () => {
    fc.assert(fc.property(instant, (at) => parseInstant(formatInstant(at)) === at));
  });

  it('sorts as text as it sorts in time, at the same precision', () => {
    const ms = fc.integer({ min: -8_000_000_000_000, max: 8_000_000_000_000 });
    fc.assert(fc.property(ms, ms, (a, b) => formatInstant(fromMs(a)) < formatInstant(fromMs(b)) === a < b));
  });

  it('has three digits of a second, and six only where the microseconds need them', () => {
    expect([formatInstant(TEN), formatInstant(TEN + 1_000), formatInstant(TEN + 1)]).toEqual([
      '2026-05-04T10:00:00.000Z',
      '2026-05-04T10:00:00.001Z',
      '2026-05-04T10:00:00.000001Z',
    ]);
  });

  it('is null for a time that is unknown', () => {
    expect(formatOrNull(null)).toBeNull();
  });
});

describe('parts of time', () => {
  it('has the UTC year, also in the last microsecond of it', () => {
    const newYear = Date.UTC(2027, 0, 1) * 1000;
    expect([utcYear(newYear - 1), utcYear(newYear)]).toEqual([2026, 2027]);
  });

  it.each([
    [0, '0 s'],
    [59, '59 s'],
    [60, '1 min 0 s'],
    [185, '3 min 5 s'],
    [3_600, '1 h 0 min'],
    [7_440, '2 h 4 min'],
    [86_400, '1 d 0 h'],
    [262_800, '3 d 1 h'],
  ])('tells %i seconds as %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });

  it('ends a local day where the next one starts', () => {
    expect(localDay('2026-05-04', 'end')).toBe(localDay('2026-05-05', 'start'));
  });

  it('ends the last day of a year in the next one', () => {
    expect(localDay('2026-12-31', 'end')).toBe(localDay('2027-01-01', 'start'));
  });

  it.each(['2026-02-30', '2026-13-01', '2026-5-4', 'yesterday', ''])('refuses %j as a day', (text) => {
    expect(localDay(text, 'start')).toBeNull();
  });

  it.each([
    ['7d', 7 * 86_400],
    ['12h', 12 * 3_600],
    ['30m', 30 * 60],
    ['0m', 0],
  ])('takes %s as a span before now', (text, seconds) => {
    expect(spanBefore(text, TEN)).toBe(TEN - seconds * 1_000_000);
  });

  it.each(['7', 'd', '-7d', '7w', '1.5h', '7 d', ''])('refuses %j as a span', (text) => {
    expect(spanBefore(text, TEN)).toBeNull();
  });
});
