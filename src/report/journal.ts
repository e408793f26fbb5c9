// The story of an analysis: its attempts at each stage with what was decided, found and tested in them, and how it came out. Pure.
// Invariant: what the attempts, the tail and nothing else spent is what the analysis spent.
import type { Analysis, Stage } from '../model/analysis.js';
import { isLogged, type Usage } from '../model/cut.js';
import { isFailure, isRefusal, SEVERITIES, isEmpty, type Decision, type JournalEntry, type Severity } from '../model/journal.js';
import { addCost, NO_COST, type Cost } from '../model/price.js';
import { secondsBetween, MICROS_PER_SECOND, type Instant } from '../model/time.js';
import { total } from '../model/tokens.js';

/** One attempt at a stage. */
export interface AttemptStory {
  readonly stage: string;
  readonly attempt: number;
  /** `open`: told of in the journal, and not closed yet. */
  readonly status: Stage['status'] | 'open';
  /** When it was closed; null if it was not, or nothing tells it. */
  readonly at: Instant | null;
  readonly usage: Usage | null;
  /** Why there is none, in one word; null where there is. */
  readonly unmeasured: string | null;
  /** Tokens in all, where an import told that alone. */
  readonly known_total: number | null;
  readonly cost: Cost | null;
  /** Since the stage before was closed, or the start; as an import told it. */
  readonly wall_seconds: number | null;
  /** As an envelope told it; null where none did. */
  readonly api_ms: number | null;
  readonly turns: number | null;
  readonly notes: string | null;
  readonly entries: readonly JournalEntry[];
  /** It was revised, or the last decision on it refused it: what it spent is rework. */
  readonly isRework: boolean;
}

/** A session in which the work went on. */
export interface Resumption {
  readonly at: Instant;
  readonly session_id: string;
  /** The stage that was closed last by then; null before the first one. */
  readonly after: string | null;
}

export interface Rework {
  readonly attempts: number;
  /** Null if what one of them spent is unknown. */
  readonly tokens: number | null;
  readonly cost: Cost;
}

export interface Outcome {
  readonly attempts: number;
  readonly rework: Rework;
  /** Whole seconds in which a decision was waited for; null without a decision, or if of one the times are unknown. */
  readonly human_seconds: number | null;
  /** The rest of the time; null if either is unknown. */
  readonly agent_seconds: number | null;
  readonly decisions: Readonly<Partial<Record<Decision, number>>>;
  readonly findings: Readonly<Partial<Record<Severity, number>>>;
  readonly last_result: JournalEntry | null;
  /** Why the status and the journal don't agree; none where they do. */
  readonly contradictions: readonly string[];
}

export interface Story {
  readonly analysis: Analysis;
  readonly attempts: readonly AttemptStory[];
  /** Entries that are about no stage. */
  readonly others: readonly JournalEntry[];
  readonly resumptions: readonly Resumption[];
  /** What was spent after the last stage; null where there are no stages, or it is unknown. */
  readonly tail: { readonly usage: Usage; readonly cost: Cost | null } | null;
  readonly outcome: Outcome;
}

const MS = 1000;

const sameStage = (a: { stage: string | null; attempt: number | null }, b: { stage: string | null; attempt: number | null }): boolean =>
  a.stage === b.stage && a.attempt === b.attempt;

/** The decision that stands; null where there was none. */
const lastDecision = (entries: readonly JournalEntry[]): Decision | null =>
  entries.findLast(({ decision }) => decision !== null)?.decision ?? null;

/** What envelopes told of the time and turns of the stage that was closed at an instant. */
function toldAt({ sessions }: Analysis, at: Instant): Pick<AttemptStory, 'api_ms' | 'turns'> {
  const told = sessions.flatMap(({ told: all }) => all ?? []).filter((one) => one.at === at);
  const sumOf = (name: 'duration_api_ms' | 'turns'): number | null => {
    const known = told.flatMap((one) => one[name] ?? []);
    return known.length === 0 ? null : known.reduce((a, b) => a + b);
  };
  return { api_ms: sumOf('duration_api_ms'), turns: sumOf('turns') };
}

