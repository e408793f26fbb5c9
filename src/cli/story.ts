// What an analysis and its journal tell together, for commands that show it.
import { tailCost } from '../lifecycle/cost.js';
import { tailOf } from '../lifecycle/totals.js';
import type { Analysis } from '../model/analysis.js';
import type { JournalEntry } from '../model/journal.js';
import { storyOf, type Story } from '../report/journal.js';

export function storyFrom(analysis: Analysis, journal: readonly JournalEntry[]): Story {
  const usage = analysis.completed_at === null ? null : tailOf(analysis);
  return storyOf(analysis, journal, usage === null ? null : { usage, cost: tailCost(analysis) });
}
