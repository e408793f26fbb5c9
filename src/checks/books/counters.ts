// Check `counters`: no count is below zero, and no counter of a session fell between the beginning and the end.
import { TOKEN_CLASSES, type Counts } from '../../model/tokens.js';
import { ofEach, type BookFinding } from './check.js';

const negative = (counts: Counts): string[] => TOKEN_CLASSES.filter((name) => (counts[name] ?? 0) < 0);

export const counters = ofEach('counters', ({ id, counts, stages, sessions, tokens_in, tokens_out, total_tokens }) => {
  const fix = `See how it came to be: tokentrail analysis show ${id} --history`;
  const found: BookFinding[] = [];
  const below = (what: string): void => {
    found.push({ level: 'error', code: 'NEGATIVE_COUNT', id, message: `${what} of ${id} is below zero.`, fix });
  };
  for (const name of negative(counts)) below(`Class ${name}`);
  for (const { stage, usage } of stages)
    for (const name of usage === null ? [] : negative(usage.counts)) below(`Class ${name} of stage "${stage}"`);
  for (const [name, value] of Object.entries({ tokens_in, tokens_out, total_tokens })) if ((value ?? 0) < 0) below(name);
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
