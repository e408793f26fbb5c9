// Where each agent looks for skills: its own first folder, of a user and of a project. Codex and Amp share the one of a project.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { namedFolder, ownFolder, type HomeAgent } from '../capture/own-folders.js';
import { AGENTS, type AgentName } from '../model/agents.js';

export const SCOPES = ['user', 'project'] as const;

export type Scope = (typeof SCOPES)[number];

/** What decides where folders are. */
export interface Where {
  readonly home: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Root of the project. */
  readonly project: string;
}

interface Places {
  /** Folders of which one is there where the agent was ever used. */
  readonly signs: (where: Where) => readonly string[];
  readonly user: (where: Where) => string;
  /** Below the project. */
  readonly project: string;
}

const config = (where: Where, name: string): string => join(namedFolder(where, 'XDG_CONFIG_HOME', '.config'), name);

const data = (where: Where, name: string): string => join(namedFolder(where, 'XDG_DATA_HOME', '.local', 'share'), name);

/** An agent that keeps skills in a folder of its own. */
const own = (agent: HomeAgent, project: string): Places => ({
  signs: (where) => [ownFolder(agent, where)],
  user: (where) => join(ownFolder(agent, where), 'skills'),
  project,
});

const PLACES: Readonly<Record<AgentName, Places>> = {
  claude: own('claude', '.claude/skills'),
  // `~/.agents/skills` is read by others, too, and they would find each skill twice.
  codex: own('codex', '.agents/skills'),
  amp: {
    signs: (where) => [join(where.home, '.config', 'amp'), data(where, 'amp')],
    user: ({ home }) => join(home, '.config', 'agents', 'skills'),
    project: '.agents/skills',
  },
  gemini: own('gemini', '.gemini/skills'),
  qwen: own('qwen', '.qwen/skills'),
  copilot: own('copilot', '.github/skills'),
  opencode: {
    signs: (where) => [config(where, 'opencode'), data(where, 'opencode')],
    user: (where) => join(config(where, 'opencode'), 'skills'),
    project: '.opencode/skills',
  },
  cursor: own('cursor', '.cursor/skills'),
};

/** The folder of an agent's skills, absolute, existing or not. */
export const skillsFolder = (agent: AgentName, scope: Scope, where: Where): string =>
  scope === 'user' ? PLACES[agent].user(where) : join(where.project, PLACES[agent].project);

/** The agents that were used on this machine. */
export const agentsHere = (where: Where): AgentName[] =>
  AGENTS.filter((agent) => PLACES[agent].signs(where).some((path) => existsSync(path)));

/** A folder of skills, and who looks into it. */
export interface SkillsRoot {
  readonly folder: string;
  readonly scope: Scope;
  /** Those that were asked for. */
  readonly agents: readonly AgentName[];
  /** All agents whose own folder it is. */
  readonly sharers: readonly AgentName[];
}

/** The folders of some agents, each once. */
export function rootsOf(agents: readonly AgentName[], scopes: readonly Scope[], where: Where): readonly SkillsRoot[] {
  const roots = new Map<string, SkillsRoot>();
  for (const scope of scopes) {
    for (const agent of agents) {
      const folder = skillsFolder(agent, scope, where);
      const known = roots.get(folder);
      const sharers = AGENTS.filter((other) => SCOPES.some((one) => skillsFolder(other, one, where) === folder));
      roots.set(folder, { folder, scope: known?.scope ?? scope, agents: [...new Set([...(known?.agents ?? []), agent])], sharers });
    }
  }
  return [...roots.values()];
}
