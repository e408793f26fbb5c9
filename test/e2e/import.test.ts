// Reality Check's YAML, taken in as its user would.
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { beforeEach, describe, expect, it } from 'vitest';
import { QuickHome } from '../support/quick-home.js';
import { ROW } from '../store/reality-check.js';

let home: QuickHome;
let file: string;

/** As the export writes it: 31 columns, empty lists for none, float32 as double. */
const COLUMNS = Object.fromEntries(Object.entries(ROW).filter(([name]) => !['mood', 'score', 'embedding'].includes(name)));
const EXPORTED = { ...COLUMNS, cost_usd: Math.fround(0.08), inputs_source_ids: [], inputs_analysis_ids: [], tokens_check: 3700 };

const write = (...rows: unknown[]): void =>
  writeFileSync(file, `# Reality Check Analysis Logs Export\n\n${stringify({ analysis_logs: rows })}`);

interface Row {
  readonly id: string | null;
  readonly stored_as: string;
  readonly result: string;
  readonly unread: readonly string[];
}
interface Answer {
  readonly imported: number;
  readonly known: number;
  readonly skipped: number;
  readonly rows: readonly Row[];
}

const shown = async (id: string): Promise<Record<string, unknown>> =>
  (await home.json<{ analysis: Record<string, unknown> }>(['analysis', 'show', id])).analysis;
const taken = (): Promise<Answer> => home.json<Answer>(['import', file]);

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
    expect(row!.unread.toSorted()).toEqual(['extra', 'stages_json', 'started_at', 'tokens_in']);
    expect(await shown(ROW.id)).toMatchObject({
      started_at: null,
      tokens_in: null,
      imported: { started_at: 'yesterday', tokens_in: 'many', stages_json: 'x', extra: { a: 1 } },
    });
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
    ['no file', null],
    ['no YAML', '{a: [1'],
    ['no list of analyses', 'claims: []'],
    ['a text', 'hello'],
    [
      'too many aliases',
      `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nanalysis_logs: [*c,*c,*c,*c,*c,*c,*c,*c]`,
    ],
  ])('refuses %s with exit 2', async (_, text) => {
    if (text !== null) writeFileSync(file, text);
    expect((await home.envelope(['import', file])).error).toMatchObject({ code: 'IMPORT_INVALID', exit: 2 });
  });

  it('never pollutes an object', async () => {
    writeFileSync(file, `analysis_logs:\n- {"__proto__": {"polluted": 1}, "id": "x", "constructor": 1}\n`);
    await taken();
    expect([({} as Record<string, unknown>)['polluted'], (await shown('x'))['id']]).toEqual([undefined, 'x']);
  });
});

describe('analysis forget', () => {
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
