// Syntheses as files: what went into them, each usage record once, as pages and in standard forms.
import { createHash } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { micromark } from 'micromark';
import { gfmTable, gfmTableHtml } from 'micromark-extension-gfm-table';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ClaudeSession } from '../support/claude-session.js';
import { HomeCopies } from '../support/home-copies.js';
import { QuickHome } from '../support/quick-home.js';

let home: QuickHome;
let session: ClaudeSession;
/** a and b; c draws on both; d on c and, again, on a. */
const ids: string[] = [];

const file = (name: string): string => join(home.path, name);

async function spend(tokens: number, ...flags: string[]): Promise<string> {
  const id = await home.ok(['analysis', 'start', '--source-id', 's1', ...flags.slice(0, 2)]);
  session.answer({ output: tokens, model: 'claude-sonnet-4-5' });
  await home.ok(['analysis', 'complete', '--id', id, ...flags.slice(2)]);
  return id;
}

const copies = new HomeCopies<QuickHome>(async (_, log) => {
  session = log.answer();
  await home.ok('source add --id s1 --title First');
  const [a, b] = [await spend(100), await spend(200)];
  const c = await spend(40, '--kind', 'synthesis', '--inputs-analysis-ids', `${a},${b}`);
  ids.push(a, b, c, await spend(7, '--kind', 'synthesis', '--inputs-analysis-ids', `${c},${a}`));
});

beforeEach(async () => {
  home = new QuickHome();
  session = await copies.into(home);
});

