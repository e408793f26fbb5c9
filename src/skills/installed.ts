// What lies in an agent's folder of skills where one of ours would: its state. A copy of ours holds a record of what was written, a link
// of ours leads into the assembled skills; all else is somebody else's.
import { existsSync, readlinkSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { AGENTS, type AgentName } from '../model/agents.js';
import { checkSkill } from './check-skill.js';
import { codeOf, entriesBelow, hashesIn, leadsAway, namesIn, RECORD, recordIn, sha256, statOf, textOf } from './files.js';
import type { Rendered } from './rendered.js';
import type { Texts } from './sources.js';

export const SKILL_SCHEMA = 'tokentrail/skill/v1';

/**
 * `retired`: the program has no such skill any more. `broken`: a link of ours that leads nowhere, or a copy whose text is none that an
 * agent takes.
 */
export type SkillState = 'missing' | 'installed' | 'linked' | 'outdated' | 'edited' | 'retired' | 'broken' | 'foreign';

/** The record inside a copy of ours. */
export interface SkillRecord {
  /** For whom it was rendered. */
  readonly renderedFor: AgentName;
  /** For whom it was installed: several agents may share a folder. */
  readonly agents: readonly AgentName[];
  readonly files: ReadonlyMap<string, string>;
}

export interface Examined {
  readonly state: SkillState;
  /** Null unless it is a copy of ours. */
  readonly record: SkillRecord | null;
  /** Where it leads; null unless it is a link of ours. */
  readonly link: string | null;
  /** Files of ours that were changed since. */
  readonly edited: readonly string[];
  /** What more is to be said, as half sentences. */
  readonly reasons: readonly string[];
}

const agentsIn = (value: unknown): AgentName[] =>
  Array.isArray(value) ? AGENTS.filter((agent) => (value as readonly unknown[]).includes(agent)) : [];

/** Null if there is none, or it is none of ours. */
export function readSkillRecord(folder: string): SkillRecord | null {
  if (statOf(folder)?.isDirectory() !== true) return null;
  const record = recordIn(join(folder, RECORD), SKILL_SCHEMA);
  const files = hashesIn(record?.['files']);
  const [renderedFor] = agentsIn([record?.['rendered_for']]);
  return record === null || files === null || renderedFor === undefined ? null : { renderedFor, agents: agentsIn(record['agents']), files };
}

const realPathOf = (path: string): string => (existsSync(path) ? realpathSync(path) : path);

/** Where a link of ours leads: into the given skills, or where this program's lie or lay. Null if it is no link, or another's. */
function ownLink(folder: string, skill: string, rendered: Rendered): string | null {
  if (statOf(folder)?.isSymbolicLink() !== true) return null;
  const target = resolve(dirname(folder), readlinkSync(folder));
  const [agent, name] = [basename(dirname(target)), basename(target)];
  if (name !== skill || !(AGENTS as readonly string[]).includes(agent)) return null;
  const root = dirname(dirname(target));
  const isOurs = realPathOf(root) === realPathOf(rendered.folder) || root.endsWith(join(sep, 'templates', 'assembled'));
  return isOurs ? target : null;
}

/** Files of a copy that are neither what was written nor what would be. */
function editedIn(folder: string, record: SkillRecord, wanted: Texts): string[] {
  const names = [...new Set([...record.files.keys(), ...wanted.keys()])];
  return names.filter((name) => {
    const path = join(folder, name);
    if (leadsAway(folder, name)) return true;
    if (statOf(path) === null) return false;
    const text = textOf(path);
    return text === null || (text !== wanted.get(name) && sha256(text) !== record.files.get(name));
  });
}

function isAsWanted(folder: string, record: SkillRecord, wanted: Texts): boolean {
  const same = [...wanted].every(([name, text]) => textOf(join(folder, name)) === text && record.files.get(name) === sha256(text));
  return same && record.files.size === wanted.size;
}

async function problemsOf(folder: string, skill: string): Promise<string[]> {
  const text = textOf(join(folder, 'SKILL.md'));
  return text === null ? ['it has no SKILL.md'] : checkSkill(skill, text);
}

const NOTHING = { record: null, link: null, edited: [], reasons: [] };

/**
 * What can't be read is taken for somebody else's.
 *
 * @param agents those that share the folder; a link may lead to the rendering of any of them.
 */
export async function examine(folder: string, skill: string, agents: readonly AgentName[], rendered: Rendered): Promise<Examined> {
  try {
    return await examineReadable(folder, skill, agents, rendered);
  } catch (error) {
    return { state: 'foreign', ...NOTHING, reasons: [`it can't be read (${codeOf(error)})`] };
  }
}

async function examineReadable(folder: string, skill: string, agents: readonly AgentName[], rendered: Rendered): Promise<Examined> {
  const nothing = NOTHING;
  if (statOf(folder) === null) return { state: 'missing', ...nothing };
  const link = ownLink(folder, skill, rendered);
  if (link !== null) {
    if (!existsSync(link)) return { state: 'broken', ...nothing, link, reasons: ['the link leads nowhere'] };
    const isRight = agents.some((agent) => realPathOf(link) === realPathOf(rendered.folderOf(agent, skill)));
    if (!isRight) return { state: 'outdated', ...nothing, link, reasons: ['the link leads to skills of another place'] };
    const problems = await problemsOf(folder, skill);
    return { state: problems.length > 0 ? 'broken' : 'linked', ...nothing, link, reasons: problems };
  }
  const record = readSkillRecord(folder);
  if (record === null) return { state: 'foreign', ...nothing, reasons: ['it was not written by tokentrail'] };
  const wanted = rendered.texts(record.renderedFor, skill);
  const edited = editedIn(folder, record, wanted ?? new Map());
  const found = { record, link: null, edited };
  if (edited.length > 0) return { state: 'edited', ...found, reasons: [`${edited.join(', ')} was changed by hand`] };
  if (wanted === null) return { state: 'retired', ...found, reasons: ['these skills hold it no more'] };
  if (!isAsWanted(folder, record, wanted)) return { state: 'outdated', ...found, reasons: [] };
  const problems = await problemsOf(folder, skill);
  return { state: problems.length > 0 ? 'broken' : 'installed', ...found, reasons: problems };
}

/** Names of the skills of ours that lie in an agent's folder. */
export const ownSkillsIn = (root: string, rendered: Rendered): string[] =>
  namesIn(root).filter((name) => readSkillRecord(join(root, name)) !== null || ownLink(join(root, name), name, rendered) !== null);

/** What lies in a copy and is not ours. */
export const strangersIn = (folder: string, record: SkillRecord): string[] =>
  entriesBelow(folder).filter((name) => name !== RECORD && !record.files.has(name));
