import { describe, expect, it } from 'vitest';
import { statusLine } from '../../src/cli/statusline.js';
import { dayHere, type Today } from '../../src/model/today.js';

const NOW = Date.UTC(2026, 4, 4, 12) * 1000;
const TODAY: Today = {
  day: dayHere(NOW),
  at: NOW,
  spent: { text: '~$12.34', budget_permille: 617 },
  month: { text: '~$99.00', budget_permille: 1100 },
};

const PAYLOAD = { cost: { total_cost_usd: 1.234 }, context_window: { context_window_size: 200_000, used_percentage: 42.6 } };

const line = (payload: unknown, today: Today | null = TODAY): string => statusLine(JSON.stringify(payload), today, NOW);

describe('the status line', () => {
  it('tells the session, today with its time, what is left of budgets, and the context', () => {
    expect(line(PAYLOAD)).toMatch(
      /^\$1\.23 session · today ~\$12\.34 at \d\d:\d\d · 61 % of the day's budget · 110 % of the month's budget · ctx 43 %$/,
    );
  });

  it('leaves out budgets where none are set', () => {
    expect(line(PAYLOAD, { ...TODAY, spent: { ...TODAY.spent, budget_permille: null }, month: null })).not.toContain('budget');
  });

  it('says that it does not know what it does not know', () => {
    const none = '$0.00 session · today n/a (see `tokentrail usage sync`) · ctx n/a';
    expect(line({ cost: { total_cost_usd: 0 } }, null)).toBe(none);
    expect(line({}, { ...TODAY, day: '2026-05-03' })).toBe(none.replace('$0.00 session', 'session n/a'));
    expect(statusLine('no JSON', null, NOW)).toBe(line([], null));
    expect(statusLine(null, null, NOW)).toBe(line(7, null));
  });

  it('works out the context of versions that do not tell its share', () => {
    const current_usage = { input_tokens: 10_000, cache_read_input_tokens: 80_000, cache_creation_input_tokens: 10_000, output_tokens: 5 };
    expect(line({ context_window: { context_window_size: 200_000, current_usage } })).toContain('ctx 50 %');
  });
});
