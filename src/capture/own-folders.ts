// The folder in the home that an agent keeps its settings, hooks and skills in, or where its variable says.
import { isAbsolute, join } from 'node:path';
import type { AgentName } from '../model/agents.js';
import type { Surroundings } from './agent.js';

/** The folder that a variable names, else one below the home. A relative one would be another one in each folder, so it does not count. */
export function namedFolder({ home, variables }: Surroundings, variable: string, ...fallback: readonly string[]): string {
  // Claude Code's may be a list; it writes to the first one.
  const value = variables[variable]?.split(',')[0]?.trim();
  return value !== undefined && isAbsolute(value) ? value : join(home, ...fallback);
}

/** Agents with such a folder. */
export type HomeAgent = Exclude<AgentName, 'amp' | 'opencode'>;

export function ownFolder(agent: HomeAgent, where: Surroundings): string {
  switch (agent) {
    case 'claude':
      return namedFolder(where, 'CLAUDE_CONFIG_DIR', '.claude');
    case 'codex':
      return namedFolder(where, 'CODEX_HOME', '.codex');
    case 'gemini':
      return join(namedFolder(where, 'GEMINI_CLI_HOME'), '.gemini');
    case 'qwen':
      return namedFolder(where, 'QWEN_HOME', '.qwen');
    case 'copilot':
      return namedFolder(where, 'COPILOT_HOME', '.copilot');
    case 'cursor':
      return join(where.home, '.cursor');
  }
}