function closedAttempts(analysis: Analysis, entries: readonly JournalEntry[]): AttemptStory[] {
  const { stages, costs, started_at } = analysis;
  return stages.map((stage, k): AttemptStory => {
    const at = stage.untimed === true ? null : stage.at;
    const before = k === 0 ? started_at : stages[k - 1]!.untimed === true ? null : stages[k - 1]!.at;
    const own = entries.filter((entry) => sameStage(entry, stage));
    return {
      stage: stage.stage,
      attempt: stage.attempt,
      status: stage.status,
      at,
      usage: stage.usage,
      unmeasured: stage.usage === null ? (analysis.capture_reason ?? 'not_measured') : null,
      known_total: stage.known_total ?? null,
      cost: costs?.stages[k] ?? null,
      wall_seconds: stage.duration_ms === undefined ? secondsBetween(before, at) : Math.floor(stage.duration_ms / MS),
      ...toldAt(analysis, stage.at),
      notes: stage.notes,
      entries: own,
      isRework: stage.status === 'revised' || isRefusal(lastDecision(own)),
    };
  });
}

/** Attempts that the journal tells of, and that were not closed. */
function openAttempts({ stages }: Analysis, entries: readonly JournalEntry[]): AttemptStory[] {
  const open = new Map<string, JournalEntry[]>();
  for (const entry of entries) {
    if (entry.stage === null || stages.some((stage) => sameStage(entry, stage))) continue;
    const key = JSON.stringify([entry.stage, entry.attempt]);
    open.set(key, [...(open.get(key) ?? []), entry]);
  }
  const nothing = { at: null, usage: null, known_total: null, cost: null, wall_seconds: null, api_ms: null, turns: null, notes: null };
  return [...open.values()].map((own): AttemptStory => ({
    ...nothing,
    stage: own[0]!.stage!,
    attempt: own[0]!.attempt ?? 1,
    status: 'open',
    unmeasured: 'not_closed',
    entries: own,
    isRework: isRefusal(lastDecision(own)),
  }));
}

/** Whole seconds of the work in which somebody was waited for, times that overlap once; null if of one decision they are unknown. */
function humanSeconds(entries: readonly JournalEntry[], { started_at, completed_at }: Analysis): number | null {
  const decided = entries.filter(({ decision }) => decision !== null);
  // Without any decision nobody knows whether people were asked.
  if (decided.length === 0) return null;
  const asked = decided.filter(({ decision }) => decision !== 'auto');
  const spans: (readonly [from: Instant, to: Instant])[] = [];
  for (const { requested_at, at } of asked) {
    if (requested_at === null || at === null) return null;
    spans.push([Math.max(requested_at, started_at ?? requested_at), Math.min(at, completed_at ?? at)]);
  }
  spans.sort(([a], [b]) => a - b);
  let [waited, until] = [0, -Infinity];
  for (const [from, to] of spans) {
    waited += Math.max(0, to - Math.max(from, until));
    until = Math.max(until, to);
  }
  return Math.floor(waited / MICROS_PER_SECOND);
}

function counted<T extends string>(values: readonly (T | null)[], order: readonly T[]): Partial<Record<T, number>> {
  const counts: Partial<Record<T, number>> = {};
  for (const value of order) {
    const count = values.filter((one) => one === value).length;
    if (count > 0) counts[value] = count;
  }
  return counts;
}

const DECIDED = ['approve', 'auto', 'instruct', 'revise', 'reject'] as const;

/** Tokens of an attempt; null if unknown. */
export const tokensOf = ({ usage, known_total }: Pick<AttemptStory, 'usage' | 'known_total'>): number | null =>
  usage === null ? known_total : total(usage.counts);

