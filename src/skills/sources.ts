// Reads a folder of templates: `agents.yaml`, `partials/*.liquid`, a folder for each skill with its `SKILL.md.liquid`, and for a plugin
// `plugin.yaml` and `commands/*.md.liquid`.
import { join } from 'node:path';
import { AGENTS, type AgentName } from '../model/agents.js';
import { TokentrailError } from '../model/errors.js';
import { isFields } from '../model/foreign-columns.js';
import { filesBelow, namesIn, statOf, textOf } from './files.js';
import { loadYaml } from './libraries.js';

/** What one agent's skills say otherwise, as templates read it: `agent.label`, `agent.request` … */
export type Voice = Readonly<Record<string, unknown>>;

/** Texts by the name of their file. */
export type Texts = ReadonlyMap<string, string>;

export interface Skipped {
  readonly skill: string;
  /** Null where it concerns all agents. */
  readonly agent: AgentName | null;
  readonly reason: string;
}

export interface PluginSource {
  /** Whose rendering goes into it. */
  readonly agent: AgentName;
  /** Whether our hooks go into it, too. */
  readonly hooks: boolean;
  /** Fields of its manifest. */
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface Sources {
  readonly agents: ReadonlyMap<AgentName, Voice>;
  readonly partials: Texts;
  /** Of each skill its files, by their names in its folder. */
  readonly skills: ReadonlyMap<string, Texts>;
  readonly plugin: PluginSource | null;
  readonly commands: Texts;
  readonly skipped: readonly Skipped[];
}

export const SKILL_TEMPLATE = 'SKILL.md.liquid';

/** Folders that are no skills. */
const NO_SKILLS = new Set(['partials', 'commands']);

/** An error in a file of the templates, with its line where that is known. */
export const templateError = (file: string, line: number | null, what: string, cause?: unknown): TokentrailError =>
  new TokentrailError('TEMPLATE_INVALID', `${file}${line === null ? '' : `, line ${line}`}: ${what}.`, {
    suggestions: ['Nothing was written. Correct the template; docs/how-to/write-own-skills.md tells what one can hold.'],
    details: { file, line },
    cause,
  });

async function readYaml(folder: string, name: string): Promise<Readonly<Record<string, unknown>> | null> {
  const text = textOf(join(folder, name));
  if (text === null) return null;
  const { parseDocument, LineCounter } = await loadYaml();
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [problem] = document.errors;
  if (problem !== undefined)
    throw templateError(name, lines.linePos(problem.pos[0]).line, problem.message.split('\n')[0]!.replace(/:$/, ''));
  const value = document.toJS({ maxAliasCount: 100 }) as unknown;
  if (!isFields(value)) throw templateError(name, 1, 'it holds no entries of the form `key: value`');
  return value;
}

const isAgent = (name: string): name is AgentName => (AGENTS as readonly string[]).includes(name);

async function readVoices(folder: string): Promise<ReadonlyMap<AgentName, Voice>> {
  const file = 'agents.yaml';
  const value = await readYaml(folder, file);
  if (value === null) throw templateError(file, null, 'the file is missing; it names the agents that skills are made for');
  const voices = new Map<AgentName, Voice>();
  for (const [name, voice] of Object.entries(value)) {
    if (!isAgent(name)) throw templateError(file, null, `"${name}" is no agent; known are ${AGENTS.join(', ')}`);
    if (!isFields(voice)) throw templateError(file, null, `"${name}" holds no entries of the form \`key: value\``);
    voices.set(name, { ...voice, name });
  }
  return voices;
}

async function readPlugin(folder: string): Promise<PluginSource | null> {
  const file = 'plugin.yaml';
  const value = await readYaml(folder, file);
  if (value === null) return null;
  const { agent, hooks = false, ...fields } = value;
  if (typeof agent !== 'string' || !isAgent(agent)) throw templateError(file, null, `"agent" must be one of ${AGENTS.join(', ')}`);
  if (typeof hooks !== 'boolean') throw templateError(file, null, '"hooks" must be true or false');
  if (typeof fields['name'] !== 'string') throw templateError(file, null, '"name" must be a text');
  return { agent, hooks, fields };
}

/** The plain files below a folder; none if it is not there. */
function textsBelow(folder: string): Texts {
  if (statOf(folder)?.isDirectory() !== true) return new Map();
  return new Map(
    filesBelow(folder)
      .filter((name) => !name.split('/').some((part) => part.startsWith('.')))
      .flatMap((name) => {
        const text = textOf(join(folder, name));
        return text === null ? [] : [[name, text] as const];
      }),
  );
}

const unreadable = (shown: string, cause?: unknown): TokentrailError =>
  new TokentrailError('FILE_NOT_FOUND', `The folder of templates "${shown}" can't be read, or is empty.`, {
    suggestions: ['Copy templates/skills of this program and change it; see docs/how-to/write-own-skills.md.'],
    details: { folder: shown },
    cause,
  });

/** @throws FILE_NOT_FOUND if there is no such folder, TEMPLATE_INVALID if a file of settings is wrong or missing */
export async function readSources(folder: string, shown: string): Promise<Sources> {
  if (namesIn(folder).length === 0) throw unreadable(shown);
  try {
    return await readFolder(folder);
  } catch (error) {
    throw error instanceof TokentrailError ? error : unreadable(shown, error);
  }
}

async function readFolder(folder: string): Promise<Sources> {
  const named = namesIn(folder).filter(
    (name) => !NO_SKILLS.has(name) && !name.startsWith('.') && statOf(join(folder, name))?.isDirectory() === true,
  );
  const skills = new Map(named.map((name) => [name, textsBelow(join(folder, name))] as const));
  const bare = named.filter((name) => !skills.get(name)!.has(SKILL_TEMPLATE));
  for (const name of bare) skills.delete(name);
  const partials = [...textsBelow(join(folder, 'partials'))].filter(([name]) => name.endsWith('.liquid'));
  return {
    agents: await readVoices(folder),
    partials: new Map(partials.map(([name, text]) => [name.slice(0, -'.liquid'.length), text])),
    skills,
    plugin: await readPlugin(folder),
    commands: textsBelow(join(folder, 'commands')),
    skipped: bare.map((skill) => ({ skill, agent: null, reason: `it has no ${SKILL_TEMPLATE}` })),
  };
}
