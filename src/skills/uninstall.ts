// Takes out of agents' folders what was installed, and nothing else: a home is then as it was before.
import { rmSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf, RECORD, removeEmptyFolders, sha256, textOf, writeText } from './files.js';
import { levelsMade, removeFile, skillRecordText, type Done, type Outcome } from './install.js';
import { examine, ownSkillsIn, strangersIn, type Examined, type SkillRecord } from './installed.js';
import type { SkillsRoot } from './places.js';
import type { Rendered } from './rendered.js';

export interface UninstallOptions {
  readonly rendered: Rendered;
  /** Also what was changed by hand. */
  readonly force: boolean;
  readonly dryRun: boolean;
}

type Result = Pick<Done, 'outcome' | 'reason'>;

const kept = (reason: string): Result => ({ outcome: 'kept', reason });

/** Files that are still what was written. */
const unchangedIn = (folder: string, { files }: SkillRecord): string[] =>
  [...files].filter(([name, hash]) => sha256(textOf(join(folder, name)) ?? '') === hash).map(([name]) => name);

function removeCopy(
  folder: string,
  skill: string,
  record: SkillRecord,
  edited: readonly string[],
  { force, dryRun }: UninstallOptions,
): Result {
  const strangers = strangersIn(folder, record).filter((name) => !edited.includes(name));
  const stays = [...(force ? [] : edited), ...strangers];
  const [verb, subject] = stays.length === 1 ? ['stays', 'it is'] : ['stay', 'they are'];
  const hint = force || edited.length === 0 ? '' : '; --force removes what was changed by hand';
  const result: Result =
    stays.length === 0 ? { outcome: 'removed', reason: null } : kept(`${stays.join(', ')} ${verb}: ${subject} not as installed${hint}`);
  if (dryRun) return result;
  for (const name of force ? record.files.keys() : unchangedIn(folder, record)) removeFile(folder, name);
  const left = new Map([...record.files].filter(([name]) => !force && edited.includes(name) && textOf(join(folder, name)) !== null));
  // What was changed by hand stays ours, so that --force can still remove it.
  if (left.size > 0) writeText(join(folder, RECORD), skillRecordText(skill, record.renderedFor, record.agents, left));
  else removeFile(folder, RECORD);
  removeEmptyFolders(folder, 1);
  return result;
}

function remove(root: SkillsRoot, skill: string, { record, edited, link }: Examined, options: UninstallOptions): Result {
  const folder = join(root.folder, skill);
  if (link !== null) {
    if (!options.dryRun) unlinkSync(folder);
    return { outcome: 'removed', reason: null };
  }
  if (record === null) return { outcome: 'refused', reason: 'something that tokentrail did not write is there' };
  const others = record.agents.filter((agent) => !root.agents.includes(agent));
  if (others.length === 0) return removeCopy(folder, skill, record, edited, options);
  if (!options.dryRun && others.length < record.agents.length)
    writeText(join(folder, RECORD), skillRecordText(skill, record.renderedFor, others, record.files));
  return { outcome: 'unchanged', reason: `it stays for ${others.join(', ')}` };
}

/** Removes the folders that were made for skills, once none of ours is left in them. */
function removeRoot(root: string, rendered: Rendered): void {
  const made = levelsMade(root);
  if (made === 0 || ownSkillsIn(root, rendered).length > 0) return;
  rmSync(join(root, RECORD), { force: true });
  removeEmptyFolders(root, made);
}

/** @param skills names; null for all of ours that are there */
export async function uninstallSkills(
  roots: readonly SkillsRoot[],
  skills: readonly string[] | null,
  options: UninstallOptions,
): Promise<Done[]> {
  const all: Done[] = [];
  for (const root of roots) {
    for (const skill of skills ?? ownSkillsIn(root.folder, options.rendered)) {
      const folder = join(root.folder, skill);
      const about = { skill, agents: root.agents, scope: root.scope, folder, diff: '' };
      const found = await examine(folder, skill, root.sharers, options.rendered);
      if (found.state === 'missing') continue;
      all.push({ ...about, ...attempt(() => remove(root, skill, found, options)) });
    }
    if (!options.dryRun) removeRoot(root.folder, options.rendered);
  }
  return all;
}

function attempt(step: () => Result): Result {
  try {
    return step();
  } catch (error) {
    return { outcome: 'refused' satisfies Outcome, reason: `it can't be removed (${codeOf(error)})` };
  }
}
