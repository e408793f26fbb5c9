// Exported books in another store: every row as it was, once, and an id that is taken is given another name wherever it stands.
import { beforeEach, describe, expect, it } from 'vitest';
import { attachSession } from '../../src/lifecycle/attach.js';
import { forgetAnalysis } from '../../src/lifecycle/forget.js';
import { importBooks, planBooks } from '../../src/lifecycle/import-books.js';
import { recordedBooks, type RecordedBooks } from '../../src/lifecycle/recorded.js';
import { addSource, updateSource } from '../../src/lifecycle/sources.js';
import type { Books } from '../../src/lifecycle/books.js';
import { ClaudeSession } from '../support/claude-session.js';
import { exportOf, FORMATS, readBack } from '../exchange/exported.js';
import { analysesOf, ODD_WORDS, sourcesOf } from '../exchange/odd.js';
import { formatInstant } from '../../src/model/time.js';
import { complete, Desk, enter, mark, start } from './desk.js';

const OTHER = '5e551011-0000-4000-8000-000000000002';

let desk: Desk;
let there: Books;

beforeEach(async () => {
  desk = new Desk();
  there = await new Desk().books();
});

const results = async (given: RecordedBooks): Promise<string[]> =>
  (await importBooks(there, given)).rows.map(({ id, stored_as, result }) => `${id} ${result}${stored_as === id ? '' : ` ${stored_as}`}`);
const stored = (): Promise<RecordedBooks> => recordedBooks(there, null);
const of = (...analyses: RecordedBooks['analyses']): RecordedBooks => ({ analyses, sources: [] });

describe('books with an analysis of each kind', () => {
  /** Started, marked, in two sessions, completed; failed, canceled, entered by hand, forgotten, and open; of odd words. */
  async function everyKind(): Promise<RecordedBooks> {
    const books = await desk.books();
    const other = new ClaudeSession(desk.home, OTHER);
    await addSource(books, 's1', { title: ODD_WORDS.join('\n'), author: ODD_WORDS, reliability: 1e-7 });
    await updateSource(books, 's1', { year: 1999 });
    desk.answers({ output: 1 });
    const begin = async (over: Parameters<typeof start>[1] = {}): Promise<string> =>
      (await start(books, { session: desk.found, ...over })).analysis.id;
    const whole = await begin({ notes: ODD_WORDS.join('\n'), tags: ['a=\u2028'], idempotencyKey: 'k' });
    for (const model of ['no', '1e3', '42', '__proto__', 'constructor', 'at', 'claude-sonnet-4-5'])
      desk.pass(1).answers({ model, read: 5_000_000_000 });
    desk.session.subagent('b1', { at: formatInstant(desk.now), output: 7 });
    await mark(books, whole, 'no', { notes: '\u001b\ud800' });
    other.answer({ at: formatInstant(desk.pass(1).now), output: 9 });
    const target = { ...desk.target, session_id: OTHER };
    await attachSession(books, { id: whole, target, foundBy: 'flag', from: null, to: null });
    await complete(books, whole, { claimsExtracted: ['c\u0085'] });
    for (const status of ['failed', 'canceled'] as const) await complete(books, await begin(), { status });
    const unattached = (await start(books)).analysis.id;
    await mark(books, unattached, 'without usage');
    await complete(books, await begin({ kind: 'synthesis' }), { inputsAnalysisIds: [whole], inputsSourceIds: ['s1'] });
    await enter(books, { totalTokens: Number.MAX_SAFE_INTEGER, model: 'on' });
    await forgetAnalysis(books, unattached, 'a trial', null);
    await begin();
    return recordedBooks(books, null);
  }

  it('are the same rows there, and the same file from there', async () => {
    const given = await everyKind();
    expect(given.analyses.flat().map(({ capture_status }) => capture_status)).toEqual(
      expect.arrayContaining(['captured', 'unattached', 'manual']),
    );
    for (const format of FORMATS) {
      const text = await exportOf(given, { format });
      there = await new Desk().books();
      await importBooks(there, await readBack(text));
      expect(await stored()).toEqual(given);
      expect(await exportOf(await stored(), { format })).toBe(text);
    }
    expect(new Set((await importBooks(there, given)).rows.map(({ result }) => result))).toEqual(new Set(['known']));
    expect(await stored()).toEqual(given);
  });
});

