// Runs the checks of `doctor` on this machine.
import { AGENT_LIST } from '../capture/agents.js';
import type { Agent } from '../capture/agent.js';
import { isFolder } from '../capture/find-files.js';
import { checkAgent, type AgentState } from '../checks/agents.js';
import type { Finding } from '../checks/finding.js';
import { checkRecords } from '../checks/records.js';
import { checkPermissions } from '../checks/permissions.js';
import { checkStore, checkUsage } from '../checks/store.js';
import { checkUnbooked } from '../checks/unbooked.js';
import type { Analysis } from '../model/analysis.js';
import { TokentrailError } from '../model/errors.js';
import type { Store } from '../store/store.js';
import { auditUsage } from '../ingest/audit.js';
import type { Context } from './context.js';

async function stateOf(context: Context, agent: Agent): Promise<AgentState> {
  const roots = context.roots(agent);
  const present = (await Promise.all(roots.map(isFolder))).some(Boolean);
  const sessions = present ? await context.sessions(agent) : null;
  return { agent, roots, present, sessions };
}

/** The analyses in the store; none where it can't be read, which its own check tells. */
async function analysesOf(context: Context): Promise<readonly Analysis[]> {
  try {
    const { store } = await context.readBooks();
    return await store.guarded(async () => (await store.analysisLogs()).list());
  } catch (error) {
    if (error instanceof TokentrailError) return [];
    throw error;
  }
}

/** What the logs say, read anew, against the books; nothing where there are none, or where `store` and `usage` tell what is wrong. */
async function recordsOf(context: Context): Promise<Finding[]> {
  try {
    const { store } = await context.readBooks();
    await store.requireUsage();
    return checkRecords(await auditUsage(store, await context.syncParts(AGENT_LIST, true)));
  } catch (error) {
    if (error instanceof TokentrailError) return [];
    throw error;
  }
}

/** The findings of all checks, in the order of the checks. `deep`: also of those that read every log. */
export async function examine(context: Context, deep: boolean): Promise<Finding[]> {
  const states: AgentState[] = [];
  for (const agent of AGENT_LIST) states.push(await stateOf(context, agent));
  const findings = states.map(checkAgent);
  const folder = await context.storeFolder();
  const open = async (): Promise<Store> => (await context.readBooks()).store;
  findings.push(await checkStore(folder, open));
  const usage = await checkUsage(folder, open);
  if (usage !== null) findings.push(usage);
  const permissions = checkPermissions(folder);
  if (permissions !== null) findings.push(permissions);
  const sessions = states.flatMap((state) => state.sessions?.sessions ?? []);
  findings.push(...checkUnbooked(await analysesOf(context), sessions));
  return deep ? [...findings, ...(await recordsOf(context))] : findings;
}
