// Small steps that every reader takes when it notes what a log says about itself.
import type { Instant } from '../model/time.js';
import type { LogFacts } from './agent.js';

/** A log that names more folders than this is not asked about the others. */
const MOST = 64;

export function pushNew(list: string[], value: string): void {
  if (list.length < MOST && !list.includes(value)) list.push(value);
}

export function noteTime(facts: LogFacts, at: Instant | null): void {
  if (at === null) return;
  if (facts.first_at === null || at < facts.first_at) facts.first_at = at;
  if (facts.last_at === null || at > facts.last_at) facts.last_at = at;
}
