// The skills as they were assembled: what `skills assemble` wrote, and what comes with the program.
import { join } from 'node:path';
import { AGENTS, type AgentName } from '../model/agents.js';
import { TokentrailError } from '../model/errors.js';
import { filesBelow, namesIn, statOf, textOf } from './files.js';
import type { Texts } from './sources.js';

export class Rendered {
  /** Where they lie, absolute. */
  readonly folder: string;
  readonly #skills: ReadonlyMap<AgentName, ReadonlyMap<string, Texts>>;

  constructor(folder: string, skills: ReadonlyMap<AgentName, ReadonlyMap<string, Texts>>) {
    this.folder = folder;
    this.#skills = skills;
  }

  /** Names of all skills. */
  get names(): string[] {
    return [...new Set([...this.#skills.values()].flatMap((skills) => [...skills.keys()]))].sort();
  }

  /** The files of a skill for an agent; null if it is not made for that one. */
  texts(agent: AgentName, skill: string): Texts | null {
    return this.#skills.get(agent)?.get(skill) ?? null;
  }

  /** Where they lie. */
  folderOf(agent: AgentName, skill: string): string {
    return join(this.folder, agent, skill);
  }
}

function textsOf(folder: string): Texts {
  const files = filesBelow(folder).map((name) => [name, textOf(join(folder, name))] as const);
  return new Map(files.filter((file): file is readonly [string, string] => file[1] !== null));
}

/** @throws FILE_NOT_FOUND if there are none */
export function readRendered(folder: string, shown: string): Rendered {
  const skillsOf = (agent: AgentName): ReadonlyMap<string, Texts> => {
    const root = join(folder, agent);
    const names = namesIn(root).filter((name) => statOf(join(root, name))?.isDirectory() === true);
    const skills = names.map((name) => [name, textsOf(join(root, name))] as const);
    return new Map(skills.filter(([, texts]) => texts.has('SKILL.md')));
  };
  const rendered = new Rendered(folder, new Map(AGENTS.map((agent) => [agent, skillsOf(agent)])));
  if (rendered.names.length > 0) return rendered;
  throw new TokentrailError('FILE_NOT_FOUND', `There are no assembled skills in "${shown}".`, {
    suggestions: ['Name the folder that `tokentrail skills assemble --out` wrote.'],
    details: { folder: shown },
  });
}
