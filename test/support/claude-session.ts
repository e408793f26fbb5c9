// A Claude Code session whose log grows as a real one does: lines of a response, flushed when the test says so.
import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Home } from './home.js';

export interface Answer {
  readonly id?: string;
  readonly input?: number;
  readonly read?: number;
  readonly write?: number;
  readonly output?: number;
  readonly model?: string;
  /** False for a line that is still being streamed. */
  readonly finished?: boolean;
  readonly at?: string;
  readonly version?: string;
  readonly extra?: Readonly<Record<string, unknown>>;
}

export const SESSION = '5e551011-0000-4000-8000-000000000001';

export class ClaudeSession {
  readonly id: string;
  readonly path: string;
  readonly #home: Home;
  #count: number;

  /** @param count of the responses that it has already. */
  constructor(home: Home, id: string = SESSION, count = 0) {
    this.#count = count;
    this.#home = home;
    this.id = id;
    this.path = join(home.path, '.claude', 'projects', home.project.replaceAll(/[^A-Za-z0-9]/g, '-'), `${id}.jsonl`);
    mkdirSync(dirname(this.path), { recursive: true });
  }

  /** Makes the home's commands run inside this session. */
  enter(): this {
    Object.assign(this.#home.env, { CLAUDECODE: '1', CLAUDE_CODE_SESSION_ID: this.id });
    return this;
  }

  line(answer: Answer = {}): string {
    const { input = 10, read = 0, write = 0, output = 100, model = 'claude-sonnet-4-5', finished = true, version = '2.1.100' } = answer;
    const id = answer.id ?? `msg_${this.id.slice(-4)}_${String(++this.#count).padStart(8, '0')}`;
    const usage = { input_tokens: input, cache_creation_input_tokens: write, cache_read_input_tokens: read, output_tokens: output };
    return JSON.stringify({
      type: 'assistant',
      uuid: `line-${id}-${output}`,
      sessionId: this.id,
      cwd: this.#home.project,
      version,
      gitBranch: 'main',
      timestamp: answer.at ?? new Date().toISOString(),
      message: { id, role: 'assistant', model, content: [{ type: 'text', text: 'ok' }], stop_reason: finished ? 'end_turn' : null, usage },
      ...answer.extra,
    });
  }

  /** Appends one line of a response. */
  answer(answer: Answer = {}): this {
    appendFileSync(this.path, `${this.line(answer)}\n`);
    return this;
  }

  /** Appends a line of a sub-agent of this session to its own file. */
  subagent(name: string, answer: Answer = {}): this {
    const path = join(dirname(this.path), this.id, 'subagents', `agent-${name}.jsonl`);
    mkdirSync(dirname(path), { recursive: true });
    const line = this.line({ ...answer, extra: { ...answer.extra, isSidechain: true, agentId: name } });
    appendFileSync(path, `${line}\n`);
    return this;
  }

  raw(text: string | Uint8Array): this {
    appendFileSync(this.path, text);
    return this;
  }
}
