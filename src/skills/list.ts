// The skills of all agents as they lie in their folders, each with its state.
import { join } from 'node:path';
import type { AgentName } from '../model/agents.js';
import { examine, ownSkillsIn, type SkillState } from './installed.js';
import { rootsOf, type Scope, type Where } from './places.js';
import type { Rendered } from './rendered.js';

export interface ListedSkill {
  readonly skill: string;
  readonly agent: AgentName;
  readonly scope: Scope;
  readonly folder: string;
  readonly state: SkillState;
  /** What more is to be said, as half sentences. */
  readonly reasons: readonly string[];
}

/** Every skill that there is or was, for each agent and scope. */
export async function listSkills(
  agents: readonly AgentName[],
  scopes: readonly Scope[],
  where: Where,
  rendered: Rendered,
): Promise<ListedSkill[]> {
  const all: ListedSkill[] = [];
  for (const root of rootsOf(agents, scopes, where)) {
    const names = [...new Set([...rendered.names, ...ownSkillsIn(root.folder, rendered)])].sort();
    for (const skill of names) {
      const folder = join(root.folder, skill);
      const { state, reasons, record } = await examine(folder, skill, root.sharers, rendered);
      for (const agent of root.agents) {
        // A copy in a shared folder is there for those that it was installed for.
        const isOthers = record !== null && !record.agents.includes(agent);
        all.push({ skill, agent, scope: root.scope, folder, state: isOthers ? 'missing' : state, reasons: isOthers ? [] : reasons });
      }
    }
  }
  return all;
}

/** States that call for something to be done. */
const DRIFT: readonly SkillState[] = ['outdated', 'edited', 'retired', 'broken'];

/** Skills of ours that are not as they should be. */
export const drifted = (listed: readonly ListedSkill[]): ListedSkill[] => listed.filter(({ state }) => DRIFT.includes(state));

/** The command that mends one. */
export function mendingCommand({ skill, agent, scope, state }: ListedSkill): string {
  const rest = `--agent ${agent}${scope === 'project' ? ' --project' : ''}`;
  if (state === 'retired') return `tokentrail skills uninstall ${skill} ${rest}`;
  return `tokentrail skills install ${skill} ${rest}${state === 'edited' ? ' --force' : ''}`;
}

/** Skills of ours that are there, in whatever state. */
export const present = (listed: readonly ListedSkill[]): ListedSkill[] =>
  listed.filter(({ state }) => state !== 'missing' && state !== 'foreign');
