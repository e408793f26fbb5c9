// What a crowd's acknowledged commands make of the books, worked out without them. Pure.
import type { Row } from '../../src/store/rows.js';
import { groups, stageNames, type Books } from './audit.js';

/** A command that exited with 0 and made a revision. `word` is only its own: a note, the name of a stage, a title. */
export interface Acknowledged {
  readonly command: 'analysis start' | 'analysis mark' | 'analysis complete' | 'analysis add' | 'source add' | 'source update';
  readonly id: string;
  readonly revision: number;
  readonly word: string;
  /** Given to `start`; a second one with the same key makes nothing. */
  readonly key: string | null;
}

/** A command that was refused, with its exit code. */
export interface Refused {
  readonly command: string;
  readonly id: string;
  readonly code: number;
}

const label = (command: string, word: string, key: string | null): string =>
  key === null ? `${command} ${word}` : `${command} with ${key}`;

/** `<id>@<revision>` of each revision that must be there, and what made it. */
export function expectedRevisions(acknowledged: readonly Acknowledged[]): string[] {
  const revisions = acknowledged.map(({ command, id, revision, word, key }) => `${id}@${revision} ${label(command, word, key)}`);
  const keyed = new Set(acknowledged.flatMap(({ key }, i) => (key === null ? [] : [revisions[i]!])));
  return [...revisions.filter((revision) => !keyed.has(revision)), ...keyed].sort();
}

/** What a revision was told that no other one was: its note, the stage, the title. */
export const wordOf = (row: Row): string =>
  row['recorded_by'] === 'analysis mark' ? (stageNames(row).at(-1) ?? 'no stage') : String(row['title'] ?? row['notes']);

/** The same of what is stored. Settling is done after another command's answer, by whoever comes next, and acknowledged by nobody. */
export function storedRevisions({ analyses, sources }: Books): string[] {
  const keyOf = (row: Row): string | null =>
    row['recorded_by'] === 'analysis start' ? ((row['idempotency_key'] ?? null) as string | null) : null;
  return [...analyses, ...sources]
    .filter((row) => row['recorded_by'] !== 'analysis settle')
    .map((row) => `${String(row['id'])}@${Number(row['revision'])} ${label(String(row['recorded_by']), wordOf(row), keyOf(row))}`)
    .sort();
}

/** Refusals that nothing which was acknowledged explains. */
export function unexplained(refused: readonly Refused[], acknowledged: readonly Acknowledged[]): string[] {
  const ended = new Set(acknowledged.flatMap(({ command, id }) => (command === 'analysis complete' ? [id] : [])));
  const added = new Set(acknowledged.flatMap(({ command, id }) => (command === 'source add' ? [id] : [])));
  return refused
    .filter(({ command, id, code }) => code !== 6 || !(command === 'source add' ? added : ended).has(id))
    .map(({ command, id, code }) => `${command} ${id}: exit ${code}`);
}

/** Passes of each source that are not 1 to n. */
export function brokenPasses({ analyses }: Books): string[] {
  const firsts = analyses.filter((row) => Number(row['revision']) === 1 && row['source_id'] !== null);
  return [...groups(firsts, 'source_id')].flatMap(([source, rows]) => {
    const passes = rows.map((row) => Number(row['pass'])).sort((a, b) => a - b);
    return passes.every((pass, i) => pass === i + 1) ? [] : [`${source}: ${passes.join(', ')}`];
  });
}
