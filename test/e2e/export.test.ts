// The books as files: the same bytes for the same state, the same rows from the same file, and a change that shows.
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse as parseCsv } from 'csv-parse/sync';
import { beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { ClaudeSession } from '../support/claude-session.js';
import { HomeCopies } from '../support/home-copies.js';
import { QuickHome } from '../support/quick-home.js';
import { EVIL_TEXT } from './every-command.js';

let home: QuickHome;
let session: ClaudeSession;

interface Document {
  readonly books: Readonly<Record<string, unknown>>;
  readonly options: Readonly<Record<string, unknown>>;
  readonly analyses: readonly Readonly<Record<string, unknown>>[];
  readonly sources: readonly Readonly<Record<string, unknown>>[];
}

const file = (name: string): string => join(home.path, name);
const read = (name: string): string => readFileSync(file(name), 'utf8');
const elsewhere = (): string[] => ['--store', file('other')];

async function exported(name: string, ...flags: string[]): Promise<Document> {
  await home.ok(['export', 'analyses', '--out', file(name), '--format', name.endsWith('.json') ? 'json' : 'yaml', ...flags]);
  return parse(read(name)) as Document;
}

const copies = new HomeCopies<QuickHome>(async (made, log) => {
  log.answer();
  await made.ok(['source', 'add', '--id', 's1', '--title', EVIL_TEXT, '--author', 'no', '--reliability', '0.0000001']);
  const id = await made.ok(['analysis', 'start', '--source-id', 's1', '--idempotency-key', 'run-7', '--notes', EVIL_TEXT]);
  log.answer({ read: 5_000_000_000 });
  await made.ok('analysis mark --stage extract');
  log.answer({ model: 'no' });
  await made.run(['analysis', 'complete', '--id', id]);
});

beforeEach(async () => {
  home = new QuickHome();
  session = await copies.into(home);
});

describe('an export of analyses', () => {
  it.each(['a.yaml', 'a.json'])('as %s gives a store whose export is the same bytes', async (name) => {
    await home.run(['export', 'analyses', '--out', file(name), '--format', name.slice(2)]);
    const taken = await home.json<{ imported: number }>(['import', file(name), ...elsewhere()]);
    expect(taken.imported).toBe(1);
    await home.run(['export', 'analyses', '--out', file(`b${name}`), '--format', name.slice(2), ...elsewhere()]);
    expect(read(`b${name}`)).toBe(read(name));
  });

  it('is the same in another zone of the machine, and in another one that is asked for says the same times', async () => {
    const args = ['export', 'analyses', '--tz', 'Asia/Kolkata'];
    const here = await home.run(args);
    const there = await home.run(args, { env: { TZ: 'America/New_York', LC_ALL: 'de_DE.UTF-8' } });
    expect(there.stdout).toBe(here.stdout);
    expect(here.stdout).toMatch(/recorded_at: "\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,6}\+05:30"/);
  });

  it('made of an earlier state is what it was then, after whatever came later', async () => {
    const [before] = [(await home.run('export analyses')).stdout];
    const [, at] = /recorded_by: "([^"]+)"/.exec(before)!;
    await home.ok('analysis start --source-id s2');
    await home.ok('source update --id s1 --title other');
    await home.ok('store optimize');
    expect((await home.run(['export', 'analyses', '--at', at!])).stdout).toBe(before);
    expect((await home.run('export analyses')).stdout).not.toBe(before);
  });

  it('is read the same by readers of YAML 1.1 and 1.2, and by those of JSON', async () => {
    await home.run(['export', 'analyses', '--out', file('a.yaml')]);
    await home.run(['export', 'analyses', '--out', file('a.json'), '--format', 'json']);
    const [first, second] = [parse(read('a.yaml'), { version: '1.1' }) as unknown, parse(read('a.yaml')) as unknown];
    const document = JSON.parse(read('a.json')) as Document;
    expect(first).toEqual(second);
    expect(second).toEqual(document);
  });

  it('tells what it is of, and not when it was made unless that is asked for', async () => {
    const { books, options } = await exported('a.json').catch(() => parse(read('a.json')) as Document);
    expect(books).toMatchObject({ analyses: 1, revisions: 3, sources: 1 });
    expect(options).toEqual({ tz: 'UTC' });
    const { stdout } = await home.run('export analyses --format json --stamp');
    expect((JSON.parse(stdout) as Document).options).toHaveProperty('exported_at');
  });

  it('leaves out notes, titles and paths where that is asked for, and can not be imported then', async () => {
    await home.run(['export', 'analyses', '--redact', '--out', file('a.yaml')]);
    expect(read('a.yaml')).not.toContain('clipboard');
    expect(read('a.yaml')).not.toContain('work-paper');
    expect(read('a.yaml')).toContain('notes: "[redacted]"');
    const { code, stderr } = await home.run(['import', file('a.yaml'), ...elsewhere()]);
    expect(code).toBe(2);
    expect(stderr).toContain('--redact');
  });

  it('never names the user', async () => {
    const { stdout } = await home.run('export analyses');
    expect(stdout).not.toContain(home.path.split('/').at(-1));
  });

  it('says which of its tokens have no price, with exit 3', async () => {
    const { code, stderr } = await home.run('export analyses');
    expect(code).toBe(3);
    expect(stderr).toContain('ANALYSIS-');
    expect((await home.run('export analyses --strict')).code).toBe(1);
  });

  it('keeps the home out of commands', async () => {
    await home.ok([
      'analysis',
      'start',
      '--source-id',
      's2',
      '--tool',
      'manual',
      '--no-usage',
      '--cmd',
      `/check --in="${file('a b')}" ${home.path}`,
    ]);
    const { stdout } = await home.run('export analyses');
    expect(stdout).toContain('/check --in=\\"~/a b\\" ~"');
  });

  it('is written to the file that a link names', async () => {
    writeFileSync(file('real.yaml'), '');
    symlinkSync(file('real.yaml'), file('link.yaml'));
    await home.run(['export', 'analyses', '--out', file('link.yaml')]);
    expect(read('real.yaml')).toContain('rows_sha256');
  });

  it('by a date is of the end of that day in the zone that is asked for, whatever the zone of the machine', async () => {
    const today = new Date().toISOString().slice(0, 10);
    const env = { TZ: 'Pacific/Kiritimati' };
    expect((await home.run(`export analyses --at ${today}`, { env })).stdout).toBe((await home.run('export analyses')).stdout);
    const before = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
    expect((await home.run(`export analyses --at ${before} --format csv`, { env })).stdout.trim().split('\n')).toHaveLength(1);
    expect((await home.run('export analyses --at 2999-01-01')).code).toBe(2);
  });

  it('goes to no folder that is not there', async () => {
    const { code, stderr } = await home.run(['export', 'analyses', '--out', file('none/a.yaml')]);
    expect(code).toBe(1);
    expect(stderr).toContain('FILE_UNWRITABLE');
  });
});

