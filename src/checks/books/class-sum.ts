// Check `class-sum`: the totals are the sums of the classes. Of an analysis that was entered or imported only the totals may be known.
import { isUnknown, tokensIn, total } from '../../model/tokens.js';
import { ofEach, type BookFinding } from './check.js';

export const classSum = ofEach('class-sum', ({ id, counts, tokens_in, tokens_out, total_tokens, tokens_check }) => {
  const found: BookFinding[] = [];
  const wrong = (name: string, value: number | null, expected: number): void => {
    const message = `${name} of ${id} is ${value ?? 'null'}, and what it is the sum of is ${expected}.`;
    found.push({ level: 'error', code: 'CLASS_SUM', id, message, fix: `Compare its revisions: tokentrail analysis show ${id} --history` });
  };
  const sums = { tokens_in: tokensIn(counts), tokens_out: counts.output, total_tokens: total(counts) };
  if (!isUnknown(counts)) {
    for (const [name, value] of [
      ['tokens_in', tokens_in],
      ['tokens_out', tokens_out],
      ['total_tokens', total_tokens],
    ] as const) {
      const expected = sums[name];
      if (expected !== null && value !== expected) wrong(name, value, expected);
    }
  }
  if (sums.total_tokens === null && tokens_in !== null && tokens_out !== null && total_tokens !== tokens_in + tokens_out) {
    wrong('total_tokens', total_tokens, tokens_in + tokens_out);
  }
  if (total_tokens !== null && tokens_check !== null && tokens_check !== total_tokens) wrong('tokens_check', tokens_check, total_tokens);
  return found;
});
