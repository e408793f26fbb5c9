// Check `stage-names`: where the configuration lists the stages, each one has a name of the list, and each name is some stage's.
import type { BookCheck } from './check.js';

export const stageNames: BookCheck = {
  name: 'stage-names',
  check: ({ analyses: all, stageNames: listed, project }) => {
    if (listed === null) return [];
    // The list is that of this project, and of work that was recorded here.
    const analyses = all.filter((analysis) => analysis.project === project && analysis.capture_reason !== 'imported');
    const used = new Set(analyses.flatMap(({ stages }) => stages.map(({ stage }) => stage)));
    const unlisted = analyses.flatMap(({ id, stages }) =>
      [...new Set(stages.map(({ stage }) => stage))].filter((stage) => !listed.includes(stage)).map((stage) => ({ id, stage })),
    );
    return [
      ...unlisted.map(({ id, stage }) => ({
        level: 'error' as const,
        code: 'STAGE_UNLISTED',
        id,
        message: `Stage "${stage}" of ${id} is none of those that the configuration lists.`,
        fix: 'Add it to `stages` in tokentrail.yaml, or use a name that stands there.',
      })),
      ...(used.size === 0 ? [] : listed.filter((name) => !used.has(name))).map((name) => ({
        level: 'warning' as const,
        code: 'STAGE_UNUSED',
        id: '',
        message: `The configuration lists the stage "${name}", and no analysis has it.`,
        fix: 'See whether it is spelled as the analyses spell it.',
      })),
    ];
  },
};