describe('a file that is imported', () => {
  beforeEach(() => home.run(['export', 'analyses', '--out', file('a.yaml')]));

  it('is refused if anything in it was changed', async () => {
    writeFileSync(file('a.yaml'), read('a.yaml').replace('output_tokens: 200', 'output_tokens: 2'));
    const { code, stderr } = await home.run(['import', file('a.yaml'), ...elsewhere()]);
    expect(code).toBe(2);
    expect(stderr).toContain('is not what was exported');
  });

  it('is refused if a number became its text', async () => {
    writeFileSync(file('a.yaml'), read('a.yaml').replace('output_tokens: 200', 'output_tokens: "200"'));
    expect((await home.run(['import', file('a.yaml'), ...elsewhere()])).code).toBe(2);
  });

  it('is refused if an analysis was taken out', async () => {
    writeFileSync(file('a.yaml'), read('a.yaml').replace(/^analyses:\n[^]*^sources:/m, 'analyses: []\nsources:'));
    const { stderr } = await home.run(['import', file('a.yaml'), ...elsewhere()]);
    expect(stderr).toContain('one was taken out');
  });

  it('goes on where the store knows fewer revisions, and changes nothing where it knows more', async () => {
    await home.ok(['import', file('a.yaml'), ...elsewhere()]);
    await home.ok('analysis complete --id ANALYSIS-2026-001 --amend later --notes later'.replace('ANALYSIS-2026-001', await first()));
    await home.run(['export', 'analyses', '--out', file('b.yaml')]);
    const results = async (name: string): Promise<string[]> =>
      (await home.json<{ rows: { result: string }[] }>(['import', file(name), ...elsewhere()])).rows.map(({ result }) => result);
    expect(await results('b.yaml')).toEqual(['continued']);
    expect(await results('a.yaml')).toEqual(['known']);
  });

  it('names an analysis anew whose id is taken, also where it is an input', async () => {
    await home.ok(['analysis', 'add', '--source-id', 's9', '--tool', 'manual', '--total-tokens', '7', ...elsewhere()]);
    await home.ok(['analysis', 'start', '--kind', 'synthesis', '--tool', 'manual', '--no-usage']);
    await home.run(['analysis', 'complete', '--id', (await first()).replace('001', '002'), '--inputs-analysis-ids', await first()]);
    await home.run(['export', 'analyses', '--out', file('a.yaml')]);
    const taken = (): Promise<{ rows: { id: string; stored_as: string; result: string }[] }> =>
      home.json(['import', file('a.yaml'), ...elsewhere()]);
    expect((await taken()).rows.map(({ result }) => result)).toEqual(['renamed', 'imported']);
    expect((await taken()).rows.map(({ result }) => result)).toEqual(['known', 'known']);
    const { analysis } = await home.json<{ analysis: { inputs_analysis_ids: string[] } }>([
      'analysis', 'show', (await first()).replace('001', '002'), ...elsewhere(),
    ]); // prettier-ignore
    expect(analysis.inputs_analysis_ids).toEqual([`${await first()}~2`]);
    expect((await home.run(['validate', ...elsewhere()])).code).toBe(0);
  });

  const newest = async (): Promise<string> => (await home.json<{ analyses: { id: string }[] }>('analysis list')).analyses[0]!.id;

  it('brings the journals, goes on with them, and leaves one alone that went on otherwise here', async () => {
    const id = await newest();
    const note = (text: string, ...flags: string[]): Promise<string> => home.ok(['analysis', 'note', '--id', id, '--text', text, ...flags]);
    await note('one');
    await home.run(['export', 'analyses', '--out', file('b.yaml')]);
    await home.ok(['import', file('b.yaml'), ...elsewhere()]);
    expect((await home.run(['export', 'analyses', ...elsewhere()])).stdout.trimEnd()).toBe(read('b.yaml').trimEnd());
    await note('two');
    await home.run(['export', 'analyses', '--out', file('c.yaml')]);
    await home.ok(['import', file('c.yaml'), ...elsewhere()]);
    expect((await home.run(['export', 'analyses', ...elsewhere()])).stdout.trimEnd()).toBe(read('c.yaml').trimEnd());
    await note('three');
    await home.run(['export', 'analyses', '--out', file('d.yaml')]);
    await note('other', ...elsewhere());
    const { code, stderr, stdout } = await home.run(['import', file('d.yaml'), ...elsewhere()]);
    expect([code, stdout + stderr]).toEqual([3, expect.stringContaining(`the journals of ${id} went on otherwise here`)]);
  });

  it('is refused if an entry of a journal was changed', async () => {
    const id = await newest();
    await home.ok(['analysis', 'note', '--id', id, '--text', 'as it was']);
    await home.run(['export', 'analyses', '--out', file('b.yaml')]);
    writeFileSync(file('b.yaml'), read('b.yaml').replace('as it was', 'as it is'));
    expect((await home.run(['import', file('b.yaml'), ...elsewhere()])).stderr).toContain('is not what was exported');
  });

  it('brings its idempotency keys', async () => {
    await home.ok(['import', file('a.yaml'), ...elsewhere()]);
    const id = await home.ok(['analysis', 'start', '--source-id', 's1', '--idempotency-key', 'run-7', ...elsewhere()]);
    expect(id).toBe(await first());
  });

  const first = async (): Promise<string> => (await home.json<{ analyses: { id: string }[] }>('analysis list --all')).analyses.at(-1)!.id;
});

