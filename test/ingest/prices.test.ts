// What records cost in the books of all sessions: what was priced stays priced, and only pricing anew changes it.
import { rmSync } from 'node:fs';
import { connect } from '@lancedb/lancedb';
import { beforeEach, describe, expect, it } from 'vitest';
import { dollars } from '../../src/model/money.js';
import type { UsageRow } from '../../src/model/usage-row.js';
import type { PriceBook } from '../../src/pricing/book.js';
import { makeBook } from '../../src/pricing/make-book.js';
import { clearBooked } from '../../src/store/booked.js';
import { testPrices } from '../support/prices.js';
import { A, B, ClaudeHome, line } from './claude-home.js';
import { deskOf, type Desk } from './sync-desk.js';

let home: ClaudeHome;
let desk: Desk;

beforeEach(() => {
  home = new ClaudeHome();
  desk = deskOf(home);
});

const OPUS = 'claude-opus-4-5';

/** A book in which output of a model costs so many dollars per million tokens. */
const bookWith = (model: string, output: string): PriceBook =>
  makeBook(
    [
      {
        pattern: model,
        like: null,
        times: null,
        rule: {
          source: `config@${output}`,
          provider: 'own',
          model,
          from: null,
          to: null,
          since: null,
          hours: null,
          mode: null,
          rates: { input: '1', output },
          tiers: [],
          url: null,
          checked: null,
        },
      },
    ],
    `config@${output}`,
  );

const useBook = (book: PriceBook): void => void (desk.prices = () => Promise.resolve(book));

const dear = (): void => useBook(bookWith('*', '1000'));

/** Before prices were kept, nobody asked. */
const asBefore = { name: 'none', estimate: () => ({ pico: null, card: null }) } as unknown as PriceBook;

const opus = (text: string): string => text.replace('claude-sonnet-4-5', OPUS);
const costing = (text: string, costUSD: number): string => text.replace('"version"', `"costUSD":${costUSD},"version"`);

const short = ({ record_key, revision, cost_pico_usd, rate_card, source_gone }: UsageRow): string =>
  `${record_key.slice(-1)}@${revision} ${cost_pico_usd === null ? 'unpriced' : dollars(cost_pico_usd)} by ${rate_card?.split(' ')[0] ?? 'nobody'}${source_gone ? ', gone' : ''}`;

const priced = async (): Promise<string[]> => (await desk.rows()).map(short).sort();

/** All revisions, as they lie in the store. */
async function revisions(): Promise<number> {
  return (await (await connect(desk.folder)).openTable('usage')).countRows();
}

const SONNET = 'genai-prices@0.1.8';

describe('the price of a record', () => {
  // A thousand tokens of output at $15 per million.
  const priceOfThousand = `1@1 0.015 by ${SONNET}`;

  it('stays when the book changes, while its log and others grow, and when all logs are read anew', async () => {
    home.append(home.log(), line(1, { output: 1000 }));
    await desk.sync();
    dear();
    home.append(home.log(), line(2, { output: 1000 })).append(home.log(B), line(3, { output: 1000, session: B }));
    await desk.sync();
    expect(await priced()).toEqual([priceOfThousand, '2@1 1 by config@1000', '3@1 1 by config@1000']);
    desk.prices = testPrices;
    expect(await desk.sync(desk.agent, true)).toMatchObject({ added: 0, changed: 0 });
  });

  it('stays when its log is deleted, and back again', async () => {
    home.append(home.log(), line(1, { output: 1000 }));
    await desk.sync();
    dear();
    rmSync(home.log());
    await desk.sync();
    expect(await priced()).toEqual([`1@2 0.015 by ${SONNET}, gone`]);
    home.append(home.log(), line(1, { output: 1000 }));
    await desk.sync();
    expect(await priced()).toEqual([`1@3 0.015 by ${SONNET}`]);
  });

  it('is a new one where its own counts change', async () => {
    home.append(home.log(), line(1, { output: 1000 }), line(2, { output: 1000 }));
    await desk.sync();
    dear();
    home.append(home.log(), line(1, { output: 2000 }));
    await desk.sync();
    expect(await priced()).toEqual(['1@2 2 by config@1000', `2@1 0.015 by ${SONNET}`]);
  });

  it("stands beside the agent's own figure, and is none where nobody lists the model or no money is enough", async () => {
    home.append(
      home.log(),
      costing(line(1, { output: 1000 }), 9.99),
      line(2, { output: 1000 }).replace('claude-sonnet-4-5', 'claude-unheard-of'),
      line(3, { output: 2 ** 53 - 1 }),
    );
    await desk.sync();
    const rows = (await desk.rows()).sort((a, b) => (a.record_key < b.record_key ? -1 : 1));
    const { name } = await testPrices();
    const costs = rows.map((row) => [
      row.reported_cost_pico_usd,
      row.cost_pico_usd,
      row.rate_card?.slice(0, 18) === SONNET ? 'a card' : row.rate_card,
    ]);
    expect(costs).toEqual([
      [9_990_000_000_000n, 15_000_000_000n, 'a card'],
      [null, null, `unpriced unknown_model ${name}`],
      [null, null, `unpriced too_large ${name}`],
    ]);
  });
});

