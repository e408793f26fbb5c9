// The story of an analysis as data: its attempts with what they spent, their entries, and the outcome.
import { HIDDEN, type Writing } from '../../exchange/books-file.js';
import type { Usage } from '../../model/cut.js';
import type { JournalEntry } from '../../model/journal.js';
import { total } from '../../model/tokens.js';
import { stageTotals, type AttemptStory, type Rework, type Story } from '../../report/journal.js';
import { costJson } from './cost.js';
import { entryJson } from './journal.js';

/** Texts of an entry that `redact` leaves out. */
const PRIVATE = ['feedback', 'message', 'file', 'decided_by'];

const usageJson = ({ counts, records, by_model }: Usage): object => ({
  ...counts,
  total: total(counts),
  records,
  models: Object.keys(by_model),
});

function entryFields(entry: JournalEntry, { time, redact }: Writing): object {
  const fields = entryJson(entry, (instant) => (instant === null ? null : time(instant)));
  if (!redact) return fields;
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]: [string, unknown]) => [key, PRIVATE.includes(key) && value !== null ? HIDDEN : value]),
  );
}

const attemptJson = (attempt: AttemptStory, writing: Writing): object => ({
  stage: attempt.stage,
  attempt: attempt.attempt,
  status: attempt.status,
  is_rework: attempt.isRework,
  closed_at: attempt.at === null ? null : writing.time(attempt.at),
  wall_seconds: attempt.wall_seconds,
  api_ms: attempt.api_ms,
  turns: attempt.turns,
  usage: attempt.usage === null ? null : usageJson(attempt.usage),
  ...(attempt.unmeasured === null ? {} : { usage_reason: attempt.unmeasured }),
  ...(attempt.known_total === null ? {} : { known_total: attempt.known_total }),
  cost: attempt.cost === null ? null : costJson(attempt.cost),
  notes: attempt.notes !== null && writing.redact ? HIDDEN : attempt.notes,
  journal: attempt.entries.map((entry) => entryFields(entry, writing)),
});

export const reworkJson = ({ attempts, tokens, cost }: Rework): object => ({ attempts, total_tokens: tokens, cost: costJson(cost) });

export function storyJson({ attempts, others, resumptions, tail, outcome }: Story, writing: Writing): object {
  const { rework, last_result, ...rest } = outcome;
  return {
    stages: attempts.map((attempt) => attemptJson(attempt, writing)),
    stage_totals: stageTotals(attempts).map(({ stage, attempts: count, tokens, cost }) => ({
      stage,
      attempts: count,
      total_tokens: tokens,
      cost: costJson(cost),
    })),
    tail: tail === null ? null : { usage: usageJson(tail.usage), cost: tail.cost === null ? null : costJson(tail.cost) },
    journal: others.map((entry) => entryFields(entry, writing)),
    resumed: resumptions.map(({ at, session_id, after }) => ({ at: writing.time(at), session_id, after_stage: after })),
    outcome: {
      ...rest,
      rework: reworkJson(rework),
      last_result: last_result === null ? null : entryFields(last_result, writing),
    },
  };
}

/** What `analysis show` tells of a journal: its entries in order, and the outcome. */
export function storyDetailJson({ attempts, others, outcome }: Story): object {
  const { rework, last_result, ...rest } = outcome;
  const entries = [...attempts.flatMap(({ entries: own }) => own), ...others].sort((a, b) => a.revision - b.revision);
  return {
    journal: entries.map((entry) => entryJson(entry)),
    outcome: { ...rest, rework: reworkJson(rework), last_result: last_result === null ? null : entryJson(last_result) },
  };
}
