// What a list tells of journals: findings, rework and contradictions of one analysis, and the cost of a completed one.
import { formatDuration } from '../../model/time.js';
import { amountIn, type Cost } from '../../model/price.js';
import { dollars } from '../../model/money.js';
import type { Together } from '../../lifecycle/together.js';
import type { AttemptStory } from '../../report/journal.js';
import { tokensOf } from '../../report/journal.js';
import type { AnalysisLine } from './analysis.js';
import { costText, roundedDollars } from './cost.js';
import { tokens } from './numbers.js';
import { reworkJson } from './story-json.js';
import { renderTable } from './table.js';

export const storyLineJson = ({ story: { attempts, outcome }, isGone }: AnalysisLine): object => ({
  stage: attempts.at(-1)?.stage ?? null,
  attempts: outcome.attempts,
  rework: reworkJson(outcome.rework),
  findings: outcome.findings,
  contradictions: outcome.contradictions,
  process_gone: isGone,
});

/** Pico-dollars for each that was completed, failed ones paid with them; null if there is none, or a part has no price. */
function perCompleted(cost: Cost, completed: number): bigint | null {
  const pico = amountIn(cost);
  return pico === null || completed === 0 ? null : pico / BigInt(completed);
}

export function perCompletedJson({ cost }: Together, completed: number): object {
  const pico = perCompleted(cost, completed);
  return { completed, cost_per_completed_usd: pico === null ? null : dollars(pico) };
}

export function renderPerCompleted({ cost, analyses }: Together, completed: number): string {
  const pico = perCompleted(cost, completed);
  const estimated = cost.estimated_records > 0 ? '~' : '';
  return `Completed: ${completed} of ${analyses}, ${pico === null ? 'N/A' : `${estimated}${roundedDollars(pico)}`} for each.`;
}

/** The attempts in less than 80 columns, for the end of the work. */
export const attemptsTable = (attempts: readonly AttemptStory[]): string =>
  renderTable<AttemptStory>(
    [
      { header: 'stage', cell: ({ stage, attempt }) => `${stage.slice(0, 24).toWellFormed()}${attempt > 1 ? ` (${attempt})` : ''}` },
      { header: 'status', cell: ({ status, isRework }) => (isRework ? 'rework' : status) },
      { header: 'tokens', align: 'right', cell: (attempt) => tokens(tokensOf(attempt)) },
      { header: 'cost', align: 'right', cell: ({ cost }) => (cost === null ? 'N/A' : costText(cost)) },
      { header: 'wall', align: 'right', cell: ({ wall_seconds: wall }) => (wall === null ? 'N/A' : formatDuration(wall)) },
    ],
    attempts,
    true,
  );
