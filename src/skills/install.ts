// Puts skills into agents' folders, as copies with a record or as links. What is not ours is never touched, what was changed by hand
// only with --force, and nothing is written where nothing changes.
import { randomBytes } from 'node:crypto';
import { existsSync, readlinkSync, renameSync, rmSync, symlinkSync, unlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AGENTS, type AgentName } from '../model/agents.js';
import { safe } from '../model/safe.js';
import { unifiedDiff } from '../store/unified-diff.js';
import {
  codeOf,
  leadsAway,
  makeReadableFolder,
  RECORD,
  recordIn,
  recordText,
  removeEmptyFolders,
  sha256,
  textOf,
  writeText,
} from './files.js';
import { examine, SKILL_SCHEMA, strangersIn, type Examined } from './installed.js';
import type { SkillsRoot } from './places.js';
import type { Rendered } from './rendered.js';
import type { Texts } from './sources.js';

export const ROOT_SCHEMA = 'tokentrail/skills-folder/v1';

export type Outcome = 'installed' | 'updated' | 'unchanged' | 'removed' | 'kept' | 'refused';

/** What became of one skill in one folder, or would. */
export interface Done {
  readonly skill: string;
  readonly agents: readonly AgentName[];
  readonly scope: SkillsRoot['scope'];
  readonly folder: string;
  readonly outcome: Outcome;
  /** Why it was not done, or not wholly; null otherwise. */
  readonly reason: string | null;
  /** What changes in it, as a unified diff; empty where nothing does. */
  readonly diff: string;
}

export interface InstallOptions {
  readonly rendered: Rendered;
  readonly link: boolean;
  /** Also over what was changed by hand. */
  readonly force: boolean;
  readonly dryRun: boolean;
}

/** How many folders have to be made for one: it, and those above it. */
const missingLevels = (folder: string): number => (existsSync(folder) ? 0 : 1 + missingLevels(dirname(folder)));

/** Makes the folder of skills, and notes how many folders that took, so that they can be removed again. */
function makeRoot(root: string): void {
  const made = missingLevels(root);
  if (made === 0) return;
  makeReadableFolder(root);
  writeText(join(root, RECORD), recordText({ schema: ROOT_SCHEMA, made }));
}

/** How many folders were made for a folder of skills; 0 if it was there before. */
export function levelsMade(root: string): number {
  const made = recordIn(join(root, RECORD), ROOT_SCHEMA)?.['made'];
  return typeof made === 'number' && Number.isSafeInteger(made) && made > 0 ? made : 0;
}

