import { describe, expect, it } from 'vitest';
import type { Agent } from '../../src/capture/agent.js';
import {
  findSession,
  type Candidate,
  type Machine,
  type NoSession,
  type FoundSession,
  type SessionQuestion,
} from '../../src/capture/find-session.js';
import type { AgentName } from '../../src/model/agents.js';
import { TokentrailError } from '../../src/model/errors.js';

const NOW = 1_773_043_200_000_000;

/** A machine told by what is on it: sessions by agent (sub-agents with the session that they stand for), recent ones, processes. */
interface Told {
  readonly variables?: Readonly<Record<string, string>>;
  readonly ancestors?: readonly string[];
  readonly sessions?: Partial<Readonly<Record<AgentName, Readonly<Record<string, string>>>>>;
  readonly recent?: Partial<Readonly<Record<AgentName, readonly string[]>>>;
  readonly folders?: readonly AgentName[];
  /** Path of a log → agent and session. */
  readonly logs?: Readonly<Record<string, readonly [AgentName, string]>>;
}

const candidate = (session_id: string, i: number): Candidate => ({ session_id, models: [], tokens: 10, written_at: NOW - i });

const machine = (told: Told): Machine => ({
  variables: told.variables ?? {},
  now: NOW,
  ancestors: () => Promise.resolve(told.ancestors ?? []),
  resolve: (agent, id) => Promise.resolve(told.sessions?.[agent.name]?.[id] ?? null),
  recent: (agent) => Promise.resolve((told.recent?.[agent.name] ?? []).map(candidate)),
  keepsLogsHere: (agent) => Promise.resolve(told.folders?.includes(agent.name) ?? false),
  identify: (path, agents) => {
    const log = told.logs?.[path];
    const agent: Agent | undefined = agents.find(({ name }) => name === log?.[0]);
    return Promise.resolve(log === undefined || agent === undefined ? null : { agent, session_id: log[1], path });
  },
});

const ASKS_NOTHING: SessionQuestion = { tool: null, sessionId: null, sessionPath: null };

const find = (told: Told, question: Partial<SessionQuestion> = {}): Promise<FoundSession | NoSession> =>
  findSession({ ...ASKS_NOTHING, ...question }, machine(told));

/** What was found, briefly: agent, session, and by what. */
async function brief(told: Told, question: Partial<SessionQuestion> = {}): Promise<string> {
  const answer = await find(told, question);
  return answer.kind === 'none' ? `none: ${answer.reason}` : `${answer.agent.name} ${answer.session_id} by ${answer.found_by}`;
}

async function failure(told: Told, question: Partial<SessionQuestion> = {}): Promise<TokentrailError> {
  try {
    await find(told, question);
  } catch (error) {
    if (error instanceof TokentrailError) return error;
    throw error;
  }
  throw new Error('It found something.');
}

const CLAUDE = { CLAUDECODE: '1' };

/** Everything that could tell a session, each another one. */
const EVERYTHING: Told = {
  variables: { ...CLAUDE, TOKENTRAIL_SESSION_ID: 'own', CLAUDE_CODE_SESSION_ID: 'env' },
  sessions: { claude: { flag: 'flag', own: 'own', env: 'env' } },
  recent: { claude: ['recent'] },
  logs: { '/logs/path.jsonl': ['claude', 'path'] },
};

describe('the order in which a session is looked for', () => {
  it('begins with the path given by flag', async () => {
    expect(await brief(EVERYTHING, { sessionPath: '/logs/path.jsonl', sessionId: 'flag' })).toBe('claude path by path');
  });

  it('goes on with the id given by flag', async () => {
    expect(await brief(EVERYTHING, { sessionId: 'flag' })).toBe('claude flag by flag');
  });

  it('goes on with our own variable', async () => {
    expect(await brief(EVERYTHING)).toBe('claude own by TOKENTRAIL_SESSION_ID');
  });

  it("goes on with the agent's variable", async () => {
    const variables = { ...EVERYTHING.variables, TOKENTRAIL_SESSION_ID: '' };
    expect(await brief({ ...EVERYTHING, variables })).toBe('claude env by environment');
  });

  it('ends with the only session that is being written in this project', async () => {
    expect(await brief({ ...EVERYTHING, variables: CLAUDE })).toBe('claude recent by project');
  });

  it('treats an empty variable as none', async () => {
    const variables = { ...CLAUDE, TOKENTRAIL_SESSION_ID: '', CLAUDE_CODE_SESSION_ID: '' };
    expect(await brief({ ...EVERYTHING, variables })).toBe('claude recent by project');
  });

  it('takes the best of several variables of one agent', async () => {
    const variables = { AGENT_THREAD_ID: 'T-2', AMP_CURRENT_THREAD_ID: 'T-1' };
    expect(await brief({ variables, sessions: { amp: { 'T-1': 'T-1', 'T-2': 'T-2' } } })).toBe('amp T-1 by environment');
  });
});

