// What a journal tells of an analysis, as pairs of name and value.
import { formatDuration } from '../../model/time.js';
import type { Story } from '../../report/journal.js';
import { costText } from './cost.js';
import { plural, tokens } from './numbers.js';

/** `2 approve, 1 revise`; null where there are none. */
export const countedText = (counts: Readonly<Record<string, number>>): string | null =>
  Object.entries(counts)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ') || null;

/** What a journal tells of an analysis, as pairs of name and value. */
export function storyPairs({ outcome }: Story): [string, string | null][] {
  const { rework, human_seconds, agent_seconds, decisions, findings, last_result, contradictions } = outcome;
  const decided = countedText(decisions);
  const waited = human_seconds === null ? 'N/A' : formatDuration(human_seconds);
  return [
    ['decisions', decided],
    [
      'waited',
      decided === null ? null : `${waited} for people, agent time ${agent_seconds === null ? 'N/A' : formatDuration(agent_seconds)}`,
    ],
    ['findings', countedText(findings)],
    [
      'rework',
      rework.attempts === 0 ? null : `${plural(rework.attempts, 'attempt')}, ${tokens(rework.tokens)} tokens, ${costText(rework.cost)}`,
    ],
    [
      'last tests',
      last_result === null
        ? null
        : `${tokens(last_result.passed)} passed, ${tokens(last_result.failed)} failed, ${tokens(last_result.errors)} errors`,
    ],
    ...contradictions.map((what): [string, string] => ['contradiction', `it is completed, and ${what}`]),
  ];
}
