// What an analysis and its journal tell together, for commands that show it.
import { tailCost } from '../lifecycle/cost.js';
import { tailOf } from '../lifecycle/totals.js';
import { journalOf } from '../lifecycle/journal.js';
import type { Analysis } from '../model/analysis.js';
import type { JournalEntry } from '../model/journal.js';
import { storyOf, type Story } from '../report/journal.js';
import type { Context } from './context.js';
import { attemptsTable } from './render/story-line.js';

export function storyFrom(analysis: Analysis, journal: readonly JournalEntry[]): Story {
  const usage = analysis.completed_at === null ? null : tailOf(analysis);
  return storyOf(analysis, journal, usage === null ? null : { usage, cost: tailCost(analysis) });
}

/** Says what the stages of an analysis took that has ended; what was recorded stands, so that nothing here fails. */
export async function sayStages(context: Context, analysis: Analysis): Promise<void> {
  try {
    const { attempts } = storyFrom(analysis, await journalOf(await context.readBooks(), analysis.id));
    const lines = attempts.length === 0 ? [] : attemptsTable(attempts).split('\n');
    for (const line of lines) context.output.say(line);
  } catch {
    // `analysis show` tells what is wrong.
  }
}
