import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { AgentName } from '../../src/model/agents.js';
import { UNKNOWN } from '../../src/model/tokens.js';
import type { UsageRow } from '../../src/model/usage-row.js';
import type { Store } from '../../src/store/store.js';
import type { Usage } from '../../src/store/usage.js';
import { counts } from '../ingest/copies.js';
import { NOON, openStore, temporaryFolder } from './temporary.js';

let folder: string;
let store: Store;
let usage: Usage;

beforeEach(async () => {
  folder = join(temporaryFolder(), 'store');
  store = await openStore(folder);
  usage = await store.usage();
});

const row = (key: string, over: Partial<UsageRow> = {}): UsageRow => ({
  record_key: `claude:${key}`,
  revision: 1,
  recorded_at: NOON,
  counted: true,
  first_pos: 0,
  end_pos: 100,
  agent: 'claude',
  session_id: 's1',
  parent_session_id: null,
  at: NOON,
  model: 'sonnet',
  project: '~/paper',
  git_branch: 'main',
  is_subagent: false,
  agent_type: null,
  calls: 1,
  counts: counts(10),
  completeness: 'complete',
  log_file_id: 'log1',
  reader_version: 1,
  source_gone: false,
  terms: null,
  reported_cost_pico_usd: null,
  cost_pico_usd: null,
  rate_card: null,
  purged_at: null,
  ...over,
});

const append = (...rows: readonly UsageRow[]): Promise<void> => store.exclusively(() => usage.append(rows));

/** As another process sees it. */
async function reopened(): Promise<Usage> {
  return (await openStore(folder)).usage();
}

async function counted(table: Usage, ...names: readonly string[]): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const { cells, rows } of table.counted(names)) for (const i of rows) found.push(names.map((name) => cells[name]!(i)));
  return found.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

describe('usage records', () => {
  it('are given as they were appended, by key, also by another process', async () => {
    const rows = [
      row('a', { counts: { ...counts(5_000_000_000), input: 5_000_000_000 }, first_pos: 5_000_000_000, end_pos: 5_000_000_100 }),
      row('b', {
        parent_session_id: 's0',
        is_subagent: true,
        agent_type: 'Explore',
        calls: 4,
        completeness: 'unreliable',
        source_gone: true,
      }),
    ];
    await append(...rows);
    expect(await (await reopened()).ofAgent('claude')).toEqual(new Map(rows.map((one) => [one.record_key, one])));
  });

  it('keep what is unknown as null, in every column that may be', async () => {
    const unknown = row('a', {
      parent_session_id: null,
      at: null,
      model: null,
      project: null,
      git_branch: null,
      agent_type: null,
      counts: UNKNOWN,
    });
    await append(row('first'), unknown, row('last'));
    expect((await (await reopened()).ofAgent('claude')).get('claude:a')).toEqual(unknown);
  });

  it('keep an empty text and a null apart', async () => {
    await append(row('a', { model: '' }), row('b', { model: null }));
    expect([...(await usage.ofAgent('claude')).values()].map(({ model }) => model)).toEqual(['', null]);
  });

  it('keep 0 and unknown apart', async () => {
    await append(row('a', { counts: counts(0, { input: null }) }));
    expect((await usage.ofAgent('claude')).get('claude:a')?.counts).toEqual(counts(0, { input: null }));
  });

  it('are the same again, whatever their texts and counts are', async () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 12 });
    const count = fc.option(fc.maxSafeNat());
    const anyRow = fc.record({
      session_id: text,
      model: fc.option(text),
      project: fc.option(text),
      git_branch: fc.option(text),
      at: fc.option(fc.maxSafeInteger()),
      is_subagent: fc.boolean(),
      source_gone: fc.boolean(),
      counts: fc.record({ input: count, cache_read: count, cache_write_5m: count, cache_write_1h: count, output: count, reasoning: count }),
    });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(anyRow, { minLength: 1, maxLength: 20 }), async (some) => {
        run++;
        const rows = some.map((over, i) => row(`${run}-${i}`, over));
        await append(...rows);
        expect([...(await usage.ofKeys(rows.map(({ record_key }) => record_key))).values()]).toEqual(rows);
      }),
      { seed: 32, numRuns: 15 },
    );
  });

  it('are found by their key, whatever its characters are, and only they', async () => {
    const keys = ["it's", '"', '\\', '%', "' OR 1=1 --", '💶', '', 'a\nb', '_'];
    await append(...keys.flatMap((key) => [row(key), row(`${key}x`)]));
    for (const key of keys) expect([...(await usage.ofKeys([`claude:${key}`])).keys()]).toEqual([`claude:${key}`]);
  });

  it('of no keys are none', async () => {
    await append(row('a'));
    expect((await usage.ofKeys([])).size).toBe(0);
  });

  it('of keys that are not there are none', async () => {
    await append(row('a'));
    expect([...(await usage.ofKeys(['claude:a', 'claude:b'])).keys()]).toEqual(['claude:a']);
  });

  it('of an agent are none of another', async () => {
    await append(row('a'), row('b', { record_key: 'codex:b', agent: 'codex' }));
    expect([...(await usage.ofAgent('codex')).keys()]).toEqual(['codex:b']);
  });

  it('that another process appended are seen after a refresh', async () => {
    const other = await reopened();
    await append(row('a'));
    await other.refresh();
    expect((await other.ofAgent('claude')).size).toBe(1);
  });

  it('need no rows to be appended', async () => {
    await append();
    expect((await usage.ofAgent('claude')).size).toBe(0);
  });
});

