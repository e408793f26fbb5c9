// The sessions of one tool, or of all agents.
import { AGENT_LIST } from '../capture/agents.js';
import type { SessionSummary } from '../ingest/sessions.js';
import { agentOf, toolFromFlag, type ToolFlag } from '../model/agents.js';
import type { Context } from './context.js';

/** Every session that its logs tell; what could not be read is told. */
export async function allSessions(context: Context, tool: ToolFlag | null): Promise<SessionSummary[]> {
  const name = tool === null ? null : agentOf(toolFromFlag(tool));
  const agents = tool === null ? AGENT_LIST : AGENT_LIST.filter((agent) => agent.name === name);
  const all: SessionSummary[] = [];
  for (const agent of agents) {
    if (agent.coverage === 'unsupported' && tool !== null)
      context.output.warn({ code: 'NO_TOKENS', message: `${agent.label}: ${agent.limits}.`, agent: agent.name });
    const { sessions, unread } = await context.sessions(agent);
    all.push(...sessions);
    context.warnOfUnread(agent, unread);
  }
  return all;
}
