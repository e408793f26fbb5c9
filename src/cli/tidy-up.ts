// What is done beside an answer, once it was given: what hooks told is taken in, and what was spent today is noted.
import type { Context } from './context.js';
import { foldHooks } from './fold-hooks.js';
import { noteToday } from './today.js';

/**
 * @param takesIn what hooks told is taken in.
 * @param silent sessions that fell silent are ended, too, as a sync does.
 */
export async function tidyUp(context: Context, takesIn: boolean, silent: boolean): Promise<void> {
  // One may fail without the other.
  if (takesIn) await foldHooks(context, silent).catch(() => undefined);
  if (context.synced !== 'not') await noteToday(context, context.synced === 'changed');
}