describe('the current record', () => {
  const revisions = [
    row('a', { revision: 1, counts: counts(1) }),
    row('a', { revision: 10, counts: counts(10) }),
    row('a', { revision: 2, counts: counts(2) }),
  ];

  it('is the one of the last revision, in whichever order they came', async () => {
    await append(...revisions);
    expect((await usage.ofAgent('claude')).get('claude:a')?.counts.output).toBe(10);
  });

  it('is the one of the last revision, also over several commits', async () => {
    for (const one of revisions) await append(one);
    expect((await usage.ofKeys(['claude:a'])).get('claude:a')?.counts.output).toBe(10);
  });

  it('is the last one also if it does not count', async () => {
    await append(row('a'), row('a', { revision: 2, counted: false }));
    expect((await usage.ofAgent('claude')).get('claude:a')?.counted).toBe(false);
  });
});

describe('the records that count', () => {
  it('are those of the last revision', async () => {
    await append(row('a', { counts: counts(1) }), row('b', { counts: counts(5) }));
    await append(row('a', { revision: 2, counts: counts(2) }));
    expect(await counted(usage, 'record_key', 'output')).toEqual([
      ['claude:a', 2],
      ['claude:b', 5],
    ]);
  });

  it('leave out what was taken back, and have what counts again', async () => {
    await append(row('a'), row('b'), row('a', { revision: 2, counted: false }), row('b', { revision: 2, counted: false }));
    await append(row('b', { revision: 3 }));
    expect(await counted(usage, 'record_key', 'revision')).toEqual([['claude:b', 3]]);
  });

  it('leave out a record that never counted', async () => {
    await append(row('a', { counted: false }), row('b'));
    expect(await counted(usage, 'record_key')).toEqual([['claude:b']]);
  });

  it('have what is kept of a log that is gone', async () => {
    await append(row('a'), row('a', { revision: 2, source_gone: true }));
    expect(await counted(usage, 'source_gone')).toEqual([[true]]);
  });

  it('tell null where something is unknown', async () => {
    await append(row('a', { model: null, at: null, counts: UNKNOWN }));
    expect(await counted(usage, 'model', 'at', 'output')).toEqual([[null, null, null]]);
  });

  it('are those of all agents', async () => {
    await append(row('a'), row('b', { record_key: 'codex:b', agent: 'codex' satisfies AgentName }));
    expect(await counted(usage, 'agent')).toEqual([['claude'], ['codex']]);
  });

  it('are none in a new store', async () => {
    expect(await counted(usage, 'record_key')).toEqual([]);
  });

  it('are the current ones that count, whatever was appended', async () => {
    const anyRevision = fc.record({ key: fc.constantFrom('a', 'b', 'c'), counted: fc.boolean(), output: fc.nat({ max: 9 }) });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(anyRevision, { maxLength: 5 }), { maxLength: 4 }), async (commits) => {
        const own = `${++run}-`;
        const model = new Map<string, UsageRow>();
        for (const commit of commits) {
          const rows = commit.map(({ key, counted: isCounted, output }) => {
            const name = `${own}${key}`;
            const next = row(name, { revision: (model.get(name)?.revision ?? 0) + 1, counted: isCounted, counts: counts(output) });
            model.set(name, next);
            return next;
          });
          await append(...rows);
        }
        const expected = [...model.values()].filter((one) => one.counted).map((one) => [one.record_key, one.counts.output]);
        const found = (await counted(usage, 'record_key', 'output')) as [string, number][];
        expect(found.filter(([key]) => key.startsWith(`claude:${own}`))).toEqual(expected.sort());
      }),
      { seed: 34, numRuns: 12 },
    );
  });
});

describe('many records', () => {
  it('are appended a part at a time, with all of them in the end, and progress is told', async () => {
    const many = Array.from({ length: 40_000 }, (_, i) =>
      row(String(i), { session_id: `s${i % 300}`, model: i % 7 === 0 ? null : `m${i % 5}`, counts: counts(i) }),
    );
    const told: (readonly [number, number])[] = [];
    await store.exclusively(() => usage.append(many, (done, of) => void told.push([done, of])));
    const texts = (all: Iterable<UsageRow>): string[] =>
      [...all].map(
        ({ record_key, session_id, model, counts: { output } }) => `${record_key} ${session_id} ${model ?? 'null'} ${output ?? ''}`,
      );
    expect(texts((await usage.ofAgent('claude')).values()).sort()).toEqual(texts(many).sort());
    expect([told[0], told.at(-1), told.length > 2]).toEqual([[0, 40_000], [40_000, 40_000], true]);
  });

  it('that another process wrote share their words with those that come', async () => {
    await append(row('a', { model: 'old' }));
    const other = await openStore(folder);
    const table = await other.usage();
    await other.exclusively(() => table.append([row('b', { model: 'new' }), row('c', { model: 'old' })]));
    await usage.refresh();
    expect(await counted(usage, 'record_key', 'model')).toEqual([
      ['claude:a', 'old'],
      ['claude:b', 'new'],
      ['claude:c', 'old'],
    ]);
  });
});
