// What a session's part of an analysis is worked out again from, while its logs hold what lay before its cuts.
import { namesOf, type Evidence } from '../ingest/evidence.js';
import { keptEvidence, withKept } from '../ingest/kept-evidence.js';
import type { SessionReading } from '../ingest/session.js';
import type { Analysis } from '../model/analysis.js';
import type { SessionPart } from '../model/cut.js';
import type { Instant } from '../model/time.js';
import type { Books } from './books.js';

/** When a part was filled from the books, as far as its analysis tells; null for one that was measured. */
export const filledAt = ({ match }: SessionPart, { recorded_at }: Analysis): Instant | null => (match === undefined ? null : recorded_at);

/** The records of its logs; of one that was filled from the books also those that were in no log any more. */
export async function toldOf(books: Books, analysis: Analysis, part: SessionPart, session: SessionReading): Promise<Evidence> {
  const names = namesOf(part, analysis.stages);
  const told = await session.evidence(names);
  const filled = filledAt(part, analysis);
  if (filled === null) return told;
  return withKept(told, await keptEvidence(books.store, session.target, (part.final ?? part.baseline).cut.at, names, filled));
}
