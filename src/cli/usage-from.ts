// The log that an entered analysis is counted from.
import type { SessionTarget } from '../ingest/session.js';
import { agentOf, TOOL_FLAGS, toolFromFlag, toolOf, type Tool } from '../model/agents.js';
import { TokentrailError } from '../model/errors.js';
import type { Context } from './context.js';

/** `AGENT:PATH` as a session. @throws USAGE, SESSION_NOT_FOUND */
export async function usageFrom(context: Context, given: string | undefined): Promise<SessionTarget | null> {
  if (given === undefined) return null;
  const [name, ...rest] = given.split(':');
  const tool = TOOL_FLAGS.find((flag) => flag === name);
  if (tool === undefined || agentOf(toolFromFlag(tool)) === null || rest.join(':') === '') {
    throw new TokentrailError('USAGE', `--usage-from "${given}" is not of the form AGENT:PATH.`, {
      suggestions: ['Give it as --usage-from claude:PATH.'],
    });
  }
  const found = await context.findSession({ tool, sessionId: null, sessionPath: rest.join(':') });
  if (found.kind === 'session') return { agent: found.agent, session_id: found.session_id, path: found.path };
  throw new TokentrailError('SESSION_NOT_FOUND', found.message);
}

/** The tool of an entered analysis: given, or that of its log. @throws TOOL_NEEDED */
export function toolOfEntry(given: Tool | null, from: SessionTarget | null): Tool {
  const tool = given ?? (from === null ? null : toolOf(from.agent.name));
  if (tool !== null) return tool;
  throw new TokentrailError('TOOL_NEEDED', 'An entered analysis needs a tool.', {
    suggestions: ['Pass --tool manual, or the agent that did the work.'],
  });
}
