// What is done beside an answer, once it was given: what hooks told is taken in, and what was spent today is noted.
import type { Context } from './context.js';
import { foldHooks } from './fold-hooks.js';
import { noteToday } from './today.js';

function sayNotTakenIn(context: Context, error: unknown): void {
  const why = error instanceof Error ? error.message : String(error);
  context.output.say(`What hooks told could not be taken in: ${why} It is kept; see \`tokentrail hooks doctor\`.`);
}

/**
 * @param takesIn what hooks told is taken in.
 * @param silent sessions that fell silent are ended, too, as a sync does.
 */
export async function tidyUp(context: Context, takesIn: boolean, silent: boolean): Promise<void> {
  // One may fail without the other; what was not taken in is there for the next command.
  if (takesIn) await foldHooks(context, silent).catch((error: unknown) => sayNotTakenIn(context, error));
  if (context.synced !== 'not') await noteToday(context, context.synced === 'changed');
}
