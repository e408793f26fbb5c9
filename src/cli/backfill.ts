// What `analysis backfill-usage` asks of the books: which analyses it may fill, and which sessions there are.
import { existsSync } from 'node:fs';
import { AGENT_LIST } from '../capture/agents.js';
import { bookedSessions, type SessionRecords } from '../ingest/booked-sessions.js';
import { applyBackfill, planBackfill, type Backfilled, type BackfillQuestion, type Confidence } from '../lifecycle/backfill.js';
import { listAnalyses } from '../lifecycle/list.js';
import { toolFromFlag, type ToolFlag } from '../model/agents.js';
import type { Analysis } from '../model/analysis.js';
import { TokentrailError } from '../model/errors.js';
import type { Instant } from '../model/time.js';
import { selectAnalyses } from '../report/select-analyses.js';
import type { Context } from './context.js';
import { findProject } from './project.js';
import { syncBooks, warnOfSkips } from './usage.js';

export interface BackfillFlags {
  readonly tool?: ToolFlag | undefined;
  readonly since?: Instant | undefined;
  readonly until?: Instant | undefined;
  readonly limit?: number | undefined;
  readonly 'usage-session-id'?: readonly string[] | undefined;
  readonly 'min-confidence': Confidence;
  readonly force: boolean;
  readonly 'dry-run': boolean;
}

/** `ID=SESSION` each. @throws USAGE */
function givenSessions(given: readonly string[]): Map<string, string> {
  const sessions = new Map<string, string>();
  for (const text of given) {
    const [id, ...rest] = text.split('=');
    const session = rest.join('=');
    if (id === undefined || id === '' || session === '') {
      throw new TokentrailError('USAGE', `--usage-session-id "${text}" is not of the form ID=SESSION.`, {
        suggestions: ['Give it as --usage-session-id ANALYSIS-2026-007=8f2c0d6e-….'],
      });
    }
    if (sessions.has(id)) {
      throw new TokentrailError('USAGE', `--usage-session-id names two sessions for ${id}.`, {
        suggestions: ['Give one for each analysis.'],
      });
    }
    sessions.set(id, session);
  }
  return sessions;
}

/** The analyses that the flags choose. */
function chosenBy(flags: BackfillFlags): (all: readonly Analysis[]) => ReadonlySet<string> {
  const filter = {
    forgotten: false,
    sourceId: null,
    tool: flags.tool === undefined ? null : toolFromFlag(flags.tool),
    status: null,
    kind: null,
    tags: [],
    since: flags.since ?? null,
    until: flags.until ?? null,
    limit: null,
  };
  return (all) => new Set(selectAnalyses(all, filter).analyses.map(({ id }) => id));
}

/** @throws SESSION_NOT_FOUND if a session that was named has no record. */
function requireSessions(given: ReadonlyMap<string, string>, sessions: readonly SessionRecords[]): void {
  const known = new Set(sessions.map(({ session_id }) => session_id));
  for (const [id, session_id] of given) {
    if (known.has(session_id)) continue;
    throw new TokentrailError('SESSION_NOT_FOUND', `There is no record of session "${session_id}", which was named for ${id}.`, {
      suggestions: ['See `tokentrail analysis sessions list`.'],
      details: { id, session_id },
    });
  }
}

/** The projects of folders, as they are stored. */
function projects(context: Context): (folder: string) => string | null {
  const known = new Map<string, string | null>();
  return (folder) => {
    let root = known.get(folder);
    if (root === undefined) {
      const path = context.expand(folder);
      known.set(folder, (root = existsSync(path) ? context.tilde(findProject(path).root) : null));
    }
    return root;
  };
}

export async function backfill(context: Context, flags: BackfillFlags): Promise<Backfilled> {
  const given = givenSessions(flags['usage-session-id'] ?? []);
  const dryRun = flags['dry-run'];
  const books = dryRun ? await context.readBooks() : await context.existingBooks();
  for (const id of given.keys()) await books.analysis(id);
  const synced = dryRun ? [] : await syncBooks(context, null, false);
  warnOfSkips(context, synced);
  await books.store.requireUsage();
  const whole = new Set(synced.filter(({ held }) => held === 0).map(({ agent }) => agent));
  const sessions = await bookedSessions(books.store, await context.syncParts(AGENT_LIST, false), whole);
  requireSessions(given, sessions);
  const question: Omit<BackfillQuestion, 'analyses'> = {
    sessions,
    given,
    force: flags.force,
    minConfidence: flags['min-confidence'],
    choose: chosenBy(flags),
    limit: flags.limit ?? null,
    rootOf: projects(context),
  };
  return dryRun ? { ...planBackfill({ ...question, analyses: await listAnalyses(books) }), written: 0 } : applyBackfill(books, question);
}
