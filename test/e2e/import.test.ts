// Reality Check's YAML, taken in as its user would.
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { beforeEach, describe, expect, it } from 'vitest';
import { Home } from '../support/home.js';
import { QuickHome } from '../support/quick-home.js';
import { ROW } from '../store/reality-check.js';

let home: QuickHome;
let file: string;

/** As the export writes it: 31 columns, empty lists for none, float32 as double. */
const COLUMNS = Object.fromEntries(Object.entries(ROW).filter(([name]) => !['mood', 'score', 'embedding'].includes(name)));
const EXPORTED = { ...COLUMNS, cost_usd: Math.fround(0.08), inputs_source_ids: [], inputs_analysis_ids: [], tokens_check: 3700 };

const write = (...rows: unknown[]): void =>
  writeFileSync(file, `# Reality Check Analysis Logs Export\n\n${stringify({ analysis_logs: rows }, { aliasDuplicateObjects: false })}`);

interface Row {
  readonly id: string | null;
  readonly stored_as: string;
  readonly result: string;
  readonly unread: readonly string[];
  readonly kept: readonly string[];
}
interface Answer {
  readonly imported: number;
  readonly known: number;
  readonly skipped: number;
  readonly rows: readonly Row[];
}

const shown = async (id: string): Promise<Record<string, unknown>> =>
  (await home.json<{ analysis: Record<string, unknown> }>(['analysis', 'show', id])).analysis;
const taken = async (): Promise<Answer> => {
  const { stdout } = await home.run(['import', file, '--json']);
  return (JSON.parse(stdout) as { data: Answer }).data;
};
/** The second answer, which must have nothing new. */
const again = async (): Promise<readonly string[]> => {
  await taken();
  return (await taken()).rows.map(({ result }) => result);
};

beforeEach(() => {
  home = new QuickHome();
  file = join(home.path, 'logs.yaml');
});

