// Texts, numbers and values that make trouble in a file, and rows made of them by chance.
import fc from 'fast-check';
import type { BooksContent } from '../../src/exchange/books-file.js';
import type { Analysis, Stage } from '../../src/model/analysis.js';
import type { SessionPart } from '../../src/model/cut.js';
import type { Source } from '../../src/model/source.js';
import { analysisToRow } from '../../src/store/analysis-rows.js';
import { sourceToRow } from '../../src/store/source-rows.js';
import { countsOf, partOf, snapshotOf } from '../lifecycle/made.js';
import { analysisNamed, NOON } from '../store/temporary.js';
import { Chance } from '../support/chance.js';

// So that a failure can be repeated.
fc.configureGlobal({ seed: new Chance(20_261_126).seed });

/** Words that a reader of YAML, or an object of JavaScript, takes for something else. */
export const ODD_WORDS: readonly string[] = [
  '', ' ', '~', 'no', 'on', 'y', 'null', 'true', '1e3', '1.0e+3', '.5', '012', '0x10', '0o7', '1_000', '1:30', '.inf', '2026-05-04', '-', '---', '...',
  '- a', '# a', 'a: b', 'a #b', '? a', '<<', '=', '!a', '&a', '*a', '%YAML 1.1', '{', '[]', '"', "'", '@a', '`a', '|', '>', '42', '-1', '__proto__',
  'constructor', 'toString', 'at', 'until', '\n', '\n\n ', ' a ', `a  \n  ${'b '.repeat(30)}\n\n c`, 'k'.repeat(1025), 'a\n'.repeat(40), `${'p'.repeat(50)}\n \n\n  \nx`, 'x'.repeat(20_000),
]; // prettier-ignore

/** Characters that break lines, hide, reverse, or escape. */
const ODD_CHARACTERS = [
  'a', ' ', '0', ':', '#', '-', '"', "'", '\\', ',', '{', '}', '[', ']', '\n', '\r', '\t', '\0', '\b', '\u001b', '\u007f', '\u0085', '\u009b', '\u00a0', '\u00ad', '\u200b', '\u2028', '\u2029', '\u202e', '\ufeff',
  '\ufffe', '\uffff', '\u{e0041}', '\u{1f600}', '\u{1fffe}',
]; // prettier-ignore

const HALVES = ['\ud800', '\udc00'];

const textOf = (characters: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof(
    fc.constantFrom(...ODD_WORDS),
    fc.string({ unit: fc.constantFrom(...characters), maxLength: 60 }),
    fc.string({ unit: 'binary', maxLength: 20 }),
  );

/** Any text that a column can hold. */
export const columnText = textOf(ODD_CHARACTERS);

/** Any text that stands inside of JSON, which keeps halves of characters. */
export const innerText = textOf([...ODD_CHARACTERS, ...HALVES]);

export const fieldsOf = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<Readonly<Record<string, T>>> =>
  fc.array(fc.tuple(innerText, value), { maxLength: 4 }).map((entries) => Object.fromEntries(entries));

/** JSON has one zero. */
const number = fc
  .oneof(
    fc.integer(),
    fc.maxSafeInteger(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(1e-7, 1e21, 5e-324, -1.5e300),
  )
  .map((value) => value + 0);

/** A value as JSON knows it. */
export const anyValue: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, fc.constant(null), fc.boolean(), number, innerText, tie('list'), tie('fields')),
  list: fc.array(tie('value'), { maxLength: 4 }),
  fields: fieldsOf(tie('value')),
})).value;

const orNull = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { freq: 3 });
const count = fc.oneof(fc.constantFrom(0, Number.MAX_SAFE_INTEGER), fc.nat());
const texts = orNull(fc.array(columnText, { maxLength: 3 }));

/** To the microsecond, as far as a row holds them: before 1970 as well. */
export const instant = fc.oneof(fc.integer({ min: NOON, max: NOON + 10 ** 13 }), fc.integer({ min: -9_007_199_254_000_000, max: 9_007_199_254_000_000 })); // prettier-ignore

const usage = fieldsOf(countsOf(true).map((counts) => ({ ...counts, records: 1 }))).chain((by_model) =>
  countsOf(true).map((counts) => ({ counts, records: 9, by_model, subagents: { ...counts, records: 2 } })),
);

const stage: fc.Arbitrary<Stage> = fc
  .record({
    stage: innerText,
    attempt: fc.nat(),
    status: fc.constantFrom('done' as const, 'failed' as const),
    at: instant,
    usage: orNull(usage),
    session_id: orNull(innerText),
    notes: orNull(innerText),
    cuts: fc.array(fc.record({ session_id: innerText, at: instant, positions: fieldsOf(count), open: fc.constant([]), records: count }), { maxLength: 2 }), // prettier-ignore
    known_total: fc.option(count, { nil: undefined }),
    untimed: fc.constantFrom(true as const, undefined),
  })
  // A stage has those two only where they say something.
  .map((all) => JSON.parse(JSON.stringify(all)) as Stage);

