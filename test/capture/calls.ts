// Reads the tool calls of logs that a test writes: record key → its calls, each as `tool detail`.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { agentNamed } from '../../src/capture/agents.js';
import { readCalls } from '../../src/ingest/read-calls.js';
import type { AgentName } from '../../src/model/agents.js';
import type { ToolCall } from '../../src/model/phase.js';
import { temporaryFolder } from './fixture.js';

const told = ({ tool, command, path, agent_type }: ToolCall): string =>
  [tool, command ?? path ?? agent_type].filter((text) => text !== null).join(' ');

/** The calls in the logs below a home. */
export async function callsBelow(name: AgentName, home: string): Promise<Record<string, string[]>> {
  const agent = agentNamed(name);
  const classify = (call: ToolCall) => ({ phase: told(call), tool: call.tool });
  const { calls } = await readCalls(agent, agent.roots({ home, variables: {} }), classify, null, () => undefined);
  return Object.fromEntries([...calls].map(([key, all]) => [key, all.map(({ phase }) => phase)]));
}

/** Lines of a log. */
export const jsonl = (...lines: readonly unknown[]): string => lines.map((line) => `${JSON.stringify(line)}\n`).join('');

/** The calls in logs, given by their paths below the home. */
export function callsIn(name: AgentName, files: Readonly<Record<string, string>>): Promise<Record<string, string[]>> {
  const home = temporaryFolder();
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(home, path)), { recursive: true });
    writeFileSync(join(home, path), text);
  }
  return callsBelow(name, home);
}