/** The text of the record in a copy. */
export function skillRecordText(
  skill: string,
  renderedFor: AgentName,
  agents: readonly AgentName[],
  files: ReadonlyMap<string, string>,
): string {
  const hashes = Object.fromEntries([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
  const known = AGENTS.filter((agent) => agents.includes(agent));
  return recordText({ schema: SKILL_SCHEMA, skill, rendered_for: renderedFor, agents: known, files: hashes });
}

/** One skill for one folder. */
interface Job {
  readonly root: SkillsRoot;
  readonly skill: string;
  readonly folder: string;
  /** Whose rendering it gets. */
  readonly agent: AgentName;
  readonly texts: Texts;
  readonly found: Examined;
  readonly options: InstallOptions;
}

const hashesOf = (texts: Texts): ReadonlyMap<string, string> => new Map([...texts].map(([name, text]) => [name, sha256(text)]));

/** Why it may not be done; null if it may. */
function refusal({ folder, found, texts, options }: Job): string | null {
  if (found.state === 'foreign') return 'something that tokentrail did not write is there; move it away first';
  if (found.edited.length > 0 && !options.force) return `${found.reasons.join('; ')}; --force overwrites it`;
  if ([...texts.keys()].some((name) => leadsAway(folder, name))) return 'a folder inside of it is a link, through which nothing is written';
  if (options.link && found.record !== null) {
    const [stranger] = strangersIn(folder, found.record);
    if (stranger !== undefined) return `"${stranger}" in it is not from tokentrail, and would be lost behind a link`;
  }
  return null;
}

/** Files of a copy that are gone once it is as wanted. */
const leftovers = ({ found, texts }: Job): string[] => [...(found.record?.files.keys() ?? [])].filter((name) => !texts.has(name));

function diffOf(job: Job): string {
  const { folder, texts, found, options, root } = job;
  const isLink = found.link !== null;
  const unlinked = isLink ? [`- link ${safe(folder)} → ${safe(readlinkSync(folder))}`] : [];
  const before = (name: string): string | null => (isLink ? null : textOf(join(folder, name)));
  const gone = (names: Iterable<string>): string[] => [...names].map((name) => unifiedDiff(join(folder, name), before(name), null));
  const diffs = options.link
    ? [...gone(found.record?.files.keys() ?? []), `+ link ${safe(folder)} → ${safe(options.rendered.folderOf(job.agent, job.skill))}`]
    : [...[...texts].map(([name, text]) => unifiedDiff(join(folder, name), before(name), text)), ...gone(leftovers(job))];
  const newcomers = root.agents.filter((agent) => found.record !== null && !found.record.agents.includes(agent));
  const shared = newcomers.length > 0 ? [`+ ${safe(join(folder, RECORD))}: for ${newcomers.join(', ')}, too`] : [];
  return [...unlinked, ...diffs, ...shared].filter((part) => part !== '').join('\n');
}

/** Whether there is nothing to be done. */
function isDone({ root, found, options }: Job): boolean {
  if (options.link) return found.state === 'linked';
  return found.state === 'installed' && root.agents.every((agent) => found.record!.agents.includes(agent));
}

/** A copy as a whole: made beside, and put in its place by one step. */
function create(job: Job): void {
  const { root, skill, folder, agent, texts } = job;
  const made = join(root.folder, `.tokentrail-${randomBytes(4).toString('hex')}`);
  try {
    makeReadableFolder(made);
    for (const [name, text] of texts) writeText(join(made, name), text);
    writeText(join(made, RECORD), skillRecordText(skill, agent, root.agents, hashesOf(texts)));
    renameSync(made, folder);
  } catch (error) {
    rmSync(made, { recursive: true, force: true });
    throw error;
  }
}

/** File by file; the record comes last, so that a half-done update is seen as one. */
function update(job: Job): void {
  const { root, skill, folder, agent, texts, found } = job;
  for (const [name, text] of texts) if (textOf(join(folder, name)) !== text) writeText(join(folder, name), text);
  for (const name of leftovers(job)) removeFile(folder, name);
  const agents = [...(found.record?.agents ?? []), ...root.agents];
  writeText(join(folder, RECORD), skillRecordText(skill, agent, agents, hashesOf(texts)));
}

/** Removes a file below a folder, and the folders in between that are empty then. */
export function removeFile(folder: string, name: string): void {
  rmSync(join(folder, name), { force: true });
  removeEmptyFolders(dirname(join(folder, name)), name.split('/').length - 1);
}

function link({ folder, found, options, agent, skill }: Job): void {
  const target = options.rendered.folderOf(agent, skill);
  if (found.record !== null) {
    for (const name of [...found.record.files.keys(), RECORD]) removeFile(folder, name);
    removeEmptyFolders(folder, 1);
  }
  // A junction needs no rights on Windows.
  symlinkSync(target, folder, 'junction');
}

function carryOut(job: Job): void {
  const { folder, root, found, options } = job;
  makeRoot(root.folder);
  if (found.link !== null) unlinkSync(folder);
  if (options.link) link(job);
  else if (found.record === null) create(job);
  else update(job);
}

/** Null if the skill is not made for any agent of the folder. */
async function jobOf(root: SkillsRoot, skill: string, options: InstallOptions): Promise<Job | null> {
  const folder = join(root.folder, skill);
  const { rendered } = options;
  const found = await examine(folder, skill, root.sharers, rendered);
  // Who shares the folder shares the text that is there.
  const candidates = [...(found.record === null ? [] : [found.record.renderedFor]), ...root.agents];
  const agent = candidates.find((one) => rendered.texts(one, skill) !== null);
  return agent === undefined ? null : { root, skill, folder, agent, texts: rendered.texts(agent, skill)!, found, options };
}

function done(job: Job): Done {
  const { root, skill, folder, found, options } = job;
  const about = { skill, agents: root.agents, scope: root.scope, folder };
  if (isDone(job)) return { ...about, outcome: 'unchanged', reason: null, diff: '' };
  const reason = refusal(job);
  if (reason !== null) return { ...about, outcome: 'refused', reason, diff: '' };
  const diff = diffOf(job);
  try {
    if (!options.dryRun) carryOut(job);
  } catch (error) {
    return { ...about, outcome: 'refused', reason: `it can't be written (${codeOf(error)})`, diff: '' };
  }
  return { ...about, outcome: found.state === 'missing' ? 'installed' : 'updated', reason: null, diff };
}

/** Installs skills into folders; one that can't be is told and hinders no other. */
export async function installSkills(roots: readonly SkillsRoot[], skills: readonly string[], options: InstallOptions): Promise<Done[]> {
  const all: Done[] = [];
  for (const root of roots) {
    for (const skill of skills) {
      const job = await jobOf(root, skill, options);
      if (job !== null) all.push(done(job));
    }
  }
  return all;
}