describe('import', () => {
  it('takes in each field', async () => {
    write(EXPORTED);
    await taken();
    expect(await shown(ROW.id)).toMatchObject({
      ...Object.fromEntries(Object.entries(COLUMNS).filter(([name]) => name !== 'stages_json')),
      completed_at: '2026-01-23T10:08:00.000Z',
      started_at: '2026-01-23T10:00:00.000Z',
      created_at: '2026-01-23T10:09:00.000Z',
      cost_usd: '0.08',
      tokens_check: 3700,
      output_tokens: 1200,
      input_tokens: null,
      inputs_source_ids: [],
      inputs_analysis_ids: [],
      stages: [{ stage: 'extract', tokens_delta: 100, usage: null }],
      capture_status: 'manual',
      imported: null,
    });
  });

  it('keeps unequal numbers, which validate finds', async () => {
    write({ ...EXPORTED, total_tokens: 9 });
    await taken();
    const { code, stdout } = await home.run('validate');
    expect([(await shown(ROW.id))['total_tokens'], code, stdout.includes('CLASS_SUM')]).toEqual([9, 1, true]);
  });

  it('changes nothing the second time, also after a change', async () => {
    write(EXPORTED);
    await taken();
    await home.ok(['analysis', 'complete', '--id', ROW.id, '--amend', 'a note', '--notes', 'changed']);
    expect(await taken()).toMatchObject({ imported: 0, known: 1, rows: [{ result: 'known', stored_as: ROW.id }] });
    expect(await shown(ROW.id)).toMatchObject({ notes: 'changed', revision: 2 });
  });

  it('gives another analysis of the same id a name of its own', async () => {
    write(EXPORTED, { ...EXPORTED, notes: 'another' }, EXPORTED);
    expect((await taken()).rows.map(({ stored_as, result }) => [stored_as, result])).toEqual([
      [ROW.id, 'imported'],
      [`${ROW.id}~2`, 'renamed'],
      [ROW.id, 'known'],
    ]);
    expect((await taken()).imported).toBe(0);
  });

  it('keeps what it can’t read, and says so', async () => {
    write({ ...EXPORTED, started_at: 'yesterday', tokens_in: 'many', stages_json: 'x', extra: { a: 1 } });
    const [row] = (await taken()).rows;
    expect([row!.unread, row!.kept]).toEqual([['stages_json', 'started_at', 'tokens_in'], ['extra']]);
    expect(await shown(ROW.id)).toMatchObject({
      started_at: null,
      tokens_in: null,
      imported: { unread: { started_at: 'yesterday', tokens_in: 'many', stages_json: 'x' }, kept: { extra: { a: 1 } } },
    });
    const { stdout } = await home.run(['analysis', 'show', ROW.id]);
    expect([stdout.includes('not read  stages_json, started_at, tokens_in'), /kept +extra/.test(stdout)]).toEqual([true, true]);
    expect((await home.run('validate')).stdout).toContain('UNREADABLE_STAGES');
  });

  it('skips what is no row, with exit 3, or 1 if that is asked for', async () => {
    write(EXPORTED, 'text', null);
    expect((await home.run(['import', file])).code).toBe(3);
    expect((await home.run(['import', file, '--strict'])).code).toBe(1);
  });

  it('writes nothing in a dry run, and needs no store for it', async () => {
    write(EXPORTED);
    expect(await home.json(['import', file, '--dry-run'])).toMatchObject({ dry_run: true, imported: 1 });
    expect(existsSync(home.store)).toBe(false);
  });

  it('continues the numbers of the year', async () => {
    write({ ...EXPORTED, id: `ANALYSIS-${new Date().getUTCFullYear()}-041` });
    await taken();
    expect(await home.ok(['analysis', 'start', '--tool', 'manual', '--task', 't'])).toContain('-042');
  });

  it.each([
    ['no YAML', '{a: [1'],
    ['no list of analyses', 'claims: []'],
    ['a text', 'hello'],
    [
      'too many aliases',
      `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nanalysis_logs: [*c,*c,*c,*c,*c,*c,*c,*c]`,
    ],
  ])('refuses %s with exit 2', async (_, text) => {
    writeFileSync(file, text);
    expect((await home.envelope(['import', file])).error).toMatchObject({ code: 'IMPORT_INVALID', exit: 2 });
  });

  it('refuses a file that is not there with exit 4', async () => {
    expect((await home.envelope(['import', file])).error).toMatchObject({ code: 'FILE_NOT_FOUND', exit: 4 });
  });

  it('exits 3, or 1 if that is asked for, where a field could not be read, and 0 where one is merely kept', async () => {
    const codes = async (row: unknown): Promise<number[]> => {
      write(row);
      return [(await home.run(['import', file, '--dry-run'])).code, (await home.run(['import', file, '--strict'])).code];
    };
    expect([await codes({ ...EXPORTED, tokens_in: 'many' }), await codes({ ...EXPORTED, id: 'b', extra: 1 })]).toEqual([[3, 1], [0, 0]]); // prettier-ignore
  });

  it('warns of nothing that is merely kept', async () => {
    write({ ...EXPORTED, extra: 1 });
    await taken();
    expect((await home.run('validate')).stdout).not.toContain('UNREAD');
  });

  it('renames an id that is reserved for idempotency keys, and leaves the store readable', async () => {
    await home.ok(['analysis', 'start', '--tool', 'manual', '--task', 't', '--idempotency-key', 'k']);
    write({ ...EXPORTED, id: 'key:k' }, { ...EXPORTED, id: 'key:x' }, { ...EXPORTED, id: 'imported-key:k', notes: 'another' });
    expect((await taken()).rows.map(({ stored_as }) => stored_as)).toEqual(['imported-key:k', 'imported-key:x', 'imported-key:k~2']);
    expect((await taken()).rows.map(({ result }) => result)).toEqual(['known', 'known', 'known']);
    expect((await shown('imported-key:k'))['total_tokens']).toBe(3700);
    expect((await home.run(['doctor', '--json'])).stdout).not.toContain('STORE_DAMAGED');
  });

  it.each<[string, string]>([
    ['no id', '- {notes: a}\n- {notes: b}\n- {notes: a}'],
    ['a cost that is no number', '- {id: a, cost_usd: .nan}\n- {id: b, cost_usd: .inf}'],
    ['times with a tag', '- {id: a, started_at: !!timestamp 2026-01-23 10:00:00, extra: !!timestamp 2026-01-23}'],
    ['days', '- {id: a, started_at: 2026-01-23, stages_json: [{stage: s, timestamp: 2026-01-23}]}'],
    ['no time at all', '- {id: a, stages_json: [{stage: s}]}'],
    ['stages without tokens', '- {id: a, stages_json: \'[{"stage": "s", "tokens_delta": null}]\'}'],
    ['large numbers', '- {id: a, tokens_in: 9007199254740993, extra: 18446744073709551616}'],
    ['half a character', '- {id: a, notes: "\\ud800"}'],
    ['bytes and sets', '- {id: a, x: !!binary aGVsbG8=, y: !!set {a, b}, z: {1: -0.0}}'],
    ['empty lists', '- {id: a, claims_extracted: []}'],
  ])('takes a row with %s in once', async (_, rows) => {
    writeFileSync(file, `analysis_logs:\n${rows}\n`);
    expect(new Set(await again())).toEqual(new Set(['known']));
  });

  it('keeps the digits of ids, versions, costs and large numbers', async () => {
    writeFileSync(
      file,
      `analysis_logs:\n- {id: 007, framework_version: 1.10, inputs_source_ids: [0x10, 12345678901234567890], tokens_in: 9007199254740993, cost_usd: '0.123456789012'}\n`,
    );
    await taken();
    expect(await shown('007')).toMatchObject({
      framework_version: '1.10',
      inputs_source_ids: ['0x10', '12345678901234567890'],
      tokens_in: null,
      cost_usd: '0.123456789012',
      imported: { unread: { tokens_in: '9007199254740993' }, kept: {} },
    });
  });

  it('invents no time for a stage that tells none', async () => {
    const stages_json = JSON.stringify([{ stage: 'a', tokens_delta: 5 }, { stage: 'b', timestamp: '2026-01-23T10:03:00', tokens_delta: 7 }]); // prettier-ignore
    write({ ...EXPORTED, stages_json });
    await taken();
    expect((await shown(ROW.id))['stages']).toMatchObject([{ at: null }, { at: '2026-01-23T10:03:00.000Z' }]);
    expect((await home.run('validate')).stdout).not.toContain('TIME_ORDER');
  });

  it('tells what is known where there is no total', async () => {
    write({ id: 'a', tokens_in: 5, tokens_out: 1000 });
    await taken();
    expect((await home.run(['analysis', 'show', 'a'])).stdout).toContain('≥ 1,005');
  });

  it('takes in 1,500 rows, and knows them again, in seconds', async () => {
    write(...Array.from({ length: 1500 }, (_, i) => ({ ...EXPORTED, id: `r${i}` })));
    const began = performance.now();
    expect([(await taken()).imported, (await taken()).known]).toEqual([1500, 1500]);
    expect(performance.now() - began).toBeLessThan(15_000);
  });

  it('takes a file in once, whoever else does at the same time', async () => {
    write(EXPORTED, { ...EXPORTED, id: 'b' }, { notes: 'c' });
    const asProcess = (): Promise<unknown> => Home.prototype.run.call(home, ['import', file]);
    await home.run('init');
    await Promise.all([asProcess(), asProcess(), asProcess()]);
    const { analyses } = await home.json<{ analyses: { id: string }[] }>(['analysis', 'list']);
    expect(analyses.map(({ id }) => id).toSorted()).toEqual([ROW.id, 'b', 'unnamed']);
  });

  it('never pollutes an object', async () => {
    writeFileSync(file, `analysis_logs:\n- {"__proto__": {"polluted": 1}, "id": "x", "constructor": 1}\n`);
    await taken();
    expect([({} as Record<string, unknown>)['polluted'], (await shown('x'))['id']]).toEqual([undefined, 'x']);
  });
});

