// A temporary home in which Claude Code's transcripts are written line by line.
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { agentNamed } from '../../src/capture/agents.js';
import type { Reading } from '../../src/ingest/scope.js';
import { SessionReading } from '../../src/ingest/session.js';
import type { AgentSessions } from '../../src/ingest/sessions.js';
import { makeFolderOf, newReading, readHome, temporaryFolder } from '../capture/fixture.js';

export const A = '0ada000a-0c00-4000-8000-00000000000a';
export const B = '0ada000b-0c00-4000-8000-00000000000b';

export interface Line {
  readonly output: number;
  readonly session?: string;
  readonly at?: string;
  readonly finished?: boolean;
  readonly copiedFrom?: string;
  readonly subagent?: boolean;
  readonly pad?: number;
}

/** The line of message `n`. */
export function line(
  n: number,
  { output, session = A, at = '2026-03-09T09:00:00.000Z', finished = true, copiedFrom, subagent = false, pad = 0 }: Line,
): string {
  return JSON.stringify({
    type: 'assistant',
    uuid: `0ada0000-0000-4000-8000-${String(n).padStart(12, '0')}`,
    sessionId: session,
    cwd: '/home/ada/paper',
    version: '2.1.104',
    timestamp: at,
    ...(subagent ? { isSidechain: true, agentId: 'a1' } : {}),
    ...(copiedFrom === undefined ? {} : { forkedFrom: { sessionId: copiedFrom, messageUuid: 'x' } }),
    message: {
      id: `msg_ada_${String(n).padStart(8, '0')}`,
      model: 'claude-sonnet-4-5',
      content: [{ type: 'text', text: 'x'.repeat(pad) }],
      stop_reason: finished ? 'end_turn' : null,
      usage: { input_tokens: 0, output_tokens: output },
    },
  });
}

export class ClaudeHome {
  readonly path = temporaryFolder();
  readonly agent = agentNamed('claude');

  get roots(): string[] {
    return this.agent.roots({ home: this.path, variables: {} });
  }

  log(session = A): string {
    return join(this.path, '.claude', 'projects', '-home-ada-paper', `${session}.jsonl`);
  }

  subagent(name: string, session = A): string {
    return join(this.path, '.claude', 'projects', '-home-ada-paper', session, 'subagents', `agent-${name}.jsonl`);
  }

  append(path: string, ...lines: readonly (string | Uint8Array)[]): this {
    makeFolderOf(path);
    for (const one of lines) appendFileSync(path, typeof one === 'string' ? `${one}\n` : one);
    return this;
  }

  replace(path: string, ...lines: readonly string[]): this {
    makeFolderOf(path);
    writeFileSync(path, lines.map((one) => `${one}\n`).join(''));
    return this;
  }

  read(reading: Reading = newReading()): Promise<AgentSessions> {
    return readHome(this.agent, this.path, reading);
  }

  /** Output by session, in the order of sessions. */
  async outputs(reading?: Reading): Promise<Record<string, number | null>> {
    const { sessions } = await this.read(reading);
    return Object.fromEntries(sessions.map(({ session_id, usage }) => [session_id, usage.counts.output]));
  }

  open(session = A, reading: Reading = newReading(), path: string | null = null): Promise<SessionReading> {
    return SessionReading.open({ agent: this.agent, session_id: session, path }, { roots: this.roots }, reading);
  }
}
