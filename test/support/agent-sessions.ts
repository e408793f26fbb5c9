// A session of each agent whose log grows as a real one does, and the variables that the agent gives to what it runs.
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { AgentName } from '../../src/model/agents.js';
import { ClaudeSession } from './claude-session.js';
import type { Home } from './home.js';

/** One response: input that was not cached, input from the cache, output. */
export interface Spent {
  readonly input: number;
  readonly read: number;
  readonly output: number;
}

export interface AgentSession {
  readonly env: Readonly<Record<string, string>>;
  /** The agent answers once. */
  answer(spent: Spent): void;
}

const now = (): string => new Date().toISOString();

/** Appends a line, and makes the folders above it. */
function line(path: string, value: object): void {
  mkdirSync(dirname(path), { recursive: true });
  appendFileSync(path, `${JSON.stringify(value)}\n`);
}

function claude(home: Home): AgentSession {
  const session = new ClaudeSession(home);
  return { env: { CLAUDECODE: '1', CLAUDE_CODE_SESSION_ID: session.id }, answer: (spent) => void session.answer(spent) };
}

function codex(home: Home): AgentSession {
  const id = '0adac0de-0001-7000-8000-000000000001';
  const day = now().slice(0, 10);
  const path = join(home.path, '.codex', 'sessions', ...day.split('-'), `rollout-${day}T08-00-00-${id}.jsonl`);
  const total = { input_tokens: 0, cached_input_tokens: 0, output_tokens: 0, reasoning_output_tokens: 0, total_tokens: 0 };
  const write = (type: string, payload: object): void => line(path, { timestamp: now(), type, payload });
  write('session_meta', { id, timestamp: now(), cwd: home.project, originator: 'codex_cli_rs', cli_version: '0.120.0', source: 'cli' });
  write('turn_context', { cwd: home.project, model: 'gpt-5.2-codex', effort: 'medium' });
  return {
    env: { CODEX_THREAD_ID: id, CODEX_CI: '1', NO_COLOR: '1', TERM: 'dumb' },
    answer: ({ input, read, output }) => {
      const last = {
        ...total,
        input_tokens: input + read,
        cached_input_tokens: read,
        output_tokens: output,
        total_tokens: input + read + output,
      };
      for (const name of Object.keys(total) as (keyof typeof total)[]) total[name] += last[name];
      const info = { total_token_usage: { ...total }, last_token_usage: last, model_context_window: 200_000 };
      write('event_msg', { type: 'token_count', info, rate_limits: null });
    },
  };
}

/** Its threads are on its servers; nothing of them is here. */
function amp(): AgentSession {
  const thread = 'T-0ada0001-a000-4000-8000-000000000001';
  return { env: { AGENT: 'amp', AI_AGENT: 'amp', AMP_CURRENT_THREAD_ID: thread, AGENT_THREAD_ID: thread }, answer: () => undefined };
}

/** It tells nobody its session; its folder tells the project. */
function gemini(home: Home): AgentSession {
  const sessionId = '0ada6e00-0006-4000-8000-000000000006';
  const folder = join(home.path, '.gemini', 'tmp', 'paper');
  const path = join(folder, 'chats', `session-${now().slice(0, 16).replace(':', '-')}-0ada6e00.jsonl`);
  let count = 0;
  line(path, { sessionId, projectHash: 'paper', startTime: now(), lastUpdated: now(), kind: 'main' });
  writeFileSync(join(folder, '.project_root'), home.project);
  return {
    env: { GEMINI_CLI: '1' },
    answer: ({ input, read, output }) => {
      const tokens = { input: input + read, output, cached: read, thoughts: 0, tool: 0, total: input + read + output };
      line(path, {
        id: `m-${++count}`,
        timestamp: now(),
        type: 'gemini',
        content: 'ok',
        thoughts: [],
        tokens,
        model: 'gemini-3-pro-preview',
      });
    },
  };
}