describe('records of a store from before prices', () => {
  const unpriced = ['1@1 unpriced by nobody', '2@1 unpriced by nobody'];
  const now = [`1@2 0.015 by ${SONNET}, gone`, `2@2 0.015 by ${SONNET}`];

  beforeEach(async () => {
    useBook(asBefore);
    home.append(home.log(), line(1, { output: 1000 })).append(home.log(B), line(2, { output: 1000, session: B }));
    await desk.sync();
    desk.prices = testPrices;
    rmSync(home.log());
  });

  it('are priced by the next sync, also those whose log is gone, and once', async () => {
    expect(await priced()).toEqual(unpriced);
    // As the migration leaves it.
    clearBooked(desk.folder);
    await desk.sync();
    expect(await priced()).toEqual(now);
    expect(await desk.sync()).toMatchObject({ changed: 0 });
  });

  it('are priced by pricing anew', async () => {
    expect(await desk.reprice()).toMatchObject([{ records: 2, before: { unpriced_records: 2 }, after: { estimated_records: 2 } }]);
    await desk.sync();
    expect((await priced()).map((one) => one.replace(/@\d/, '@2'))).toEqual(now);
  });
});

describe('pricing anew', () => {
  beforeEach(async () => {
    home
      .append(home.log(), line(1, { output: 1000 }), opus(line(2, { output: 1000 })))
      .append(home.log(B), costing(opus(line(3, { output: 1000, session: B })), 7));
    await desk.sync();
  });

  it('changes exactly the records that cost something else, and no figure of an agent', async () => {
    useBook(bookWith(OPUS, '1000'));
    const models = await desk.reprice();
    expect(models.map(({ model, records, before, after }) => [model, records, before.estimated, after.estimated, after.reported])).toEqual([
      [OPUS, 2, '25000000000', '1000000000000', '7000000000000'],
    ]);
    expect(await priced()).toEqual([`1@1 0.015 by ${SONNET}`, '2@2 1 by config@1000', '3@2 1 by config@1000']);
  });

  it('is first tried without a trace, then done, then done already, whatever sync comes next', async () => {
    dear();
    const state = async (): Promise<unknown> => [await desk.rows(), await desk.logs(), await revisions()];
    const before = await state();
    const tried = await desk.reprice(false);
    expect(await state()).toEqual(before);
    expect(await desk.reprice()).toEqual(tried);
    expect([await revisions(), await priced()]).toEqual([6, [1, 2, 3].map((n) => `${n}@2 1 by config@1000`)]);
    const after = await state();
    expect(await desk.reprice()).toEqual([]);
    desk.prices = testPrices;
    expect(await desk.sync()).toMatchObject({ added: 0, changed: 0 });
    expect(await state()).toEqual(after);
  });

  it('reaches records whose log is gone, none that do not count, and those that have no price any more', async () => {
    home.append(home.log(B), line(1, { output: 1000, session: B, copiedFrom: A }));
    rmSync(home.log());
    await desk.sync();
    useBook(makeBook([], 'config@1'));
    expect(await desk.reprice()).toEqual([]);
    dear();
    expect((await desk.reprice()).map(({ model, records }) => [model, records])).toEqual([
      [OPUS, 2],
      ['claude-sonnet-4-5', 1],
    ]);
    useBook({ name: 'empty', estimate: () => ({ pico: null, card: 'unpriced unknown_model empty' }) } as unknown as PriceBook);
    await desk.reprice();
    expect((await desk.rows()).filter(({ counted }) => counted).map(({ rate_card }) => rate_card)).toEqual(
      Array.from({ length: 3 }, () => 'unpriced unknown_model empty'),
    );
  });
});
