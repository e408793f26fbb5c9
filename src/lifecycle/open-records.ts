// A record that was still being written when a cut was made lies whole before that cut (semantics 1). Once its counts are
// finished, every cut at which it was open takes them, so that what it grew by is charged to nobody who came later.
import type { OpenRecord, SessionPart, Usage } from '../model/cut.js';
import type { Stage } from '../model/analysis.js';
import { sameCounts } from '../model/tokens.js';
import type { SessionReading } from '../ingest/session.js';
import { addUsage, isNegative, NO_USAGE, subtractUsage, usageOfRecord } from './usage.js';

export interface Finished {
  readonly part: SessionPart;
  readonly stages: readonly Stage[];
}

interface Growth {
  readonly usage: Usage;
  readonly open: readonly OpenRecord[];
  readonly changed: boolean;
}

const asUsage = ({ model, subagent, counts }: OpenRecord): Usage => usageOfRecord(model, subagent, counts);

/** What the open records of a cut have grown by, and which of them are still open. */
function growth(open: readonly OpenRecord[], session: SessionReading): Growth {
  let usage = NO_USAGE;
  let changed = false;
  const left: OpenRecord[] = [];
  for (const record of open) {
    const now = session.now(record.key);
    if (now === null) {
      left.push(record);
      continue;
    }
    if (!sameCounts(now.counts, record.counts) || now.model !== record.model) {
      usage = addUsage(usage, subtractUsage(asUsage(now), asUsage(record)));
      changed = true;
    }
    if (!session.isFinished(record.key)) left.push(now);
  }
  return { usage, open: left, changed: changed || left.length < open.length };
}

/**
 * The last snapshot with the records that were open at the one before and still are: another answer may have begun meanwhile, and
 * then they are not the last of their log any more.
 */
export function stillOpen(before: SessionPart, now: SessionPart, session: SessionReading): SessionPart {
  if (now.final === null) return now;
  const { cut } = now.final;
  const known = new Set(cut.open.map(({ key }) => key));
  const earlier = (before.final ?? before.baseline).cut.open;
  const left = earlier.flatMap(({ key }) => (known.has(key) || session.isFinished(key) ? [] : (session.now(key) ?? [])));
  return left.length === 0 ? now : { ...now, final: { ...now.final, cut: { ...cut, open: [...cut.open, ...left] } } };
}

/** Adds the growth to the stage that ends at a cut and takes it from the next one. */
function shift(stages: readonly Stage[], cutOf: number, growing: Usage): Stage[] {
  return stages.map((stage, i) => {
    if (stage.usage === null) return stage;
    if (i === cutOf) return { ...stage, usage: addUsage(stage.usage, growing) };
    return i === cutOf + 1 ? { ...stage, usage: subtractUsage(stage.usage, growing) } : stage;
  });
}

/** Gives the finished counts of records to the cuts at which they were open: baseline, stages and the last snapshot alike. */
export function finishOpenRecords(part: SessionPart, stages: readonly Stage[], session: SessionReading): Finished {
  const before: Finished = { part, stages };
  let shifted = [...stages];
  const atStart = growth(part.baseline.cut.open, session);
  let baseline = part.baseline;
  if (atStart.changed) {
    const finished = baseline.cut.open.length - atStart.open.length;
    baseline = {
      ...baseline,
      usage: addUsage(baseline.usage, atStart.usage),
      cut: { ...baseline.cut, open: atStart.open },
      partial_records: Math.max(0, baseline.partial_records - finished),
    };
    shifted = shift(shifted, -1, atStart.usage);
  }
  stages.forEach((stage, i) => {
    const cut = stage.cuts.find(({ session_id }) => session_id === part.session_id);
    if (cut === undefined || cut.open.length === 0) return;
    const grown = growth(cut.open, session);
    if (!grown.changed) return;
    shifted = shift(shifted, i, grown.usage);
    const cuts = stage.cuts.map((other) => (other === cut ? { ...cut, open: grown.open } : other));
    shifted[i] = { ...shifted[i]!, cuts };
  });
  let final = part.final;
  if (final !== null) {
    const grown = growth(final.cut.open, session);
    if (grown.changed) final = { ...final, usage: addUsage(final.usage, grown.usage), cut: { ...final.cut, open: grown.open } };
  }
  const wrong = shifted.some(({ usage }) => usage !== null && isNegative(usage)) || isNegative(baseline.usage);
  return wrong ? before : { part: { ...part, baseline, final }, stages: shifted };
}