function qwen(home: Home): AgentSession {
  const sessionId = '0ada9e00-0001-4000-8000-000000000001';
  const path = join(home.path, '.qwen', 'projects', home.project.replaceAll(/[^A-Za-z0-9]/g, '-'), 'chats', `${sessionId}.jsonl`);
  let count = 0;
  return {
    env: { QWEN_CODE: '1', QWEN_CODE_SESSION_ID: sessionId },
    answer: ({ input, read, output }) => {
      const about = { uuid: `0ada-${++count}`, parentUuid: null, sessionId, timestamp: now(), cwd: home.project, version: '0.14.1' };
      const usageMetadata = {
        promptTokenCount: input + read,
        candidatesTokenCount: output,
        thoughtsTokenCount: 0,
        totalTokenCount: input + read + output,
        cachedContentTokenCount: read,
      };
      line(path, { ...about, type: 'assistant', model: 'coder-model', message: { role: 'model', parts: [{ text: 'ok' }] }, usageMetadata });
    },
  };
}

/** Writes its input when the session ends; of a running one the output alone is known. */
function copilot(home: Home): AgentSession {
  const sessionId = '0adac0b0-0003-4000-8000-000000000003';
  const path = join(home.path, '.copilot', 'session-state', sessionId, 'events.jsonl');
  let count = 0;
  const write = (type: string, data: object): void => line(path, { type, data, id: `e-${++count}`, timestamp: now(), parentId: null });
  const context = { cwd: home.project, gitRoot: home.project, branch: 'draft', repository: 'ada/paper' };
  write('session.start', { sessionId, version: 1, producer: 'copilot-agent', copilotVersion: '1.0.62', startTime: now(), context });
  return {
    env: { COPILOT_CLI: '1', COPILOT_AGENT_SESSION_ID: sessionId },
    answer: ({ output }) =>
      write('assistant.message', {
        messageId: `m-${count}`,
        model: 'claude-sonnet-4.6',
        content: 'ok',
        toolRequests: [],
        outputTokens: output,
      }),
  };
}

/** It tells nobody its session; each message is a file. */
function opencode(home: Home): AgentSession {
  const sessionID = 'ses_ada0000000001PaperPaperPap';
  const storage = join(home.path, '.local', 'share', 'opencode', 'storage');
  const write = (path: string, value: object): void => {
    mkdirSync(dirname(join(storage, path)), { recursive: true });
    writeFileSync(join(storage, path), JSON.stringify(value));
  };
  const time = { created: Date.now(), updated: Date.now() };
  write(`session/paper/${sessionID}.json`, {
    id: sessionID,
    version: '1.0.55',
    projectID: 'paper',
    directory: home.project,
    title: 'paper',
    time,
  });
  let count = 0;
  return {
    env: { OPENCODE: '1', AGENT: '1', OPENCODE_PID: '4711' },
    answer: ({ input, read, output }) => {
      const id = `msg_ada00000001${String(++count).padStart(2, '0')}PaperPaperPap`;
      const tokens = { input, output, reasoning: 0, cache: { read, write: 0 } };
      const [created, path] = [Date.now(), { cwd: home.project, root: home.project }];
      const about = {
        id,
        sessionID,
        role: 'assistant',
        time: { created, completed: created },
        modelID: 'claude-sonnet-4-5',
        providerID: 'anthropic',
      };
      write(`message/${sessionID}/${id}.json`, { ...about, mode: 'build', agent: 'build', path, cost: 0, tokens, finish: 'stop' });
    },
  };
}

/** Its transcripts tell no tokens. */
function cursor(home: Home): AgentSession {
  const id = '0adac005-0001-4000-8000-000000000001';
  const path = join(home.path, '.cursor', 'projects', 'home-ada-paper', 'agent-transcripts', id, `${id}.jsonl`);
  return {
    env: { CURSOR_AGENT: '1', CURSOR_CONVERSATION_ID: id },
    answer: () => line(path, { role: 'assistant', message: { content: [{ type: 'text', text: 'ok' }] } }),
  };
}

export const AGENT_SESSIONS: Readonly<Record<AgentName, (home: Home) => AgentSession>> = {
  claude,
  codex,
  amp,
  gemini,
  qwen,
  copilot,
  opencode,
  cursor,
};