describe('a synthesis that is exported', () => {
  interface Synthesis {
    readonly totals: {
      readonly end_to_end: { readonly total_tokens: number | null; readonly total_known: number; readonly shared: { records: number } };
    };
    readonly inputs: readonly { readonly id: string; readonly depth: number; readonly is_shared: boolean; readonly is_repeated: boolean }[];
  }
  const synthesis = async (id: string, ...flags: string[]): Promise<Synthesis> =>
    JSON.parse(await home.ok(['export', 'synthesis', id, '--format', 'json', ...flags])) as Synthesis;

  it('counts each usage record once, however its inputs nest and share', async () => {
    const { totals, inputs } = await synthesis(ids[3]!);
    // Ten of input with each answer.
    expect(totals.end_to_end.total_tokens).toBe(100 + 200 + 40 + 7 + 4 * 10);
    expect(inputs.map(({ id, depth, is_shared, is_repeated }) => [ids.indexOf(id), depth, is_shared, is_repeated])).toEqual([
      [2, 1, false, false],
      [0, 2, true, false],
      [1, 2, false, false],
      [0, 1, true, true],
    ]);
  });

  it('is the same when the logs are gone, and from a backup on another machine', async () => {
    const page = await home.ok(['export', 'synthesis', ids[3]!]);
    await home.ok(['store', 'backup', file('copy')]);
    rmSync(session.path);
    expect(await home.ok(['export', 'synthesis', ids[3]!])).toBe(page);
    expect(await home.ok(['export', 'synthesis', ids[3]!, '--store', file('copy')], { env: { TZ: 'Asia/Tokyo' } })).toBe(page);
  });

  it('is unknown where an input is, with what is known beside it', async () => {
    const unknown = await home.ok('analysis start --source-id s1 --tool manual --no-usage');
    const id = await spend(1, '--kind', 'synthesis', '--inputs-analysis-ids', `${ids[0]!},${unknown}`);
    const { stdout } = await home.run(['export', 'synthesis', id, '--format', 'json']);
    expect((JSON.parse(stdout) as Synthesis).totals.end_to_end).toMatchObject({ total_tokens: null, total_known: 121, unknown: [unknown] });
  });

  it('is unknown where an input is not in the books', async () => {
    const rows = [
      { id: 'ANALYSIS-2026-101', source_id: 's1', status: 'completed', total_tokens: 150 },
      {
        id: 'ANALYSIS-2026-102',
        source_id: 'd',
        status: 'completed',
        total_tokens: 1000,
        inputs_analysis_ids: ['ANALYSIS-2026-101', 'ANALYSIS-2026-777'],
      },
    ];
    writeFileSync(file('rows.json'), JSON.stringify({ analysis_logs: rows }));
    await home.ok(['import', file('rows.json')]);
    const { stdout } = await home.run('export synthesis ANALYSIS-2026-102 --format json');
    expect((JSON.parse(stdout) as Synthesis).totals.end_to_end).toMatchObject({
      total_tokens: null,
      total_known: 1150,
      unknown: ['ANALYSIS-2026-777'],
    });
    expect((await home.run('export synthesis ANALYSIS-2026-102')).stdout).toContain('| End to end | N/A |');
  });

  it('refuses flags that would change nothing', async () => {
    expect((await home.run(['export', 'lineage', ids[3]!, '--format', 'prov', '--since', '2026-01-01'])).code).toBe(2);
    expect((await home.run('export lineage --format mermaid --stamp')).code).toBe(2);
  });

  it('that was forgotten does not stand for its document', async () => {
    await home.ok(['analysis', 'forget', ids[3]!, '--reason', 'wrong']);
    expect((await home.run('export synthesis s1')).stdout).toContain(`# Synthesis ${ids[2]!}`);
  });

  it('is found by its document, and an analysis without inputs is refused', async () => {
    expect((await home.run('export synthesis s1')).stdout).toContain(`# Synthesis ${ids[3]!}`);
    expect((await home.run(['export', 'synthesis', ids[0]!])).code).toBe(6);
    expect((await home.run('export synthesis none')).code).toBe(4);
  });

  it('is a page that holds no markup and no link from outside', async () => {
    await home.ok(['source', 'update', '--id', 's1', '--title', '<img src=x onerror=alert(1)> [a](http://b) | @ann #1']);
    const markdown = await home.ok(['export', 'synthesis', ids[3]!]);
    const html = micromark(markdown, { extensions: [gfmTable()], htmlExtensions: [gfmTableHtml()], allowDangerousHtml: true });
    expect(html).not.toMatch(/<(img|a|script)\b/);
    expect(html).toContain('<code>&lt;img src=x onerror=alert(1)&gt; [a](http://b) | @ann #1</code>');
    const page = await home.ok(['export', 'synthesis', ids[3]!, '--format', 'html']);
    expect(page).not.toMatch(/<(img|a|script)\b/);
    const [, style] = /<style>([^]*?)<\/style>/.exec(page)!;
    expect(page).toContain(`style-src 'sha256-${createHash('sha256').update(style!).digest('base64')}'`);
  });

  it('is put together by a template of the own, which is refused where it names what is not there', async () => {
    writeFileSync(file('own.md'), 'Ours: {{ title }}\n\n{{ totals }}\n');
    expect(await home.ok(['export', 'synthesis', ids[3]!, '--template', file('own.md')])).toMatch(/^Ours: Synthesis ANALYSIS/);
    writeFileSync(file('own.md'), '{{ nothing }}');
    const { code, stderr } = await home.run(['export', 'synthesis', ids[3]!, '--template', file('own.md')]);
    expect(code).toBe(2);
    expect(stderr).toContain('TEMPLATE_INVALID');
  });

  it('has a lineage in each standard form, in which every relation names what is there', async () => {
    const prov = JSON.parse(await home.ok(['export', 'lineage', ids[3]!, '--format', 'prov'])) as Record<
      string,
      Record<string, Record<string, string>>
    >;
    const there = new Set(Object.keys({ ...prov['entity'], ...prov['activity'], ...prov['agent'] }));
    const relations = ['wasGeneratedBy', 'used', 'wasDerivedFrom', 'wasAssociatedWith'].flatMap((name) => Object.values(prov[name]!));
    expect(relations.flatMap((relation) => Object.values(relation)).filter((name) => !there.has(name))).toEqual([]);
    // Two inputs each of c and d, and the source of a and b.
    expect(Object.keys(prov['wasDerivedFrom']!)).toHaveLength(6);
    const hash = prov['entity']!['tt:books']!['tt:rows_sha256']!;
    const events = (await home.ok(['export', 'lineage', ids[3]!, '--format', 'openlineage']))
      .split('\n')
      .map(
        (line) => JSON.parse(line) as { eventType: string; run: { runId: string; facets: { tokentrail_books: { rows_sha256: string } } } },
      );
    expect(events.map(({ eventType }) => eventType).sort()).toEqual([
      ...Array<string>(4).fill('COMPLETE'),
      ...Array<string>(4).fill('START'),
    ]);
    expect(new Set(events.map(({ run }) => run.runId)).size).toBe(4);
    for (const { run } of events) expect(run.facets.tokentrail_books.rows_sha256).toBe(hash);
    const mermaid = await home.ok(['export', 'lineage', ids[3]!, '--format', 'mermaid']);
    expect(mermaid).toContain(`["${ids[0]!}<br/>110 tokens"]`);
    expect(mermaid).toContain(`%% rows_sha256: ${hash}\n`);
  });
});
