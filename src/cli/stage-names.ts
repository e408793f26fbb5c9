// The names that stages may have here, where the configuration lists them.
import type { Warning } from '../model/errors.js';
import { readConfig } from './config.js';
import type { Context } from './context.js';

/** Of the project, else of the user; null where any name may be used. @throws CONFIG_INVALID */
export async function stageNames(context: Context): Promise<readonly string[] | null> {
  for (const file of context.configFiles) {
    const config = await readConfig(file);
    if (config?.stages) return config.stages;
  }
  return null;
}

/** What is said of a stage that is not listed; none where it may be used. */
export async function unlistedStage(context: Context, stage: string): Promise<Warning[]> {
  // A mark stands, whatever is wrong with the configuration; other commands tell that.
  const names = await stageNames(context).catch(() => null);
  if (names === null || names.includes(stage)) return [];
  const message = `"${stage}" is none of the stages that tokentrail.yaml lists: ${names.join(', ')}.`;
  return [{ code: 'STAGE_UNLISTED', message, stage }];
}
