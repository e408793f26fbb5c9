// Which sessions a list shows, in which order. Pure.
import type { SessionSummary } from '../ingest/sessions.js';
import type { Instant } from '../model/time.js';

export interface SessionFilter {
  /** Root of a project; sessions with any working folder in it. */
  readonly inProject: ((folder: string) => boolean) | null;
  readonly since: Instant | null;
  readonly limit: number;
}

export interface SessionSelection {
  readonly sessions: readonly SessionSummary[];
  readonly matching: number;
}

/** The last changed first. */
export function selectSessions(all: readonly SessionSummary[], { inProject, since, limit }: SessionFilter): SessionSelection {
  const found = all.filter(
    ({ folders, changed_at }) => (inProject === null || folders.some(inProject)) && (since === null || changed_at >= since),
  );
  found.sort((a, b) => b.changed_at - a.changed_at || (a.session_id < b.session_id ? -1 : 1));
  return { sessions: found.slice(0, limit), matching: found.length };
}
