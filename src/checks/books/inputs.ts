// Check `inputs`: what a synthesis draws on is there, and nothing draws on itself.
import { compareAnalysisIds } from '../../model/ids.js';
import type { BookCheck, BookFinding, Ledger } from './check.js';

/** Analyses that are among the inputs of their own inputs, each circle once, under its first id. */
function circles(inputsOf: ReadonlyMap<string, readonly string[]>): string[][] {
  const found = new Map<string, string[]>();
  const done = new Set<string>();
  const walk = (id: string, path: readonly string[]): void => {
    const at = path.indexOf(id);
    if (at >= 0) {
      const circle = path.slice(at);
      const key = [...circle].sort(compareAnalysisIds).join(' ');
      if (!found.has(key)) found.set(key, circle);
      return;
    }
    if (done.has(id)) return;
    for (const input of inputsOf.get(id) ?? []) walk(input, [...path, id]);
    done.add(id);
  };
  for (const id of inputsOf.keys()) walk(id, []);
  return [...found.values()];
}

function check({ analyses, unchecked, sources }: Ledger): BookFinding[] {
  const ids = new Set([...analyses.map(({ id }) => id), ...(unchecked ?? [])]);
  const found: BookFinding[] = [];
  for (const { id, inputs_analysis_ids, inputs_source_ids } of analyses) {
    const missing = [
      ...(inputs_analysis_ids ?? []).filter((input) => !ids.has(input)),
      ...(inputs_source_ids ?? []).filter((input) => !sources.has(input)),
    ];
    for (const input of missing) {
      const message = `${id} draws on "${input}", which is not in this store.`;
      found.push({
        level: 'error',
        code: 'INPUT_MISSING',
        id,
        message,
        fix: 'Import it, or name the inputs anew with `analysis complete --amend`.',
      });
    }
  }
  for (const circle of circles(new Map(analyses.map(({ id, inputs_analysis_ids }) => [id, inputs_analysis_ids ?? []])))) {
    const message = `${circle.join(' draws on ')} draws on ${circle[0]!} again.`;
    found.push({
      level: 'error',
      code: 'LINEAGE_CYCLE',
      id: circle[0]!,
      message,
      fix: 'Name the inputs of one of them anew with `analysis complete --amend`.',
    });
  }
  return found;
}

export const inputs: BookCheck = { name: 'inputs', check };
