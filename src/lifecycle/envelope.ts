// Sessions whose usage an envelope tells, and no log: each result adds what it tells beyond the one before. What was told is kept with
// the analysis, so that its numbers can be worked out again from that alone.
import { EMPTY_DIGEST } from '../ingest/digest.js';
import { usageOfRecords, type Evidence } from '../ingest/evidence.js';
import type { Copy } from '../ingest/groups.js';
import type { Analysis } from '../model/analysis.js';
import { isLogged, type SessionPart, type Snapshot, type ToldUsage } from '../model/cut.js';
import { TokentrailError } from '../model/errors.js';
import { dollars, picoOf } from '../model/money.js';
import { ORDINARY } from '../model/record.js';
import type { Instant } from '../model/time.js';
import { subtract, TOKEN_CLASSES } from '../model/tokens.js';
import { unpricedText } from '../pricing/card.js';
import type { Books } from './books.js';

/** A result, as `capture` reads it. */
export interface EnvelopeResult {
  readonly session_id: string;
  readonly models: readonly Pick<ToldUsage, 'model' | 'counts' | 'reported' | 'web_searches'>[];
  readonly turns: number | null;
  readonly duration_ms: number | null;
  readonly duration_api_ms: number | null;
}

/** The name of the log that there is none of. */
const ENVELOPES = 'envelopes';

const isTold = (part: SessionPart): boolean => !isLogged(part);

export type ToldModel = EnvelopeResult['models'][number];

/** What a result tells of a model beyond the one before; null if that told more: then its counters began anew. */
function since(now: ToldModel, before: ToldModel | undefined): ToldModel | null {
  if (before === undefined) return now;
  const counts = subtract(now.counts, before.counts);
  const cost = picoOf(now.reported ?? '0')! - picoOf(before.reported ?? '0')!;
  const searches = now.web_searches - before.web_searches;
  if (TOKEN_CLASSES.some((name) => counts[name]! < 0) || cost < 0n || searches < 0) return null;
  return { ...now, counts, reported: now.reported === null ? null : dollars(cost), web_searches: searches };
}

/** What a result adds to those before it: a resumed session goes on adding up, another process of it begins anew. */
function added(models: readonly ToldModel[], last: readonly ToldModel[]): readonly ToldModel[] {
  const differences = models.map((now) =>
    since(
      now,
      last.find(({ model }) => model === now.model),
    ),
  );
  const isGoingOn = !differences.includes(null) && last.every(({ model }) => models.some((now) => now.model === model));
  return isGoingOn ? differences.filter((model) => model !== null) : models;
}

const isNothing = ({ counts, reported, web_searches }: ToldModel): boolean =>
  TOKEN_CLASSES.every((name) => counts[name] === 0) && web_searches === 0 && (reported === null || picoOf(reported) === 0n);

/** As records: each is what one result added of one model. */
const copiesOf = ({ session_id, told = [] }: Pick<SessionPart, 'session_id' | 'told'>): Copy[] =>
  told.map(({ at, model, counts, reported }, position) => ({
    ...ORDINARY,
    key: `envelope:${session_id}:${at}:${position}`,
    log: -1,
    session: session_id,
    at,
    model,
    counts,
    reported,
    position,
    end: position + 1,
  }));

/** Sums of several requests: only what was reported is their price. */
const NO_LIST_PRICE = unpricedText('several_requests', ENVELOPES);

/** What a session's part is worked out again from, where envelopes told it; null for one that has a log. */
export function envelopeEvidence(part: SessionPart): Evidence | null {
  if (!isTold(part)) return null;
  return {
    source: 'books',
    reader: part.baseline.cut.reader,
    records: copiesOf(part).map((copy) => ({ copy, log: ENVELOPES })),
    tellsReasoning: false,
    isSubagent: () => false,
    names: new Map(),
    sums: new Map(),
    priceOf: ({ reported }) => ({
      reported: reported === null ? null : picoOf(reported),
      estimated: null,
      card: reported === null ? NO_LIST_PRICE : null,
    }),
  };
}

const READER = 'claude-envelope@1';

function snapshot(part: Pick<SessionPart, 'session_id' | 'told'>, at: Instant): Snapshot {
  const copies = copiesOf(part);
  const position = { kind: 'rows', records: copies.length, last_key: null } as const;
  const usage = usageOfRecords(copies, { isSubagent: () => false, tellsReasoning: false });
  return {
    cut: {
      at,
      logs: [{ path: ENVELOPES, session_id: part.session_id, head_sha256: '', position }],
      open: [],
      records: copies.length,
      digest: EMPTY_DIGEST,
      reader: READER,
    },
    usage,
    flags: [],
    partial_records: 0,
    skipped: [],
  };
}

/** What the newest result of a session said in all, in whichever analysis it was booked; nothing if there was none. */
export async function lastTold(books: Books, session_id: string): Promise<readonly ToldModel[]> {
  const logs = await books.logs();
  const parts = (await logs.withSessions([session_id]))
    .flatMap(({ sessions }) => sessions)
    .filter((part) => part.session_id === session_id);
  const at = (part: SessionPart): Instant => part.final?.cut.at ?? 0;
  return parts.filter(isTold).sort((a, b) => at(b) - at(a))[0]?.told_last ?? [];
}

/** The part of a session of which nothing was told until `at`. */
function newPart(session_id: string, at: Instant): SessionPart {
  const nothing = snapshot({ session_id, told: [] }, at);
  const baseline = { ...nothing, cut: { ...nothing.cut, logs: [] } };
  return { agent: 'claude', session_id, path: null, found_by: 'envelope', baseline, baseline_reason: 'envelope', final: null, told: [] };
}

/**
 * An analysis with what a result tells of its session beyond what was booked of it, here or in another analysis.
 *
 * @param last what `lastTold` gives.
 * @throws WRONG_STATE if that session is measured from its log.
 */
export function withEnvelope(analysis: Analysis, result: EnvelopeResult, at: Instant, last: readonly ToldModel[]): Analysis {
  const { session_id, models, turns, duration_ms, duration_api_ms } = result;
  const known = analysis.sessions.find((part) => part.session_id === session_id);
  if (known !== undefined && !isTold(known)) {
    throw new TokentrailError(
      'WRONG_STATE',
      `The session "${session_id}" is measured from its log, which tells all that the envelope does.`,
      {
        suggestions: ['Leave out --usage-from-envelope.'],
        details: { id: analysis.id, session_id },
      },
    );
  }
  const part = known ?? newPart(session_id, at - 1);
  const fresh = added(models, last).filter((model) => !isNothing(model));
  const own = fresh.map((model, n): ToldUsage => ({
    at,
    ...model,
    ...(n === 0 ? { turns, duration_ms, duration_api_ms } : { turns: null, duration_ms: null, duration_api_ms: null }),
  }));
  const told = [...part.told!, ...own];
  const next: SessionPart = { ...part, told, told_last: models, final: snapshot({ session_id, told }, at) };
  const sessions = known === undefined ? [...analysis.sessions, next] : analysis.sessions.map((one) => (one === known ? next : one));
  return {
    ...analysis,
    sessions,
    usage_provider: analysis.usage_provider ?? 'claude',
    usage_session_id: analysis.usage_session_id ?? session_id,
    usage_mode: analysis.usage_mode ?? 'counter_delta',
  };
}
