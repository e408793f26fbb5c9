// What a session's part of an analysis is worked out again from: its logs while they hold what lay before its cuts, else what the
// books kept.
import { namesOf, type Evidence } from '../ingest/evidence.js';
import { keptEvidence, keptPrices, recordedPrices, withKept, type KeptSessions } from '../ingest/kept-evidence.js';
import type { Prefixes } from '../ingest/prefixes.js';
import type { SessionReading } from '../ingest/session.js';
import type { Analysis } from '../model/analysis.js';
import type { Cut, SessionPart } from '../model/cut.js';
import type { Books } from './books.js';
import { envelopeEvidence } from './envelope.js';

/** Where a part was counted up to: the bytes of its other cuts lie before it. */
export const lastCut = ({ final, baseline }: SessionPart): Cut => (final ?? baseline).cut;

/** Whether the part's numbers can't be told by positions any more, since its log was changed. */
export const isCarried = ({ final }: SessionPart): boolean => final?.flags.includes('log_changed') === true;

/** The records of its logs; of one that was filled from the books also those that were in no log any more. */
export async function toldOf(
  kept: KeptSessions,
  analysis: Pick<Analysis, 'stages'>,
  part: SessionPart,
  session: SessionReading,
): Promise<Evidence> {
  const names = namesOf(part, analysis.stages);
  const told = await session.evidence(names);
  const { filled_at } = part;
  return filled_at === undefined ? told : withKept(told, await keptEvidence(kept, session.target, lastCut(part).at, names, filled_at));
}

/** The same with what each record cost. @param anew by the book as it is now. @throws STORE_DAMAGED */
export async function withPrices(
  books: Books,
  kept: KeptSessions,
  part: SessionPart,
  evidence: Evidence,
  anew: boolean,
): Promise<Evidence> {
  // What envelopes told has its price.
  if (evidence.priceOf !== null) return evidence;
  return { ...evidence, priceOf: await keptPrices(kept, books.targetOf(part), await books.prices(), anew) };
}

/** What the books kept of a part, with prices: nothing of it depends on logs. Null if they kept nothing. @throws STORE_DAMAGED */
export async function recordedEvidence(
  books: Books,
  kept: KeptSessions,
  analysis: Pick<Analysis, 'stages'>,
  part: SessionPart,
): Promise<Evidence | null> {
  const envelopes = envelopeEvidence(part);
  if (envelopes !== null) return envelopes;
  const target = books.targetOf(part);
  const evidence = await keptEvidence(kept, target, lastCut(part).at, namesOf(part, analysis.stages), part.filled_at ?? null);
  return evidence === null ? null : { ...evidence, priceOf: await recordedPrices(kept, target) };
}

/** What a part can be worked out again from. */
export interface Found {
  /** Null: from nothing. */
  readonly evidence: Evidence | null;
  /** Its log is there, and another one. */
  readonly isChanged: boolean;
  readonly notes: readonly string[];
}

/**
 * The logs of a part if they are still those that it was counted from, else what the books kept of it.
 *
 * @param prefixes null: the logs are not looked at to the last byte.
 * @throws STORE_DAMAGED
 */
export async function evidenceOf(
  books: Books,
  kept: KeptSessions,
  analysis: Pick<Analysis, 'stages'>,
  part: SessionPart,
  prefixes: Prefixes | null,
): Promise<Found> {
  const envelopes = envelopeEvidence(part);
  if (envelopes !== null) return { evidence: envelopes, isChanged: false, notes: [] };
  const cut = lastCut(part);
  const session = await books.session(books.targetOf(part));
  const holds = session.exists && session.unread.length === 0 && (await session.holdsPlaces(cut, prefixes));
  if (holds && !isCarried(part)) return { evidence: await toldOf(kept, analysis, part, session), isChanged: false, notes: [] };
  const notes = session.exists ? [`the log of session ${part.session_id} is not the one any more that it was counted from`] : [];
  const names = namesOf(part, analysis.stages);
  const evidence = await keptEvidence(kept, session.target, cut.at, names, part.filled_at ?? null);
  return { evidence, isChanged: session.exists, notes };
}
