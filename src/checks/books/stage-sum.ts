// Check `stage-sum`: the stages spent no more, in any class, than the whole analysis; what is left is the tail.
import { TOKEN_CLASSES } from '../../model/tokens.js';
import { ofEach } from './check.js';

export const stageSum = ofEach('stage-sum', ({ id, counts, stages }) =>
  TOKEN_CLASSES.flatMap((name) => {
    const whole = counts[name];
    const parts = stages.flatMap(({ usage }) => usage?.counts[name] ?? []).reduce((sum, count) => sum + count, 0);
    if (whole === null || parts === 0 || parts <= whole) return [];
    const message = `The stages of ${id} spent ${parts} tokens of class ${name}, the whole analysis ${whole}.`;
    return [{ level: 'error', code: 'STAGE_SUM', id, message, fix: `See its stages: tokentrail analysis show ${id}` }];
  }),
);