describe('what is given by flag', () => {
  it('stands for its root if it is the id of a sub-agent', async () => {
    expect(await brief({ sessions: { codex: { child: 'root' } } }, { sessionId: 'child' })).toBe('codex root by flag');
  });

  it('keeps the path of a log given by path', async () => {
    expect(await find(EVERYTHING, { sessionPath: '/logs/path.jsonl' })).toMatchObject({ path: '/logs/path.jsonl' });
  });

  it.each<[string, Partial<SessionQuestion>]>([
    ['an id', { sessionId: 'nobody' }],
    ['a path', { sessionPath: '/nowhere.jsonl' }],
    ['an id, although another agent has it', { sessionId: 'flag', tool: 'codex' }],
    ["a path of another agent's log", { sessionPath: '/logs/path.jsonl', tool: 'codex' }],
    ['an id of an agent whose logs are not read', { sessionId: 'flag', tool: 'gemini' }],
  ])('and not found is an error with exit 4: %s', async (_, question) => {
    expect(await failure(EVERYTHING, question)).toMatchObject({ code: 'SESSION_NOT_FOUND', exitCode: 4 });
  });

  it('is named exactly in the error', async () => {
    expect((await failure(EVERYTHING, { sessionId: 'no body' })).message).toContain('"no body"');
  });

  it('is ambiguous if several agents have the id', async () => {
    const told: Told = { sessions: { claude: { x: 'x' }, codex: { x: 'x' } } };
    expect(await failure(told, { sessionId: 'x' })).toMatchObject({
      code: 'AGENT_AMBIGUOUS',
      exitCode: 5,
      details: { agents: ['claude', 'codex'] },
    });
  });

  it("is that agent's if the tool is given, too", async () => {
    const told: Told = { sessions: { claude: { x: 'x' }, codex: { x: 'x' } } };
    expect(await brief(told, { sessionId: 'x', tool: 'codex' })).toBe('codex x by flag');
  });
});

describe('an id from the environment', () => {
  it('stands for its root if it is the id of a sub-agent', async () => {
    expect(await brief({ variables: { CODEX_THREAD_ID: 'child' }, sessions: { codex: { child: 'root' } } })).toBe(
      'codex root by environment',
    );
  });

  it('without a log is a session that has none yet, where its agent keeps logs here', async () => {
    const told: Told = { variables: { ...CLAUDE, CLAUDE_CODE_SESSION_ID: 'new' }, folders: ['claude'] };
    expect(await find(told)).toMatchObject({ kind: 'session', session_id: 'new', logNotYet: true });
  });

  it('without a log and without a folder starts nothing, and keeps the id', async () => {
    const told: Told = { variables: { ...CLAUDE, CLAUDE_CODE_SESSION_ID: 'new' } };
    expect(await find(told)).toMatchObject({ kind: 'none', reason: 'no_log_here', session_id: 'new' });
  });

  it('of an agent that keeps its logs on servers starts nothing, although it has a folder', async () => {
    const told: Told = { variables: { AGENT: 'amp', AMP_CURRENT_THREAD_ID: 'T-1' }, folders: ['amp'] };
    expect(await find(told)).toMatchObject({ kind: 'none', tool: 'amp', reason: 'no_log_here', session_id: 'T-1' });
  });

  it('of an agent whose logs are not read starts nothing, and keeps the id', async () => {
    const told: Told = { variables: { CURSOR_AGENT: '1', CURSOR_CONVERSATION_ID: 'c-1' } };
    expect(await find(told)).toMatchObject({ kind: 'none', tool: 'cursor', reason: 'logs_not_read', session_id: 'c-1' });
  });

  it('in our own variable that no log is of does not fall back to another session', async () => {
    const told: Told = { variables: { ...CLAUDE, TOKENTRAIL_SESSION_ID: 'nobody' }, recent: { claude: ['recent'] } };
    expect(await brief(told)).toBe('none: no_log_here');
  });

  it('in our own variable is found among all agents where none is running', async () => {
    expect(await brief({ variables: { TOKENTRAIL_SESSION_ID: 'x' }, sessions: { codex: { x: 'x' } } })).toBe(
      'codex x by TOKENTRAIL_SESSION_ID',
    );
  });

  it('in our own variable that several agents have is ambiguous', async () => {
    const told: Told = { variables: { TOKENTRAIL_SESSION_ID: 'x' }, sessions: { claude: { x: 'x' }, amp: { x: 'x' } } };
    expect((await failure(told)).code).toBe('AGENT_AMBIGUOUS');
  });
});

