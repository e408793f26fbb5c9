// Which session is running? What is given by flag comes first, then what the environment tells, then the only session that is
// being written in this project. Never the newest file by itself: two sessions side by side are ambiguous.
import { agentOf, toolFromFlag, toolOf, type AgentName, type Tool, type ToolFlag } from '../model/agents.js';
import { TokentrailError } from '../model/errors.js';
import type { Instant } from '../model/time.js';
import type { Agent } from './agent.js';
import { AGENT_LIST, agentNamed } from './agents.js';

export interface SessionQuestion {
  readonly tool: ToolFlag | null;
  /** Given by flag. */
  readonly sessionId: string | null;
  readonly sessionPath: string | null;
}

/** A session that may be meant. */
export interface Candidate {
  readonly session_id: string;
  readonly models: readonly string[];
  readonly tokens: number | null;
  readonly written_at: Instant;
}

/** What the finder asks of the machine. */
export interface Machine {
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly now: Instant;
  /** Names of the ancestor processes, the nearest first. */
  readonly ancestors: () => Promise<readonly string[]>;
  /** The session at the top that an id stands for; null if no log of it exists. */
  readonly resolve: (agent: Agent, id: string) => Promise<string | null>;
  /** Sessions of this project, of those that were written in the last two minutes. */
  readonly recent: (agent: Agent) => Promise<readonly Candidate[]>;
  /** Whether the agent has a folder for its logs here. */
  readonly keepsLogsHere: (agent: Agent) => Promise<boolean>;
  /** Agent and session of the log at a path; null if it is none. */
  readonly identify: (path: string, agents: readonly Agent[]) => Promise<{ agent: Agent; session_id: string; path: string | null } | null>;
}

export type FoundBy = 'path' | 'flag' | 'TOKENTRAIL_SESSION_ID' | 'environment' | 'project';

export interface FoundSession {
  readonly kind: 'session';
  readonly tool: Tool;
  readonly agent: Agent;
  readonly session_id: string;
  /** The log by which it was given, if it stands alone. */
  readonly path: string | null;
  readonly found_by: FoundBy;
  /** No log of it exists yet. */
  readonly logNotYet: boolean;
}

/** There is no session whose log could be read; the work goes on without numbers. */
export interface NoSession {
  readonly kind: 'none';
  readonly tool: Tool | null;
  /** Its id, where the environment tells it although there is no log. */
  readonly session_id: string | null;
  readonly reason: 'no_usage' | 'log_unreadable' | 'no_agent' | 'tool_keeps_no_log' | 'logs_not_read' | 'no_log_here' | 'session_not_found';
  readonly message: string;
}

const ID_VARIABLE = 'TOKENTRAIL_SESSION_ID';

const labels = (agents: readonly Agent[]): string => agents.map(({ label }) => label).join(', ');

const isSet = (variables: Machine['variables'], [name, value]: readonly [string, string?]): boolean => {
  const found = variables[name];
  return found !== undefined && found !== '' && (value === undefined || found === value);
};

const isMarked = (agent: Agent, variables: Machine['variables']): boolean =>
  agent.environment.markers.some((marker) => isSet(variables, marker)) ||
  agent.environment.sessionIds.some((name) => isSet(variables, [name]));

/** The agent that runs us: nested agents inherit the variables of the outer one, so among several the nearest process decides. */
async function runningAgent(machine: Machine): Promise<Agent | null> {
  const marked = AGENT_LIST.filter((agent) => isMarked(agent, machine.variables));
  if (marked.length <= 1) return marked[0] ?? null;
  for (const name of await machine.ancestors()) {
    const nearest = marked.filter(({ environment }) => environment.processes.includes(name));
    if (nearest.length === 1) return nearest[0]!;
  }
  throw new TokentrailError('AGENT_AMBIGUOUS', `The environment names several agents: ${labels(marked)}.`, {
    suggestions: marked.map(({ name, label }) => `Pass --tool ${name} for ${label}.`),
    details: { agents: marked.map(({ name }) => name) },
  });
}

const unknownSession = (id: string, agents: readonly Agent[]): TokentrailError =>
  new TokentrailError('SESSION_NOT_FOUND', `There is no log of a session "${id}" of ${labels(agents)} on this machine.`, {
    suggestions: ['See `tokentrail analysis sessions list`.', 'Pass --no-usage to start without a session.'],
    details: { session_id: id, agents: agents.map(({ name }) => name) },
  });

async function byId(id: string, agents: readonly Agent[], machine: Machine): Promise<{ agent: Agent; session_id: string } | null> {
  const found: { agent: Agent; session_id: string }[] = [];
  for (const agent of agents) {
    const session_id = await machine.resolve(agent, id);
    if (session_id !== null) found.push({ agent, session_id });
  }
  if (found.length <= 1) return found[0] ?? null;
  throw new TokentrailError('AGENT_AMBIGUOUS', `Several agents have a session "${id}": ${labels(found.map(({ agent }) => agent))}.`, {
    suggestions: found.map(({ agent }) => `Pass --tool ${agent.name} for ${agent.label}.`),
    details: { agents: found.map(({ agent }) => agent.name) },
  });
}

function ambiguous(agent: Agent, candidates: readonly Candidate[]): TokentrailError {
  const newest = [...candidates].sort((a, b) => b.written_at - a.written_at);
  return new TokentrailError(
    'SESSION_AMBIGUOUS',
    `${candidates.length} ${agent.label} sessions of this project changed in the last 2 minutes; which one is meant?`,
    {
      suggestions: newest.map(({ session_id }) => `Pass --usage-session-id ${session_id}`).concat(`Or set ${ID_VARIABLE}.`),
      details: {
        candidates: newest.map((candidate) => ({ agent: agent.name, ...candidate, flag: `--usage-session-id ${candidate.session_id}` })),
      },
    },
  );
}

