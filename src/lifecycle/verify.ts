// Verifies the numbers of an analysis: works them out again from the logs, or where those are gone from the records that the books
// kept, and compares what was spent by class and model. Writes nothing.
import { digestOfRecords } from '../ingest/digest.js';
import type { Evidence } from '../ingest/evidence.js';
import { KeptSessions } from '../ingest/kept-evidence.js';
import { Prefixes } from '../ingest/prefixes.js';
import type { Analysis } from '../model/analysis.js';
import type { SessionPart, Usage } from '../model/cut.js';
import { TOKEN_CLASSES } from '../model/tokens.js';
import type { Books } from './books.js';
import { asBefore, recordsAtCuts, recount } from './recount.js';
import { evidenceOf, isCarried, lastCut, type Found } from './told.js';
import { spent } from './totals.js';

/** A number that is another one when it is worked out again. */
export interface Difference {
  /** `total`, or the name of a stage. */
  readonly of: string;
  /** Null: of all models together. */
  readonly model: string | null;
  readonly class: string;
  readonly stored: number | null;
  readonly recomputed: number | null;
}

export interface Verification {
  readonly id: string;
  readonly result:
    | 'verified'
    | 'differs'
    /** Its logs are not there, and the books hold a part of their records only, or can't tell them from those of logs before. */
    | 'gone'
    /** Nothing of it was measured. */
    | 'unmeasured';
  /** What it was worked out from; null if from nothing. `logs, books`: some sessions from each. */
  readonly from: string | null;
  readonly differences: readonly Difference[];
  readonly notes: readonly string[];
}

const NAMES = [...TOKEN_CLASSES, 'reasoning'] as const;

function compared(of: string, stored: Usage | null, recomputed: Usage | null): Difference[] {
  if (stored === null || recomputed === null) return [];
  const differences: Difference[] = [];
  const compare = (model: string | null, name: string, a: number | null, b: number | null): void => {
    if (a !== b) differences.push({ of, model, class: name, stored: a, recomputed: b });
  };
  for (const name of NAMES) compare(null, name, stored.counts[name], recomputed.counts[name]);
  compare(null, 'records', stored.records, recomputed.records);
  for (const model of new Set([...Object.keys(stored.by_model), ...Object.keys(recomputed.by_model)])) {
    const [a, b] = [stored.by_model[model], recomputed.by_model[model]];
    for (const name of NAMES) compare(model, name, a === undefined ? 0 : a[name], b === undefined ? 0 : b[name]);
  }
  return differences;
}

async function verifyAnalysis(books: Books, kept: KeptSessions, analysis: Analysis, prefixes: Prefixes): Promise<Verification> {
  const { id, sessions } = analysis;
  const nothing = { id, differences: [], notes: [] };
  if (sessions.length === 0 || spent(sessions) === null) return { ...nothing, result: 'unmeasured', from: null };
  const found: Found[] = [];
  for (const part of sessions) found.push(await evidenceOf(books, kept, analysis, part, prefixes));
  const changed = found.flatMap((one) => one.notes);
  const known = found.flatMap(({ evidence }) => evidence ?? []);
  if (known.length < found.length) return { ...nothing, result: 'gone', from: null, notes: changed };
  const from = [...new Set(known.map(({ source }) => source))].sort().reverse().join(', ');
  const again = recount(analysis, known, 'as before');
  const differences = [
    ...compared('total', spent(sessions), spent(again.sessions)),
    ...analysis.stages.flatMap((stage, i) => compared(stage.stage, stage.usage, again.stages[i]!.usage)),
  ];
  const notes = sessions.flatMap((part, i) => {
    const { reader } = lastCut(part);
    return reader === known[i]!.reader ? [] : [`counted by reader ${reader}, worked out again by ${known[i]!.reader}`];
  });
  const shifted = sessions.flatMap((part, i) => {
    const before = part.baseline.usage.records;
    const now = again.sessions[i]!.baseline.usage.records;
    return before === now ? [] : [`the baseline of session ${part.session_id} has ${now} records now, and had ${before}`];
  });
  // Of a log that is gone, or was changed, the books may hold a part only, or what had stood in it before it was written anew.
  const areOthers =
    differences.length > 0 &&
    known.some((evidence, i) => {
      const part = sessions[i]!;
      if (evidence.source !== 'books') return false;
      return found[i]!.isChanged || isCarried(part) || !isOfAsMany(again.sessions[i]!, part) || !areCounted(part, analysis, evidence);
    });
  const result = differences.length === 0 ? 'verified' : areOthers ? 'gone' : 'differs';
  return { id, result, from, differences: result === 'gone' ? [] : differences, notes: [...new Set([...changed, ...notes, ...shifted])] };
}

/** Whether the records are those that were counted, as far as the digest of the last cut tells it: none is kept of others. */
function areCounted(part: SessionPart, { stages }: Analysis, evidence: Evidence): boolean {
  const cut = lastCut(part);
  if (part.settled_at !== undefined || cut.by === 'time') return true;
  const { baseline, final } = recordsAtCuts(part, stages, evidence, asBefore(part));
  return digestOfRecords(final ?? baseline) === cut.digest;
}

/** Whether both were worked out from as many records. */
const isOfAsMany = (a: SessionPart, b: SessionPart): boolean =>
  a.baseline.usage.records === b.baseline.usage.records && a.final?.usage.records === b.final?.usage.records;

/** @param progress is told how many of how many are done. @throws STORE_DAMAGED */
export async function verifyAll(
  books: Books,
  analyses: readonly Analysis[],
  progress: (done: number, of: number) => void,
): Promise<Verification[]> {
  const verifications: Verification[] = [];
  const kept = new KeptSessions(books.store);
  const prefixes = new Prefixes(analyses.flatMap(({ sessions }) => sessions.flatMap((part) => lastCut(part).logs)));
  for (const analysis of analyses) {
    progress(verifications.length, analyses.length);
    verifications.push(await verifyAnalysis(books, kept, analysis, prefixes));
  }
  progress(analyses.length, analyses.length);
  return verifications;
}