describe('analysis forget', () => {
  it('gives its reason once, and not for what comes after it', async () => {
    await home.ok(['analysis', 'start', '--tool', 'manual', '--task', 't']);
    const [{ id: open }] = (await home.json<{ analyses: [{ id: string }] }>(['analysis', 'list'])).analyses;
    await home.ok(['analysis', 'forget', open, '--reason', 'a trial']);
    await home.ok(['analysis', 'mark', '--id', open, '--stage', 's']);
    expect(await shown(open)).toMatchObject({ revision: 3, reason: null });
  });

  it('hides an analysis from lists, and keeps it', async () => {
    write(EXPORTED);
    await taken();
    await home.ok(['analysis', 'forget', ROW.id, '--reason', 'a trial']);
    const ids = async (...flags: string[]): Promise<string[]> =>
      (await home.json<{ analyses: { id: string }[] }>(['analysis', 'list', ...flags])).analyses.map(({ id }) => id);
    expect([await ids(), await ids('--forgotten')]).toEqual([[], [ROW.id]]);
    expect(await shown(ROW.id)).toMatchObject({ reason: 'a trial', revision: 2, total_tokens: 3700 });
    expect((await home.run(['analysis', 'forget', ROW.id, '--reason', 'again'])).code).toBe(6);
  });
});
