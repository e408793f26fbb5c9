// Which of the ids that an analysis names are known. An unknown source is a warning, an unknown input an error.
import { TokentrailError, type Warning } from '../model/errors.js';
import type { Books } from './books.js';

/** A warning for each source that is not in the store. */
export async function unknownSources(books: Books, ids: readonly string[]): Promise<Warning[]> {
  if (ids.length === 0) return [];
  const sources = await books.sources();
  const warnings: Warning[] = [];
  for (const id of ids) {
    if ((await books.store.guarded(() => sources.last(id))) !== null) continue;
    warnings.push({
      code: 'SOURCE_UNKNOWN',
      message: `There is no source "${id}" yet; add it with \`tokentrail source add --id ${id}\`.`,
      id,
    });
  }
  return warnings;
}

/**
 * Checks the inputs of a synthesis.
 *
 * @throws ANALYSIS_NOT_FOUND for an unknown one; LINEAGE_CYCLE if `id` itself is among the inputs of its inputs.
 */
export async function requireInputs(books: Books, id: string, inputs: readonly string[]): Promise<void> {
  const seen = new Set<string>();
  const pending = [...inputs];
  for (let input = pending.pop(); input !== undefined; input = pending.pop()) {
    if (input === id) {
      throw new TokentrailError('LINEAGE_CYCLE', `"${id}" is among the inputs of its own inputs.`, {
        suggestions: ['Leave out the input that leads back to it.'],
        details: { id, inputs },
      });
    }
    if (seen.has(input)) continue;
    seen.add(input);
    pending.push(...((await books.analysis(input)).inputs_analysis_ids ?? []));
  }
}