describe('an analysis whose id stands for another one', () => {
  const mine = analysesOf('a', [{ notes: 'mine' }]);
  const given = of(analysesOf('a', [{ notes: 'given' }, { notes: 'later' }]), analysesOf('b', [{}, { inputs_analysis_ids: ['a', 'x'] }]));

  beforeEach(() => importBooks(there, of(mine)));

  it('is named anew, also where it is an input, once', async () => {
    expect(await results(given)).toEqual(['a renamed a~2', 'b imported']);
    const before = await stored();
    expect(before.analyses.map(([first]) => first!.id)).toEqual(['a', 'a~2', 'b']);
    expect(before.analyses[2]!.map(({ inputs_analysis_ids }) => inputs_analysis_ids)).toEqual([null, ['a~2', 'x']]);
    expect(await results(given)).toEqual(['a known a~2', 'b known']);
    expect(await stored()).toEqual(before);
  });

  it('is named anew before what draws on it, whichever stands first', async () => {
    expect(await results({ ...given, analyses: given.analyses.toReversed() })).toEqual(['a renamed a~2', 'b imported']);
    expect((await stored()).analyses[2]!.at(-1)!.inputs_analysis_ids).toEqual(['a~2', 'x']);
  });

  it('leaves alone one that is called by the new name in the file', async () => {
    const both = of(analysesOf('a', [{ notes: 'given' }]), analysesOf('a~2', [{ notes: 'its own' }]));
    expect(await results(both)).toEqual(['a renamed a~2', 'a~2 renamed a~2~2']);
    expect(await results(both)).toEqual(['a known a~2', 'a~2 known a~2~2']);
  });

  it('goes on under its new name', async () => {
    await importBooks(there, of(analysesOf('a', [{ notes: 'given' }])));
    expect(await results(given)).toEqual(['a continued a~2', 'b imported']);
    expect((await stored()).analyses[1]).toHaveLength(2);
  });

  it('is planned as it is done, and a plan writes nothing', async () => {
    const before = await stored();
    const plan = await planBooks(there, given);
    expect(await stored()).toEqual(before);
    expect(await importBooks(there, given)).toEqual(plan);
    expect((await planBooks(null, given)).rows.map(({ result }) => result)).toEqual(['imported', 'imported']);
  });

  it('brings its idempotency key, which stands for the new name', async () => {
    await importBooks(there, of(analysesOf('a', [{ idempotency_key: 'k' }])));
    expect(await (await there.logs()).idOfKey('k')).toBe('a~2');
  });
});

describe('rows without hashes, as an adopted store has them', () => {
  it('are the same rows there', async () => {
    const given = { analyses: [analysesOf('a', [{}, { notes: 'x' }], true)], sources: [sourcesOf('s1', [{ title: 'x' }], true)] };
    await importBooks(there, await readBack(await exportOf(given)));
    expect(await stored()).toEqual(given);
  });

  it('are not taken for others without hashes', async () => {
    const one = { analyses: [analysesOf('a', [{ notes: 'mine' }], true)], sources: [sourcesOf('s1', [{ title: 'mine' }], true)] };
    const other = { analyses: [analysesOf('a', [{ notes: 'given' }], true)], sources: [sourcesOf('s1', [{ title: 'given' }], true)] };
    await importBooks(there, one);
    expect(await importBooks(there, other)).toMatchObject({
      rows: [{ result: 'renamed', stored_as: 'a~2' }],
      sources: { imported: 0, known: 0, differing: ['s1'] },
    });
    expect(await results(other)).toEqual(['a known a~2']);
  });
});

describe('a chain', () => {
  const long = analysesOf('a', [{ notes: '1' }, { notes: '2' }, { notes: '3' }]);

  it('that goes on is gone on with, and one that is shorter is known', async () => {
    const tellings = [];
    for (const length of [1, 3, 2]) tellings.push(...(await results(of(long.slice(0, length)))));
    expect(tellings).toEqual(['a imported', 'a continued', 'a known']);
    expect((await stored()).analyses).toEqual([long]);
  });

  it('of a source goes on as well, and another one stays as it is here', async () => {
    const source = sourcesOf('s1', [{ title: 'x' }, { title: 'y' }]);
    const told = async (sources: RecordedBooks['sources']): Promise<unknown> =>
      (await importBooks(there, { analyses: [], sources })).sources;
    expect(await told([source.slice(0, 1)])).toEqual({ imported: 1, known: 0, differing: [], differing_journals: [] });
    expect(await told([source])).toEqual({ imported: 1, known: 0, differing: [], differing_journals: [] });
    expect(await told([source])).toEqual({ imported: 0, known: 1, differing: [], differing_journals: [] });
    expect(await told([sourcesOf('s1', [{ title: 'z' }])])).toEqual({ imported: 0, known: 0, differing: ['s1'], differing_journals: [] });
    expect((await stored()).sources).toEqual([source]);
  });
});
