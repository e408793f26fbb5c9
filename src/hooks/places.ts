// The file in which an agent looks for its hooks, for a user or for a project (agent-logs 1.6 and 2.7; Copilot reads every file of its
// folder, so ours is a file of its own).
import { join } from 'node:path';
import type { HookAgent } from '../model/hook-event.js';

export type HookScope = 'user' | 'project';

export interface HookPlaces {
  readonly home: string;
  readonly project: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
}

/** The agent's own folder in the home, or where its variable says; Claude Code's may be a list, of which the first is written to. */
function userFolder(agent: HookAgent, { home, variables }: HookPlaces): string {
  const named = (name: string): string | undefined => variables[name]?.split(',')[0]?.trim() || undefined;
  switch (agent) {
    case 'claude':
      return named('CLAUDE_CONFIG_DIR') ?? join(home, '.claude');
    case 'codex':
      return variables['CODEX_HOME'] || join(home, '.codex');
    case 'gemini':
      return join(home, '.gemini');
    case 'qwen':
      return join(home, '.qwen');
    case 'copilot':
      return variables['COPILOT_HOME'] || join(home, '.copilot');
  }
}

const NAMES: Readonly<Record<HookAgent, string>> = {
  claude: 'settings.json',
  codex: 'hooks.json',
  gemini: 'settings.json',
  qwen: 'settings.json',
  copilot: join('hooks', 'tokentrail.json'),
};

const PROJECT_FOLDERS: Readonly<Record<HookAgent, string>> = {
  claude: '.claude',
  codex: '.codex',
  gemini: '.gemini',
  qwen: '.qwen',
  copilot: '.github',
};

/** The file of an agent's hooks. */
export function hookFile(agent: HookAgent, scope: HookScope, places: HookPlaces): string {
  const folder = scope === 'user' ? userFolder(agent, places) : join(places.project, PROJECT_FOLDERS[agent]);
  return join(folder, NAMES[agent]);
}

/** The folder that shows that the agent is used here. */
export const agentFolder = (agent: HookAgent, places: HookPlaces): string => userFolder(agent, places);