describe('a manifest', () => {
  beforeEach(() => home.run(['export', 'analyses', '--out', file('a.yaml')]));

  interface Checked {
    readonly is_same: boolean;
    readonly is_reproduced: boolean | null;
    readonly store: { readonly findings: readonly unknown[]; readonly changed: number; readonly added: number } | null;
  }
  const check = async (...flags: string[]): Promise<Checked & { code: number }> => {
    const { code, stdout } = await home.run(['export', 'check', file('a.yaml'), '--json', ...flags]);
    return { code, ...(JSON.parse(stdout) as { data: Checked }).data };
  };

  it('is one that sha256sum reads', () => {
    expect(execFileSync('sha256sum', ['-c', 'a.yaml.sha256'], { cwd: home.path, encoding: 'utf8' })).toBe('a.yaml: OK\n');
  });

  it('tells that the file and the store are what they were, also after more was recorded', async () => {
    await home.ok('analysis add --source-id s1 --tool manual --total-tokens 7');
    expect(await check()).toMatchObject({ code: 0, is_same: true, is_reproduced: true, store: { findings: [], added: 1 } });
  });

  it('shows a file that was changed', async () => {
    writeFileSync(file('a.yaml'), `${read('a.yaml')}\n`);
    expect(await check()).toMatchObject({ code: 1, is_same: false });
  });

  it('shows a revision that the store lost', async () => {
    await home.ok('analysis start --source-id s1 --tool manual --no-usage --store'.split(' ').concat(file('other')));
    const { store } = await check(...elsewhere());
    expect(store!.findings).toEqual([expect.objectContaining({ revision: 3, finding: 'missing' })]);
  });

  it('that lacks a line is refused', async () => {
    const lines = read('a.yaml.sha256').split('\n');
    writeFileSync(file('a.yaml.sha256'), lines.filter((_, i) => i !== 2).join('\n'));
    const { code, stderr } = await home.run(['export', 'check', file('a.yaml')]);
    expect(code).toBe(2);
    expect(stderr).toContain('MANIFEST_INVALID');
  });

  it('that asks for what can not be made is refused as such', async () => {
    writeFileSync(file('a.yaml.sha256'), read('a.yaml.sha256').replace('"format":"yaml"', '"format":"pdf"'));
    const { code, stderr } = await home.run(['export', 'check', file('a.yaml')]);
    expect(code).toBe(2);
    expect(stderr).toContain('MANIFEST_INVALID');
  });

  it('is checked without a store as well', async () => {
    expect(await check('--store', file('none'))).toMatchObject({ code: 0, is_same: true, store: null, is_reproduced: null });
  });
});

