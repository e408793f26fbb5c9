// Check `stage-sum`: the stages spent no more, in any class and in all, than the whole analysis; what is left is the tail.
import type { Stage } from '../../model/analysis.js';
import { TOKEN_CLASSES, total, totalKnown } from '../../model/tokens.js';
import { ofEach, type BookFinding } from './check.js';

const sumOf = (stages: readonly Stage[], count: (stage: Stage) => number | null | undefined): number =>
  stages.reduce((sum, stage) => sum + (count(stage) ?? 0), 0);

export const stageSum = ofEach('stage-sum', ({ id, counts, total_tokens, tokens_check, stages }) => {
  const found: BookFinding[] = [];
  const compare = (what: string, parts: number, whole: number | null): void => {
    if (whole === null || parts === 0 || parts <= whole) return;
    const message = `The stages of ${id} spent ${parts} tokens${what}, the whole analysis ${whole}.`;
    found.push({ level: 'error', code: 'STAGE_SUM', id, message, fix: `See its stages: tokentrail analysis show ${id}` });
  };
  for (const name of TOKEN_CLASSES) {
    const parts = sumOf(stages, ({ usage }) => usage?.counts[name]);
    compare(` of class ${name}`, parts, counts[name]);
  }
  // Stages that were imported have a total alone; of all others the classes say it.
  if (stages.some(({ known_total }) => typeof known_total === 'number')) {
    const parts = sumOf(stages, ({ usage, known_total }) => known_total ?? (usage === null ? null : totalKnown(usage.counts)));
    compare('', parts, total_tokens ?? tokens_check ?? total(counts));
  }
  return found;
});
