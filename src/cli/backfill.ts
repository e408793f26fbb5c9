// What `analysis backfill-usage` asks of the books: which analyses it may fill, and which sessions there are.
import { AGENT_LIST } from '../capture/agents.js';
import { bookedSessions } from '../ingest/booked-sessions.js';
import { applyBackfill, planBackfill, type Backfilled, type BackfillQuestion, type Confidence } from '../lifecycle/backfill.js';
import { listAnalyses } from '../lifecycle/list.js';
import { toolFromFlag, type ToolFlag } from '../model/agents.js';
import type { Analysis } from '../model/analysis.js';
import { TokentrailError } from '../model/errors.js';
import type { Instant } from '../model/time.js';
import { selectAnalyses } from '../report/select-analyses.js';
import type { Context } from './context.js';
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
  return new Map(
    given.map((text) => {
      const [id, ...rest] = text.split('=');
      const session = rest.join('=');
      if (id !== undefined && id !== '' && session !== '') return [id, session];
      throw new TokentrailError('USAGE', `--usage-session-id "${text}" is not of the form ID=SESSION.`, {
        suggestions: ['Give it as --usage-session-id ANALYSIS-2026-007=8f2c0d6e-….'],
      });
    }),
  );
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
    limit: flags.limit ?? null,
  };
  return (all) => new Set(selectAnalyses(all, filter).analyses.map(({ id }) => id));
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
  const question: Omit<BackfillQuestion, 'analyses'> = {
    sessions,
    given,
    force: flags.force,
    minConfidence: flags['min-confidence'],
    choose: chosenBy(flags),
  };
  return dryRun ? { ...planBackfill({ ...question, analyses: await listAnalyses(books) }), written: 0 } : applyBackfill(books, question);
}
