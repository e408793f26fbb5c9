// What things cost, as users ask for it: the book, one price step by step, reports with costs, and the configuration behind them.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { ClaudeSession } from '../support/claude-session.js';
import { QuickHome } from '../support/quick-home.js';

let home: QuickHome;

beforeEach(() => {
  home = new QuickHome();
});

const configure = (text: string): void => writeFileSync(join(home.project, 'tokentrail.yaml'), text);

const AT = '2026-03-09T10:00:00Z';

interface Report {
  readonly total: { readonly cost: Record<string, unknown>; readonly by_model: Record<string, { readonly cost: Record<string, unknown> }> };
  readonly prices: unknown;
}

/** A million tokens of output on Sonnet, as many on a model without a price, and a figure of $9.99 on Opus. */
function spend(): void {
  new ClaudeSession(home)
    .answer({ at: AT, input: 0, output: 1_000_000 })
    .answer({ at: AT, input: 0, output: 1_000_000, model: 'claude-unheard-of' })
    .answer({ at: AT, input: 0, output: 2_000_000, model: 'claude-opus-4-5', extra: { costUSD: 9.99 } })
    .subagent('a1', { at: AT, input: 0, output: 100_000, extra: { attributionAgent: 'Explore' } });
}

describe('price explain', () => {
  const PROBE = 'price explain claude-sonnet-4-5 --at 2025-12-10 --tokens input=150000,cache_read=150000,output=10000';

  it('tells the rule, the rates and each step, whose sum it is', async () => {
    const text = await home.ok(PROBE);
    expect(text.split('\n')[0]).toBe('claude-sonnet-4-5: $1.215 for 310,000 tokens ($1.22).');
    expect(text).toMatch(/requests with more than 200,000 tokens of input/);
    const told = await home.json<{ cost_usd: string; over: number; steps: { name: string; rate: string; cost_usd: string }[] }>(PROBE);
    expect([told.cost_usd, told.over, told.steps.map(({ name, rate, cost_usd }) => [name, rate, cost_usd])]).toEqual([
      '1.215',
      200_000,
      [
        ['input', '6', '0.9'],
        ['cache_read', '0.6', '0.09'],
        ['output', '22.5', '0.225'],
      ],
    ]);
  });

  it('tells that a model has no price, and why, never $0', async () => {
    const { code, stdout } = await home.run('price explain claude-unheard-of --tokens input=5');
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^claude-unheard-of is unpriced: .*tokentrail\.yaml.*\(unknown_model, /)]);
    expect(await home.json('price explain claude-unheard-of --tokens input=5')).toMatchObject({
      cost_usd: null,
      cost_provenance: 'unpriced',
      reason: 'unknown_model',
      steps: [],
    });
  });

  it('has prices of the user over those that are built in, and another currency', async () => {
    configure(
      'prices:\n  - { model: claude-sonnet-4-5, like: claude-sonnet-4-5, times: 0.9 }\ncurrency: { code: EUR, rate: 0.5, date: 2026-11-01 }\n',
    );
    expect((await home.ok(PROBE)).split('\n')[0]).toBe(
      'claude-sonnet-4-5: $1.0935 for 310,000 tokens ($1.09, 0.55 EUR at 0.5 of 2026-11-01).',
    );
    const { prices } = await home.json<{ prices: { provider: string; model: string }[] }>('price list sonnet-4-5 --provider own');
    expect(prices).toMatchObject([{ provider: 'own', model: 'claude-sonnet-4-5' }]);
  });
});

describe('prices that are wrong', () => {
  it('are told with file and line by commands about prices, and leave the built-in ones to all others', async () => {
    configure('# mine\nprices:\n  - { model: claude-sonnet-4-5, input: cheap, output: 1 }\n');
    spend();
    const refused = await home.envelope('price explain claude-sonnet-4-5');
    expect(refused.error).toMatchObject({
      code: 'CONFIG_INVALID',
      exit: 2,
      message: expect.stringMatching(/tokentrail\.yaml, line 3: .*"cheap"/) as string,
    });
    const { stdout, code } = await home.run('usage models --no-store --json');
    const report = JSON.parse(stdout) as { data: Report; warnings: { code: string }[] };
    expect([code, report.data.total.by_model['claude-sonnet-4-5']?.cost['amount'], report.warnings.map((warning) => warning.code)]).toEqual(
      [0, '16.5', ['CONFIG_INVALID']],
    );
  });
});

describe('costs in reports', () => {
  const COST = {
    amount: null,
    known: '26.49',
    provenance: 'unpriced',
    reported: '9.99',
    estimated: '16.5',
    reported_estimate: '50',
    unpriced_records: 1,
    unpriced_tokens: 1_000_000,
    coverage: 0.756098,
  };

  it('are the same from the books and from the logs, by day, by model and by session', async () => {
    spend();
    await home.ok('usage sync');
    for (const report of ['usage daily', 'usage models', 'usage sessions']) {
      const [booked, read] = [await home.json<Report>(report), await home.json<Report>(`${report} --no-store`)];
      expect(read).toEqual(booked);
      expect(booked.total.cost).toMatchObject(COST);
    }
  });

  it('show what is estimated, what is unpriced and how much is covered', async () => {
    spend();
    const text = await home.ok('usage models --no-store');
    const costs = text.split('\n').flatMap((line) => /(?:≥ )?~?\$[\d.]+(?: \(\d+ % unpriced\))?|\bunpriced\b/.exec(line)?.[0] ?? []);
    expect(costs.slice(0, 4)).toEqual(['$9.99', '~$16.50', 'unpriced', '≥ ~$26.49 (24 % unpriced)']);
    expect(text).toMatch(/1,000,000 tokens have no price \(coverage 75\.6 %\)/);
  });

  it('tell sub-agents by type, plans that are paid otherwise, and a currency of the user', async () => {
    configure('subscriptions: [claude]\ncurrency: { code: EUR, rate: 0.5, date: 2026-11-01 }\n');
    spend();
    const text = await home.ok('usage sessions --no-store');
    expect(text).toMatch(/Explore .*, ~\$1\.50/);
    expect(text).toMatch(/claude: paid by subscription, so its cost is what the API would have taken/);
    expect(text).toMatch(/13\.24 EUR at 0\.5 of 2026-11-01/);
    expect((await home.json<Report>('usage sessions --no-store')).prices).toEqual({
      api_equivalent: ['claude'],
      display: { currency: 'EUR', rate: '0.5', date: '2026-11-01' },
    });
  });
});

describe('usage reprice', () => {
  it('applies prices of the user to what was priced, after it was tried', async () => {
    // Beside the configuration lies the store.
    configure('prices: []\n');
    spend();
    await home.ok('usage sync');
    configure('prices:\n  - { model: claude-unheard-of, input: 1, output: 2 }\n');
    const before = await home.json<Report>('usage models');
    const tried = await home.json<{ models: unknown[]; dry_run: boolean }>('usage reprice --dry-run');
    expect([tried.dry_run, await home.json<Report>('usage models')]).toEqual([true, before]);
    const done = await home.json<{ models: unknown[] }>('usage reprice');
    expect(done.models).toEqual(tried.models);
    expect(done.models).toMatchObject([{ model: 'claude-unheard-of', records: 1, before: { amount: null }, after: { amount: '2' } }]);
    expect((await home.json<Report>('usage models')).total.cost).toMatchObject({ amount: '28.49', provenance: 'mixed', coverage: 1 });
    expect(await home.ok('usage reprice')).toMatch(/^Every record has the price that /);
    expect((await home.run('doctor')).code).toBe(0);
  });
});
