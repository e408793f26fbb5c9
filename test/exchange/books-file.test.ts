// What is exported is what was recorded: read again, each row is the one that it was, whatever it holds.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { INSTANTS, rowsHash } from '../../src/exchange/books-file.js';
import { exportOf, FORMATS, readBack } from './exported.js';
import { analysesOf, anyBooks, sourcesOf } from './odd.js';

const ZONES = ['UTC', 'Asia/Kolkata', 'America/New_York', 'Africa/Monrovia', 'Pacific/Apia'];

describe('rows that are exported and read again', () => {
  it('are what they were, of whatever kind', () =>
    fc.assert(
      fc.asyncProperty(anyBooks, fc.constantFrom(...FORMATS), fc.constantFrom(...ZONES), async (books, format, tz) => {
        const text = await exportOf(books, { format, tz });
        const again = await readBack(text);
        expect(again).toEqual(books);
        expect(await exportOf(again, { format, tz })).toBe(text);
      }),
      { numRuns: 30, endOnFailure: true },
    ));

  it.each(FORMATS)('keep in %s what stands under a name by which a time is known', async (format) => {
    const names = Object.fromEntries([...INSTANTS, '__proto__', '1', 'path', 'notes'].map((name, i) => [name, i]));
    const [analyses] = [analysesOf('a', [{ imported: { unread: names, kept: { at: '2026-05-04T10:00:00Z' } } }])];
    const books = { analyses: [analyses], sources: [] };
    expect(await readBack(await exportOf(books, { format }))).toEqual(books);
  });

  it('keep small and large fractions, which some readers of YAML take for texts', async () => {
    const kept = { small: 1e-7, large: 1.5e300, least: 5e-324 };
    const books = {
      analyses: [analysesOf('a', [{ imported: { unread: {}, kept } }])],
      sources: [sourcesOf('s1', [{ reliability: 1e-7 }])],
    };
    expect(await readBack(await exportOf(books))).toEqual(books);
  });
});

describe('an earlier revision', () => {
  const item = async (...revisions: readonly Parameters<typeof analysesOf>[1][number][]): Promise<Record<string, unknown>[]> => {
    const text = await exportOf({ analyses: [analysesOf('a', revisions)], sources: [] }, { format: 'json' });
    return (JSON.parse(text) as { analyses: [{ earlier: Record<string, unknown>[] }] }).analyses[0].earlier;
  };

  it('is written as what the one after it changed', async () => {
    const [first] = await item({ notes: 'x', task: 't' }, { notes: null, task: 't' });
    expect(Object.keys(first!).toSorted()).toEqual(['notes', 'prev_sha256', 'revision', 'row_sha256'].filter((key) => key in first!));
    expect(first).toMatchObject({ revision: 1, notes: 'x' });
  });

  it('says what was unknown and came to be known', async () => {
    expect(await item({ notes: null }, { notes: 'x' })).toMatchObject([{ notes: null }]);
  });
});

describe('without what is private', () => {
  const SECRET = 'S3CRET';
  const secrets = { notes: SECRET, reason: SECRET, analysis_file: SECRET, project: SECRET };
  const stages = [{ stage: 's', attempt: 1, status: 'done' as const, at: 0, usage: null, session_id: null, notes: SECRET, cuts: [] }];

  it.each(FORMATS)('%s holds no text of it, of any revision', async (format) => {
    const books = {
      analyses: [analysesOf('a', [{ ...secrets, stages }, { notes: `${SECRET}2` }])],
      sources: [sourcesOf('s1', [{ title: SECRET, url: SECRET, bias_notes: SECRET }])],
    };
    expect(await exportOf(books, { format })).toContain(SECRET);
    expect(await exportOf(books, { format, redact: true })).not.toContain(SECRET);
  });
});

describe('the hash of all rows', () => {
  const books = (notes: string, adopted: boolean): string => rowsHash({ analyses: [analysesOf('a', [{ notes }], adopted)], sources: [] });

  it.each([false, true])('is another one if a row is another one, also one that has no hash (%s)', (adopted) => {
    expect(books('x', adopted)).toBe(books('x', adopted));
    expect(books('x', adopted)).not.toBe(books('y', adopted));
  });
});