const found = (
  agent: Agent,
  session_id: string,
  found_by: FoundBy,
  rest: { path?: string | null; logNotYet?: boolean } = {},
): FoundSession => ({
  kind: 'session',
  tool: toolOf(agent.name),
  agent,
  session_id,
  path: rest.path ?? null,
  found_by,
  logNotYet: rest.logNotYet ?? false,
});

const none = (tool: Tool | null, reason: NoSession['reason'], message: string, session_id: string | null = null): NoSession => ({
  kind: 'none',
  tool,
  session_id,
  reason,
  message,
});

/** An id that only the environment tells: without a log that can be read, the work goes on all the same. */
async function fromEnvironment(agent: Agent, id: string, found_by: FoundBy, machine: Machine): Promise<FoundSession | NoSession> {
  const tool = toolOf(agent.name);
  if (agent.coverage === 'unsupported') {
    return none(tool, 'logs_not_read', `${agent.label}: ${agent.limits}. The analysis starts without tokens.`, id);
  }
  const session = await machine.resolve(agent, id);
  if (session !== null) return found(agent, session, found_by);
  if (agent.writesLocally && (await machine.keepsLogsHere(agent))) return found(agent, id, found_by, { logNotYet: true });
  const why = agent.writesLocally ? 'its folder is not here' : (agent.limits ?? 'they are kept elsewhere');
  return none(
    tool,
    'no_log_here',
    `There is no log of the ${agent.label} session "${id}" here: ${why}. The analysis starts without tokens.`,
    id,
  );
}

function flaggedAgents(tool: ToolFlag | null): readonly Agent[] {
  const name: AgentName | null = tool === null ? null : agentOf(toolFromFlag(tool));
  return name === null ? AGENT_LIST : [agentNamed(name)];
}

async function byFlag(question: SessionQuestion, machine: Machine): Promise<FoundSession | null> {
  const agents = flaggedAgents(question.tool);
  if (question.sessionPath !== null) {
    const log = await machine.identify(question.sessionPath, agents);
    if (log !== null) return found(log.agent, log.session_id, 'path', { path: log.path });
    throw new TokentrailError('SESSION_NOT_FOUND', `"${question.sessionPath}" is no session log of ${labels(agents)} that can be read.`, {
      suggestions: ['Check the path, or pass --usage-session-id.', 'See `tokentrail analysis sessions list --json` for the paths of logs.'],
      details: { path: question.sessionPath },
    });
  }
  if (question.sessionId === null) return null;
  const session = await byId(question.sessionId, agents, machine);
  if (session === null) throw unknownSession(question.sessionId, agents);
  return found(session.agent, session.session_id, 'flag');
}

/** The work that is done where its session is not to be measured: tool and session as the environment tells them. */
export async function runningWork(tool: ToolFlag | null, machine: Machine): Promise<NoSession> {
  const given = tool === null ? null : toolFromFlag(tool);
  const name = given === null ? null : agentOf(given);
  const agent = given === null ? await runningAgent(machine) : name === null ? null : agentNamed(name);
  const ids = [ID_VARIABLE, ...(agent?.environment.sessionIds ?? [])].flatMap((variable) => machine.variables[variable] || []);
  return none(given ?? (agent === null ? null : toolOf(agent.name)), 'no_usage', 'The analysis starts without tokens.', ids[0] ?? null);
}

/**
 * Finds the session that is running.
 *
 * @throws SESSION_NOT_FOUND (exit 4) if what was given by flag is not there; SESSION_AMBIGUOUS, AGENT_AMBIGUOUS (exit 5).
 */
export async function findSession(question: SessionQuestion, machine: Machine): Promise<FoundSession | NoSession> {
  const given = await byFlag(question, machine);
  if (given !== null) return given;
  const tool = question.tool === null ? null : toolFromFlag(question.tool);
  if (tool === 'manual' || tool === 'other')
    return none(tool, 'tool_keeps_no_log', `The tool "${tool}" keeps no log that tokentrail reads.`);
  const ownId = machine.variables[ID_VARIABLE];
  const own = ownId ? await byId(ownId, flaggedAgents(question.tool), machine) : null;
  if (own !== null) return found(own.agent, own.session_id, ID_VARIABLE);
  const agent = tool === null ? await runningAgent(machine) : agentNamed(agentOf(tool)!);
  if (ownId && agent !== null) return fromEnvironment(agent, ownId, ID_VARIABLE, machine);
  if (agent === null) return none(null, 'no_agent', 'No agent is known to be running here.');
  for (const name of agent.environment.sessionIds) {
    const id = machine.variables[name];
    if (id) return fromEnvironment(agent, id, 'environment', machine);
  }
  if (agent.coverage === 'unsupported')
    return none(toolOf(agent.name), 'logs_not_read', `${agent.label}: ${agent.limits}. The analysis starts without tokens.`);
  const candidates = await machine.recent(agent);
  if (candidates.length > 1) throw ambiguous(agent, candidates);
  if (candidates.length === 1) return found(agent, candidates[0]!.session_id, 'project');
  return none(
    toolOf(agent.name),
    'session_not_found',
    `No ${agent.label} session of this project changed in the last 2 minutes. The analysis starts without tokens; name a session with --usage-session-id.`,
  );
}
