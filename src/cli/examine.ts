// Runs the checks of `doctor` on this machine.
import { AGENT_LIST } from '../capture/agents.js';
import type { Agent } from '../capture/agent.js';
import { isFolder } from '../capture/find-files.js';
import { checkAgent, type AgentState } from '../checks/agents.js';
import type { Finding } from '../checks/finding.js';
import { checkPermissions } from '../checks/permissions.js';
import { checkStore } from '../checks/store.js';
import type { Context } from './context.js';

async function stateOf(context: Context, agent: Agent): Promise<AgentState> {
  const roots = context.roots(agent);
  const present = (await Promise.all(roots.map(isFolder))).some(Boolean);
  const sessions = present ? await context.sessions(agent) : null;
  return { agent, roots, present, sessions };
}

/** The findings of all checks, in the order of the checks. */
export async function examine(context: Context): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const agent of AGENT_LIST) findings.push(checkAgent(await stateOf(context, agent)));
  const folder = await context.storeFolder();
  findings.push(await checkStore(folder, async () => (await context.readBooks()).store));
  const permissions = checkPermissions(folder);
  return permissions === null ? findings : [...findings, permissions];
}
