// What is done beside an answer, once it was given: what hooks told is taken in, and what was spent today is noted.
import type { Context } from './context.js';
import { foldHooks } from './fold-hooks.js';
import { noteToday } from './today.js';

/** @param folds whether what hooks told is taken in also where nothing else is written, as a sync does. */
export async function tidyUp(context: Context, folds: 'if it wrote' | 'always'): Promise<void> {
  const always = folds === 'always';
  // One may fail without the other.
  if (always || context.writes) await foldHooks(context, always).catch(() => undefined);
  if (context.synced !== 'not') await noteToday(context, context.synced === 'changed');
}
