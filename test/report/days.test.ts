import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { zoneNamed } from '../../src/report/days.js';

const micros = (text: string): number => Date.parse(text) * 1000;

/** Part by part, by another form of Intl than the one that is tested. */
function reference(zone: string): (instant: number) => string {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' });
  return (instant) => {
    const parts = format.formatToParts(Math.floor(instant / 1000));
    const part = (type: string): string => parts.find((one) => one.type === type)!.value;
    return `${part('year')}-${part('month')}-${part('day')}`;
  };
}

/** The same of the time of day. */
function referenceTime(zone: string): (instant: number) => string {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  const dayOf = reference(zone);
  return (instant) => {
    const parts = format.formatToParts(Math.floor(instant / 1000));
    const part = (type: string): string => parts.find((one) => one.type === type)!.value;
    return `${dayOf(instant)} ${part('hour')}:${part('minute')}:${part('second')}`;
  };
}

const anyInstant = fc.integer({ min: micros('2015-01-01T00:00:00Z'), max: micros('2099-12-31T00:00:00Z') });

afterEach(() => {
  vi.unstubAllEnvs();
});

describe.each([
  'UTC',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Europe/Berlin',
  'America/New_York',
  'America/St_Johns',
  'Australia/Lord_Howe',
  'Pacific/Chatham',
  'Pacific/Kiritimati',
])('the day of an instant in %s', (name) => {
  it('is the one that a calendar there shows', () => {
    const { dayOf } = zoneNamed(name);
    const expected = reference(name);
    fc.assert(
      fc.property(anyInstant, (instant) => {
        expect(dayOf(instant)).toBe(expected(instant));
      }),
      { seed: 7, numRuns: 300 },
    );
  });

  it('has the time that a clock there shows', () => {
    const { timeOf } = zoneNamed(name);
    const expected = referenceTime(name);
    fc.assert(
      fc.property(anyInstant, (instant) => {
        expect(timeOf(instant)).toBe(expected(instant));
      }),
      { seed: 9, numRuns: 300 },
    );
  });

  it('is the one that a calendar there shows at every quarter of an hour of a year and the microsecond before', () => {
    const { dayOf } = zoneNamed(name);
    const expected = reference(name);
    const wrong: number[] = [];
    for (let hour = micros('2026-01-01T00:00:00Z'); hour < micros('2027-01-01T00:00:00Z'); hour += 900_000_000) {
      for (const instant of [hour - 1, hour]) if (dayOf(instant) !== expected(instant)) wrong.push(instant);
    }
    expect(wrong).toEqual([]);
  });
});

describe('a zone', () => {
  it.each([
    ['UTC', 'UTC'],
    ['utc', 'UTC'],
    ['europe/berlin', 'Europe/Berlin'],
    ['Asia/Kolkata', 'Asia/Kolkata'],
  ])('that is asked for as "%s" is named %s', (asked, named) => {
    expect(zoneNamed(asked).name).toBe(named);
  });

  it.each(['', 'Mars/Olympus', 'Berlin', 'Europe/Berlin ', '../UTC'])('"%s" there is not, and the command line is wrong', (name) => {
    expect(() => zoneNamed(name)).toThrow(
      expect.objectContaining({ name: 'TokentrailError', code: 'USAGE', exitCode: 2, message: `--tz "${name}" is no time zone.` }),
    );
  });
});

describe("the viewer's own zone", () => {
  it.each(['Asia/Kathmandu', 'Europe/Berlin', 'America/New_York', 'UTC'])('is %s where that is set', (name) => {
    vi.stubEnv('TZ', name);
    const { dayOf, timeOf } = zoneNamed(null);
    const [expected, expectedTime] = [reference(name), referenceTime(name)];
    fc.assert(
      fc.property(anyInstant, (instant) => {
        expect([dayOf(instant), timeOf(instant)]).toEqual([expected(instant), expectedTime(instant)]);
      }),
      { seed: 8, numRuns: 300 },
    );
  });

  it('is told by its name', () => {
    vi.stubEnv('TZ', 'Europe/Berlin');
    expect(zoneNamed(null).name).toBe('Europe/Berlin');
  });
});