/** What some attempts spent; one that nobody knows makes the sum unknown. */
export function spendOf(attempts: readonly AttemptStory[]): {
  readonly tokens: number | null;
  readonly cost: Cost;
} {
  const known = attempts.map(tokensOf);
  const nothing = { ...NO_COST, unpriced_records: 1 };
  return {
    tokens: known.some((one) => one === null) ? null : known.reduce<number>((a, b) => a + b!, 0),
    cost: attempts.map(({ cost }) => cost ?? nothing).reduce(addCost, NO_COST),
  };
}

/** What a stage took over all its attempts. */
export interface StageTotal {
  readonly stage: string;
  readonly attempts: number;
  /** Null if what one of them spent is unknown. */
  readonly tokens: number | null;
  readonly cost: Cost;
}

/** Of those that were closed, in the order in which each began. */
export function stageTotals(attempts: readonly AttemptStory[]): readonly StageTotal[] {
  const byStage = new Map<string, AttemptStory[]>();
  for (const attempt of attempts.filter(({ status }) => status !== 'open'))
    byStage.set(attempt.stage, [...(byStage.get(attempt.stage) ?? []), attempt]);
  return [...byStage].map(([stage, own]) => ({ stage, attempts: own.length, ...spendOf(own) }));
}

function contradictionsIn({ status }: Analysis, attempts: readonly AttemptStory[], lastResult: JournalEntry | null): string[] {
  if (status !== 'completed') return [];
  // One that was never closed decides nothing, unless it was refused.
  const decided = attempts.filter(({ status: ended, isRework }) => ended !== 'open' || isRework);
  const last = new Map(decided.map((attempt) => [attempt.stage, attempt]));
  return [
    ...(lastResult !== null && isFailure(lastResult) ? [isEmpty(lastResult) ? 'no test ran in the end' : 'its last tests failed'] : []),
    ...[...last.values()].flatMap(({ stage, status: ended, entries }) => {
      const decision = lastDecision(entries);
      if (isRefusal(decision)) return [`the last decision on "${stage}" is ${decision!}`];
      return ended === 'failed' ? [`the last attempt at "${stage}" failed`] : [];
    }),
  ];
}

/** @param journal the first entry first. @param tail what was spent after the last stage, and what it cost. */
export function storyOf(analysis: Analysis, journal: readonly JournalEntry[], tail: Story['tail']): Story {
  const attempts = [...closedAttempts(analysis, journal), ...openAttempts(analysis, journal)];
  const rework = attempts.filter(({ isRework }) => isRework);
  const human_seconds = humanSeconds(journal, analysis);
  const results = journal.filter(({ entry }) => entry === 'result');
  results.sort((a, b) => (a.at ?? a.recorded_at) - (b.at ?? b.recorded_at) || a.revision - b.revision);
  const last_result = results.at(-1) ?? null;
  const wall = analysis.duration_seconds;
  const { tokens, cost } = spendOf(rework.filter(({ status }) => status !== 'open'));
  return {
    analysis,
    attempts,
    others: journal.filter(({ stage }) => stage === null),
    // What envelopes tell of is a run of its own, and no resumption.
    resumptions: analysis.sessions
      .slice(1)
      .filter(isLogged)
      .map(({ session_id, baseline: { cut } }) => ({
        at: cut.at,
        session_id,
        after: analysis.stages.findLast((stage) => stage.untimed !== true && stage.at <= cut.at)?.stage ?? null,
      })),
    tail: analysis.stages.length === 0 ? null : tail,
    outcome: {
      attempts: analysis.stages.length,
      rework: { attempts: rework.length, tokens, cost },
      human_seconds,
      agent_seconds: wall === null || human_seconds === null ? null : Math.max(0, wall - human_seconds),
      decisions: counted(
        journal.map(({ decision }) => decision),
        DECIDED,
      ),
      findings: counted(
        journal.map(({ severity }) => severity),
        SEVERITIES,
      ),
      last_result,
      contradictions: contradictionsIn(analysis, attempts, last_result),
    },
  };
}