describe('several agents in the environment', () => {
  const both: Told = {
    variables: { ...CLAUDE, CLAUDE_CODE_SESSION_ID: 'c', CODEX_THREAD_ID: 'x' },
    sessions: { claude: { c: 'c' }, codex: { x: 'x' } },
  };

  it.each([
    ['codex', ['sh', 'codex', 'zsh', 'claude'], 'codex x by environment'],
    ['claude', ['sh', 'claude', 'zsh', 'codex'], 'claude c by environment'],
  ])('the nearest ancestor decides: %s', async (_, ancestors, expected) => {
    expect(await brief({ ...both, ancestors })).toBe(expected);
  });

  it('without an ancestor that is one of them are ambiguous', async () => {
    expect(await failure({ ...both, ancestors: ['sh', 'gemini', 'init'] })).toMatchObject({
      code: 'AGENT_AMBIGUOUS',
      exitCode: 5,
      details: { agents: ['claude', 'codex'] },
    });
  });

  it('do not matter if the tool is given', async () => {
    expect(await brief({ ...both, ancestors: ['claude'] }, { tool: 'codex' })).toBe('codex x by environment');
  });

  it('are never told apart by which session was written last', async () => {
    expect((await failure({ ...both, recent: { codex: ['x'] } })).code).toBe('AGENT_AMBIGUOUS');
  });

  it('do not ask for processes if there is one only', async () => {
    const asked = { ...machine({ variables: CLAUDE, recent: { claude: ['r'] } }), ancestors: () => Promise.reject(new Error('asked')) };
    await expect(findSession(ASKS_NOTHING, asked)).resolves.toMatchObject({ session_id: 'r' });
  });

  it('do not count a marker with another value', async () => {
    expect(await brief({ variables: { CLAUDECODE: '0', AGENT: 'goose' } })).toBe('none: no_agent');
  });
});

describe('the session of this project', () => {
  it('is ambiguous if two are being written', async () => {
    const error = await failure({ variables: CLAUDE, recent: { claude: ['one', 'two'] } });
    expect(error).toMatchObject({ code: 'SESSION_AMBIGUOUS', exitCode: 5 });
  });

  it('if ambiguous gives each candidate with the flag to pass, the newest first', async () => {
    const error = await failure({ variables: CLAUDE, recent: { claude: ['one', 'two'] } });
    expect((error.details['candidates'] as { flag: string }[]).map(({ flag }) => flag)).toEqual([
      '--usage-session-id one',
      '--usage-session-id two',
    ]);
  });

  it('is none if nothing was written lately', async () => {
    expect(await brief({ variables: CLAUDE })).toBe('none: session_not_found');
  });

  it('is not looked for where no agent is running', async () => {
    expect(await brief({ recent: { claude: ['recent'] } })).toBe('none: no_agent');
  });

  it('is looked for with the tool given by flag', async () => {
    expect(await brief({ recent: { codex: ['r'] } }, { tool: 'codex' })).toBe('codex r by project');
  });

  it.each(['claude', 'claude-code'] as const)('of Claude Code has the tool claude-code, named as %s', async (tool) => {
    expect(await find({ recent: { claude: ['r'] } }, { tool })).toMatchObject({ tool: 'claude-code' });
  });
});

describe('a tool without logs', () => {
  it.each(['manual', 'other'] as const)('is no session: %s', async (tool) => {
    expect(await brief(EVERYTHING, { tool })).toBe('none: tool_keeps_no_log');
  });

  it('of an agent whose logs hold no tokens is no session', async () => {
    expect(await brief({}, { tool: 'cursor' })).toBe('none: logs_not_read');
  });
});
