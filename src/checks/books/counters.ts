// Check `counters`: no count, pass or duration is below zero, and no counter of a session fell between the beginning and the end.
import type { Analysis } from '../../model/analysis.js';
import { TOKEN_CLASSES, type Counts } from '../../model/tokens.js';
import { ofEach, type BookFinding } from './check.js';

const negative = (counts: Counts): string[] => TOKEN_CLASSES.filter((name) => (counts[name] ?? 0) < 0);

/** Columns with counts. */
const COUNTED = [
  'pass', 'duration_seconds', 'tokens_in', 'tokens_out', 'total_tokens', 'tokens_baseline', 'tokens_final', 'tokens_check',
] as const satisfies readonly (keyof Analysis)[]; // prettier-ignore

export const counters = ofEach('counters', (analysis) => {
  const { id, counts, stages, sessions } = analysis;
  const fix = `See how it came to be: tokentrail analysis show ${id} --history`;
  const found: BookFinding[] = [];
  const below = (what: string): void => {
    found.push({ level: 'error', code: 'NEGATIVE_COUNT', id, message: `${what} of ${id} is below zero.`, fix });
  };
  for (const name of negative(counts)) below(`Class ${name}`);
  for (const { stage, usage, known_total } of stages) {
    for (const name of usage === null ? [] : negative(usage.counts)) below(`Class ${name} of stage "${stage}"`);
    if ((known_total ?? 0) < 0) below(`The total of stage "${stage}"`);
  }
  for (const name of COUNTED) if ((analysis[name] ?? 0) < 0) below(name);
  for (const { session_id, baseline, final } of sessions) {
    for (const name of final === null ? [] : TOKEN_CLASSES) {
      const [before, after] = [baseline.usage.counts[name], final!.usage.counts[name]];
      if (before === null || after === null || after >= before) continue;
      const message = `The counter ${name} of session "${session_id}" fell from ${before} to ${after} during ${id}.`;
      found.push({ level: 'error', code: 'FALLING_COUNTER', id, message, fix });
    }
  }
  return found;
});