describe("a document's own table", () => {
  const document = (): string => readFileSync(join(home.project, 'paper.md'), 'utf8');
  const completed = async (...flags: string[]): Promise<string> => {
    const id = await home.ok('analysis start --source-id s1 --notes a|b');
    session.answer({ model: 'claude-sonnet-4-5' });
    await home.ok(['analysis', 'complete', '--id', id, ...flags]);
    return id;
  };

  beforeEach(() => writeFileSync(join(home.project, 'paper.md'), '# Paper\r\n\r\nText.\r\n', { mode: 0o640 }));

  it('is put there by the analysis that names it, and kept up to date by those that follow', async () => {
    const first = await completed('--analysis-file', 'paper.md');
    expect(document()).toMatch(new RegExp(`^# Paper\r\n\r\nText\\.\r\n\r\n## Analysis Log\r\n[^]*\\| ${first} \\| completed \\|`));
    expect(document()).toContain('110 (10 / 100)');
    const second = await completed('--analysis-file', 'paper.md');
    expect(document()).toContain(second);
    expect(document().split('## Analysis Log')).toHaveLength(2);
    expect(statSync(join(home.project, 'paper.md')).mode & 0o777).toBe(0o640);
    expect(await home.ok('export document paper.md')).toBe('Nothing new in paper.md: 2 analyses.');
  });

  it('is emptied when its only analysis was forgotten', async () => {
    const id = await completed('--analysis-file', 'paper.md');
    await home.ok(['analysis', 'forget', id, '--reason', 'wrong']);
    expect(await home.ok('export document paper.md')).toBe('Updated paper.md: 0 analyses.');
    expect(document()).not.toContain(id);
  });

  it('is that of the document, whatever link leads to it', async () => {
    symlinkSync('paper.md', join(home.project, 'link.md'));
    const first = await completed('--analysis-file', 'paper.md');
    const second = await completed('--analysis-file', 'link.md');
    expect(document()).toContain(first);
    expect(document()).toContain(second);
    await home.ok([
      'analysis',
      'add',
      '--source-id',
      's1',
      '--tool',
      'manual',
      '--tokens-in',
      '1',
      '--tokens-out',
      '2',
      '--analysis-file',
      'paper.md',
    ]);
    expect(await home.ok('export document link.md')).toBe('Updated link.md: 3 analyses.');
  });

  it('is left out of a document that no analysis names, and of one that is not there', async () => {
    expect((await home.run('export document paper.md')).code).toBe(4);
    expect(document()).toBe('# Paper\r\n\r\nText.\r\n');
    const id = await home.ok('analysis start --source-id s1');
    const { code, stderr } = await home.run(['analysis', 'complete', '--id', id, '--analysis-file', 'none.md']);
    expect(code).toBe(0);
    expect(stderr).toContain('FILE_NOT_FOUND');
    expect((await home.run('export document none.md')).code).toBe(4);
  });

  it('that can not be put there fails no analysis', async () => {
    writeFileSync(join(home.project, 'paper.md'), '<!-- tokentrail:analysis-log -->\n');
    const id = await home.ok('analysis start --source-id s1');
    const { code, stderr } = await home.run(['analysis', 'complete', '--id', id, '--analysis-file', 'paper.md']);
    expect(code).toBe(0);
    expect(stderr).toContain('DOCUMENT_INVALID');
    expect(document()).toBe('<!-- tokentrail:analysis-log -->\n');
  });
});

