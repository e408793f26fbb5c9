// The books as the checks see them: proved, and with what the machine knows of the sessions.
import { agentNamed } from '../capture/agents.js';
import type { Ledger } from '../checks/books/check.js';
import { listAnalyses } from '../lifecycle/list.js';
import type { AgentName } from '../model/agents.js';
import type { Instant } from '../model/time.js';
import { prove } from '../store/prove.js';
import type { Books } from '../lifecycle/books.js';
import { TokentrailError } from '../model/errors.js';
import type { Context } from './context.js';
import { isProcessGone } from './process.js';
import { stageNames } from './stage-names.js';

/** @throws STORE_DAMAGED if a row is not what was stored */
export async function ledgerOf(context: Context, at: Instant | null): Promise<Ledger> {
  const books = await context.readBooks();
  await prove(books.store);
  const analyses = await listAnalyses(books, at);
  const known = await books.store.guarded(async () => (await books.sources()).list(at));
  const agents = new Set(
    analyses.filter(({ status }) => status === 'started').flatMap(({ sessions }) => sessions.map(({ agent }) => agent)),
  );
  const written = new Map<string, Instant>();
  for (const agent of agents) {
    const { sessions } = await context.sessions(agentNamed(agent satisfies AgentName));
    for (const { session_id, written_at } of sessions) written.set(`${agent}:${session_id}`, written_at);
  }
  return {
    analyses,
    sources: new Set(known.map(({ id }) => id)),
    writtenAt: (agent, session) => written.get(`${agent}:${session}`) ?? null,
    project: context.projectName,
    stageNames: await stageNames(context),
    isGone: (analysis) => at === null && isProcessGone(context, analysis),
    now: at ?? context.now(),
  };
}

/** The books for reading; null if there is no store yet. */
export async function booksIfThere(context: Context): Promise<Books | null> {
  try {
    return await context.readBooks();
  } catch (error) {
    if (error instanceof TokentrailError && error.code === 'STORE_MISSING') return null;
    throw error;
  }
}