const session: fc.Arbitrary<SessionPart> = fc
  .record({ text: innerText, at: instant, usage, until: instant, positions: count })
  .map(({ text, at, usage: own, until, positions }) => {
    const log = { path: text, session_id: text, head_sha256: text };
    const cut = {
      at,
      logs: [{ ...log, position: { kind: 'append' as const, bytes: positions, prefix_sha256: text } }],
      open: [],
      records: positions,
      digest: text,
      reader: text,
    };
    const snapshot = snapshotOf(own, { cut, skipped: [{ reason: text, count: positions }] });
    return partOf(snapshot, snapshot, { session_id: text, path: text, baseline_reason: text, until, excluded: [text] });
  });

const revision: fc.Arbitrary<Partial<Analysis>> = fc.record({
  reason: orNull(columnText),
  source_id: orNull(columnText),
  analysis_file: orNull(columnText),
  task: orNull(columnText),
  tags: texts,
  model: orNull(columnText),
  notes: orNull(columnText),
  idempotency_key: orNull(columnText),
  claims_extracted: texts,
  inputs_analysis_ids: texts,
  started_at: orNull(instant),
  completed_at: orNull(instant),
  forgotten_at: orNull(instant),
  recorded_at: instant,
  pass: orNull(count),
  tokens_in: orNull(count),
  total_tokens: orNull(count),
  cost_pico_usd: orNull(fc.bigInt({ min: -(2n ** 63n) + 1n, max: 2n ** 63n - 1n })),
  counts: countsOf(true),
  stages: fc.array(stage, { maxLength: 2 }),
  sessions: fc.array(session, { maxLength: 2 }),
  imported: orNull(fc.record({ unread: fieldsOf(anyValue), kept: fieldsOf(anyValue) })),
  usage: orNull(usage.map((own) => ({ ...own, flags: ['cut'], partial_records: 1 }))),
});

interface Linked {
  readonly id: string;
  readonly revision: number;
  readonly recorded_by: string;
  readonly prev_sha256: string | null;
  readonly row_sha256: string | null;
}

/** Revisions one after the other, each with its hash; of those that a migration made the first may have none. */
export function chainOf<T extends Linked>(revisions: readonly T[], hashOf: (revision: T) => unknown, adopted = false): T[] {
  const chain: T[] = [];
  for (const [i, one] of revisions.entries()) {
    const before = chain.at(-1)?.row_sha256 ?? null;
    const unsealed = adopted && i === 0;
    const linked = { ...one, revision: i + 1, prev_sha256: before, row_sha256: null, ...(unsealed ? { recorded_by: 'migration' } : {}) };
    chain.push(unsealed ? linked : { ...linked, row_sha256: hashOf(linked) as string });
  }
  return chain;
}

export const analysesOf = (id: string, revisions: readonly Partial<Analysis>[], adopted = false): Analysis[] =>
  chainOf(
    revisions.map((one) => analysisNamed(id, one)),
    (one) => analysisToRow(one)['row_sha256'],
    adopted,
  );

const NO_SOURCE: Source = {
  id: 's1', revision: 1, recorded_at: NOON, recorded_by: 'source add', prev_sha256: null, row_sha256: null, type: null, title: null, author: null,
  year: null, url: null, doi: null, accessed: null, last_checked: null, reliability: null, bias_notes: null, claims_extracted: null,
  analysis_file: null, topics: null, domains: null, status: null, unknown_columns: {},
}; // prettier-ignore

export const sourcesOf = (id: string, revisions: readonly Partial<Source>[], adopted = false): Source[] =>
  chainOf(
    revisions.map((one) => ({ ...NO_SOURCE, ...one, id })),
    (one) => sourceToRow(one)['row_sha256'],
    adopted,
  );

const sourceRevision: fc.Arbitrary<Partial<Source>> = fc.record({
  title: orNull(columnText),
  author: texts,
  year: orNull(count),
  reliability: orNull(number),
  bias_notes: orNull(columnText),
  recorded_at: instant,
});

/** Ids that no two chains have. */
const ids = fc.uniqueArray(columnText, { minLength: 1, maxLength: 3 });

/** Rows of any kind, as a store could hold them. */
export const anyBooks: fc.Arbitrary<BooksContent> = fc.record({
  analyses: ids.chain((names) =>
    fc.tuple(
      ...names.map((id) =>
        fc.tuple(fc.array(revision, { minLength: 1, maxLength: 3 }), fc.boolean()).map(([all, adopted]) => analysesOf(id, all, adopted)),
      ),
    ),
  ),
  sources: ids.chain((names) =>
    fc.tuple(
      ...names.map((id) =>
        fc
          .tuple(fc.array(sourceRevision, { minLength: 1, maxLength: 2 }), fc.boolean())
          .map(([all, adopted]) => sourcesOf(id, all, adopted)),
      ),
    ),
  ),
});