describe('usage that is exported', () => {
  interface Table {
    readonly rows: readonly Readonly<Record<string, number | string | null>>[];
  }
  const table = async (...flags: string[]): Promise<Table> =>
    JSON.parse(await home.ok(['export', 'usage', '--format', 'json', ...flags])) as Table;
  const sum = ({ rows }: Table, name: string): number => rows.reduce((all, row) => all + Number(row[name]), 0);

  beforeEach(() => home.ok('usage sync'));

  it.each(['requests', 'sessions', 'daily', 'projects', 'models'])('by %s adds up to what the report tells', async (what) => {
    const { total } = await home.json<{ total: { records: number; usage: { total: number } } }>('usage daily');
    const rows = await table('--what', what);
    expect(sum(rows, 'total_tokens')).toBe(total.usage.total);
    expect(sum(rows, 'requests')).toBe(total.records);
  });

  it('has raw numbers, empty cells for what is unknown, and no formula', async () => {
    const csv = parseCsv(await home.ok('export usage'), { columns: true });
    expect(csv).toHaveLength(3);
    expect(csv[1]).toMatchObject({
      cache_read_tokens: '5000000000',
      reasoning_tokens: '',
      model: 'claude-sonnet-4-5',
      is_subagent: 'false',
    });
    const analyses = parseCsv<Record<string, string>>((await home.run('export analyses --format csv')).stdout, { columns: true });
    expect(analyses[0]!['notes']).not.toMatch(/[\r\n]/);
  });

  it('is filtered as the reports are', async () => {
    expect((await table('--until', '2020-01-01')).rows).toEqual([]);
    expect((await table('--tool', 'codex')).rows).toEqual([]);
  });

  it('says of which records it is', async () => {
    const { books } = JSON.parse(await home.ok('export usage --what models --format json')) as { books: Record<string, unknown> };
    expect(books).toMatchObject({ records: 3, price_books: expect.arrayContaining([expect.stringContaining('genai-prices@')]) as unknown });
    const again = JSON.parse(await home.ok('export usage --what daily --format json')) as { books: Record<string, unknown> };
    expect(again.books).toEqual(books);
    session.answer();
    await home.ok('usage sync');
    const later = JSON.parse(await home.ok('export usage --what daily --format json')) as { books: Record<string, unknown> };
    expect(later.books['rows_sha256']).not.toBe(books['rows_sha256']);
  });

  it('of an earlier state has the flags that sessions had then', async () => {
    await home.ok(['export', 'usage', '--what', 'sessions', '--out', file('u.csv')]);
    const flags = async (): Promise<unknown[]> => (await table('--what', 'sessions')).rows.map((row) => row['flags']);
    const before = await flags();
    session.answer({ finished: false, version: '2.0.1' });
    await home.ok('usage sync');
    expect(await flags()).not.toEqual(before);
    expect(await home.ok(['export', 'check', file('u.csv')])).toContain('it is the same file');
  });

  it('made of an earlier state is what it was then', async () => {
    await home.ok(['export', 'usage', '--out', file('u.csv')]);
    session.answer();
    await home.ok('usage sync');
    expect(await home.ok(['export', 'check', file('u.csv')])).toContain('it is the same file');
    expect(await home.ok('export usage')).not.toBe(read('u.csv').trimEnd());
  });
});
