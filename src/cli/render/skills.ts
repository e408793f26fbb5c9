// Skills as they were assembled, installed, and as they lie in agents' folders.
import { safe } from '../../model/safe.js';
import type { Done } from '../../skills/install.js';
import { mendingCommand, type ListedSkill } from '../../skills/list.js';
import type { AssembledFile } from '../../skills/write-assembled.js';
import type { AssembledSkills } from '../skills.js';
import { renderTable } from './table.js';

type Tilde = (path: string) => string;

const WRITTEN: Readonly<Record<AssembledFile['state'], string>> = {
  unchanged: 'unchanged',
  new: 'written',
  changed: 'written anew',
  removed: 'removed',
  foreign: 'left alone: tokentrail did not write it',
  kept: 'left alone: it was changed by hand, and has no source any more',
};

const DRIFT: Readonly<Record<AssembledFile['state'], string>> = {
  ...WRITTEN,
  new: 'missing',
  changed: 'not what its template makes',
  removed: 'its template is gone',
};

/** Of what was assembled, file by file where something changed. */
export function renderAssembled({ folder, files, skipped, dryRun }: AssembledSkills, tilde: Tilde): string {
  const words = dryRun ? DRIFT : WRITTEN;
  const changes = files.filter(({ state }) => state !== 'unchanged').map(({ path, state }) => `${safe(path)}: ${words[state]}`);
  const left = skipped.map(
    ({ skill, agent, reason }) => `${safe(skill)}${agent === null ? '' : ` for ${agent}`} left out: ${safe(reason)}`,
  );
  const same = files.length - changes.length;
  return [...changes, ...left, `${files.length} files in ${safe(tilde(folder))}, ${same} unchanged`].join('\n');
}

/** The same for programs. */
export const assembledJson = ({ folder, files, skipped, dryRun }: AssembledSkills, tilde: Tilde): object => ({
  folder: tilde(folder),
  check: dryRun,
  files: files.map(({ path, state }) => ({ path, state })),
  skipped,
});

/** A line for each skill and folder; before it, if asked for, the diff. */
export function renderDone(done: readonly Done[], dryRun: boolean, tilde: Tilde): string {
  if (done.length === 0) return 'nothing to do';
  const would = (outcome: Done['outcome']): string =>
    dryRun && outcome !== 'unchanged' && outcome !== 'refused' ? `would be ${outcome}` : outcome;
  return done
    .map(({ skill, agents, scope, folder, outcome, reason, diff }) => {
      const line = `${safe(skill)} for ${agents.join(', ')} (${scope}): ${would(outcome)}${reason === null ? '' : `: ${safe(reason)}`} · ${safe(tilde(folder))}`;
      return dryRun && diff !== '' ? `${diff}\n${line}` : line;
    })
    .join('\n');
}

/** The same for programs. */
export const doneJson = (done: readonly Done[], dryRun: boolean, tilde: Tilde): object => ({
  dry_run: dryRun,
  skills: done.map(({ skill, agents, scope, folder, outcome, reason, diff }) => ({
    skill,
    agents,
    scope,
    folder: tilde(folder),
    outcome,
    reason,
    ...(dryRun ? { diff } : {}),
  })),
});

const HEADERS: Readonly<Record<ListedSkill['state'], string>> = {
  missing: '-',
  installed: 'installed',
  linked: 'linked',
  outdated: 'outdated',
  edited: 'edited',
  retired: 'retired',
  broken: 'broken',
  foreign: 'foreign',
};

/** A row for each agent and scope, a column for each skill. */
export function renderListed(listed: readonly ListedSkill[], tilde: Tilde, terminal: boolean): string {
  if (listed.length === 0) return 'no agent was found on this machine; name one with --agent';
  const skills = [...new Set(listed.map(({ skill }) => skill))];
  const keys = [...new Set(listed.map(({ agent, scope }) => `${agent} ${scope}`))].sort();
  const stateOf = (key: string, skill: string): string => {
    const found = listed.find((one) => `${one.agent} ${one.scope}` === key && one.skill === skill);
    return found === undefined ? '-' : HEADERS[found.state];
  };
  const folderOf = (key: string): string => {
    const { folder, skill } = listed.find(({ agent, scope }) => `${agent} ${scope}` === key)!;
    return tilde(folder.slice(0, -skill.length - 1));
  };
  const columns = [
    { header: 'agent', cell: (key: string) => key.split(' ')[0]! },
    { header: 'scope', cell: (key: string) => key.split(' ')[1]! },
    ...skills.map((skill) => ({ header: safe(skill), cell: (key: string) => stateOf(key, skill) })),
    { header: 'folder', cell: folderOf },
  ];
  return renderTable(columns, keys, terminal);
}

/** The same for programs. */
export const listedJson = (listed: readonly ListedSkill[], tilde: Tilde): object => ({
  skills: listed.map(({ skill, agent, scope, folder, state, reasons }) => ({ skill, agent, scope, folder: tilde(folder), state, reasons })),
});

/** What is not as it should be, each with the command that mends it. */
export function renderDrift(found: readonly ListedSkill[], tilde: Tilde): string {
  if (found.length === 0) return 'all installed skills are as they should be';
  return found
    .map((one) => {
      const why = one.reasons.length === 0 ? '' : ` (${safe(one.reasons.join('; '))})`;
      return `${safe(one.skill)} for ${one.agent} (${one.scope}): ${one.state}${why} · ${safe(tilde(one.folder))}\n  ${safe(mendingCommand(one))}`;
    })
    .join('\n');
}

/** The same for programs. */
export const driftJson = (found: readonly ListedSkill[], installed: number, tilde: Tilde): object => ({
  installed,
  findings: found.map((one) => ({
    skill: one.skill,
    agent: one.agent,
    scope: one.scope,
    folder: tilde(one.folder),
    state: one.state,
    reasons: one.reasons,
    fix: mendingCommand(one),
  })),
});
