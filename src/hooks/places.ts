// The file in which an agent looks for its hooks, for a user or for a project (agent-logs 1.6 and 2.7; Copilot reads every file of its
// folder, so ours is a file of its own).
import { join } from 'node:path';
import type { Surroundings } from '../capture/agent.js';
import { ownFolder } from '../capture/own-folders.js';
import type { HookAgent } from '../model/hook-event.js';

export type HookScope = 'user' | 'project';

export interface HookPlaces extends Surroundings {
  /** Root of the checkout. */
  readonly project: string;
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
  const folder = scope === 'user' ? ownFolder(agent, places) : join(places.project, PROJECT_FOLDERS[agent]);
  return join(folder, NAMES[agent]);
}
