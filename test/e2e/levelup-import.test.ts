// Run journals of LevelUp, taken in from a folder: 31 runs in thirty files, made by chance. What is expected of each run is kept while its
// file is written.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { Chance } from '../support/chance.js';
import { QuickHome } from '../support/quick-home.js';

const COUNTS = { runs: 31, outcomes: 27, usage_lines: 82, checkpoints: 107 };

const STEPS = ['detect', 'planning', 'coding', 'review'];
const SEVERITIES = ['critical', 'high', 'error', 'medium', 'warning', 'low', 'info'];
const DECISIONS = { approve: 'approve', revise: 'revise', reject: 'reject', instruct: 'instruct', 'auto-approved': 'auto' } as const;
const STATUSES = { completed: 'completed', failed: 'failed', aborted: 'canceled' } as const;

interface ToldStage {
  readonly stage: string;
  readonly attempt: number;
  readonly closed_at: string;
  readonly wall_seconds: number;
  readonly entries: readonly string[];
}

/** What is to be told of a run. */
interface ToldRun {
  readonly run: string;
  readonly status: string;
  readonly task: string;
  readonly started_at: string;
  readonly total_tokens: null;
  readonly stages: readonly ToldStage[];
}

interface Written {
  readonly text: string;
  readonly told: ToldRun;
  readonly findings: number;
}

const stamp = (ms: number): string => new Date(ms).toISOString();
const keysOf = <T extends object>(of: T): (keyof T & string)[] => Object.keys(of) as (keyof T & string)[];

/** A usage line in one of its variants, with the seconds in it; null where it tells none. */
function usageLine(chance: Chance): readonly [line: string, seconds: number | null] {
  const seconds = chance.below(600);
  const [cost, tokens, time] = [`$0.${1000 + chance.below(9000)}`, `${1 + chance.below(99)},345 tokens`, `${seconds}.${chance.below(10)}s`];
  const [parts, told] = chance.pick<[string[], number | null]>([
    [[cost, tokens, time], seconds],
    [[tokens, time], seconds],
    [[time], seconds],
    [[cost, tokens], null],
  ]);
  return [`- **Usage:** ${parts.join(' | ')}`, told];
}

/** The lines of a step's body, with the entries that are to be told of them. */
function bodyOf(chance: Chance, step: string): { lines: string[]; entries: string[]; findings: number } {
  const [lines, entries]: [string[], string[]] = [[`Step \`${step}\` completed.`], []];
  if (chance.below(3) === 0) {
    const [passed, failed, errors] = [chance.below(50), chance.below(3), chance.below(2)];
    lines.push(`- **Test results:** ${passed + failed + errors} total, ${failed} failures, ${errors} errors (${failed + errors > 0 ? 'FAILED' : 'PASSED'})`); // prettier-ignore
    entries.push(`${passed} passed ${failed} failed ${errors} errors`);
  }
  const findings = chance.below(3);
  for (let i = 0; i < findings; i++) {
    const [severity, file] = [chance.pick(SEVERITIES), chance.pick(['src/a.ts', null])];
    lines.push(`- [${severity.toUpperCase()}] ${file === null ? '' : `\`${file}\`: `}It is ${severity}.`);
    entries.push(`${severity} in ${String(file)}: It is ${severity}.`);
  }
  return { lines, entries, findings };
}

/** @param n which run, from 0: the first 20 have three usage lines and the others two, the first 14 four checkpoints and the others three. */
function writeRun(chance: Chance, n: number): Written {
  const [usages, checkpoints] = [n < 20 ? 3 : 2, n < 14 ? 4 : 3];
  // Every fifth begins so late that it goes on after midnight.
  const begun = Date.UTC(2026, 1, 1 + (n % 28), n % 5 === 0 ? 23 : chance.below(20), n % 5 === 0 ? 59 : chance.below(60), chance.below(60));
  const [lines, stages]: [string[], ToldStage[]] = [[], []];
  let [clock, all] = [begun, 0];
  for (const [i, name] of STEPS.entries()) {
    // The last one is coding once more in every third run.
    const [stage, attempt] = n % 3 === 0 && i === 3 ? ['coding', 2] : [name, 1];
    const before = clock;
    clock += (60 + chance.below(3_000)) * 1000;
    const [usage, told] = i < usages ? usageLine(chance) : [null, null];
    const { lines: body, entries, findings } = bodyOf(chance, stage);
    all += findings;
    lines.push('', `## Step: ${stage}${chance.pick([' ', '  '])}(${stamp(clock).slice(11, 19)})`, '', ...body);
    if (usage !== null) lines.push(usage);
    if (i < checkpoints) {
      const word = chance.pick(keysOf(DECISIONS));
      lines.push('', `### Checkpoint: ${stage}`, '', `- **Decision:** ${word}`, `- **Feedback:** On ${stage}.`);
      entries.push(`${DECISIONS[word]}: On ${stage}.`);
    }
    stages.push({ stage, attempt, closed_at: stamp(clock), wall_seconds: told ?? (clock - before) / 1000, entries });
  }
  // Four end before their outcome, one of them where another run follows in its file.
  const word = n % 8 === 5 ? null : chance.pick(keysOf(STATUSES));
  if (word !== null) lines.push('', '## Outcome', '', `- **Status:** ${word}`);
  const header = [
    `# Run Journal: Work ${n}`,
    '',
    `- **Run ID:** run-${n}`,
    `- **Started:** ${stamp(begun).slice(0, 19).replace('T', ' ')} UTC`,
    `- **Ticket:** ticket:${n % 7} (ticket)`,
    '',
    '## Task Description',
    '',
    'What is to be done, which is kept by nobody.',
  ];
  const told = {
    run: `run-${n}`,
    status: word === null ? 'incomplete' : STATUSES[word],
    task: `ticket:${n % 7}`,
    started_at: stamp(begun),
    total_tokens: null,
    stages,
  };
  return { text: `${[...header, ...lines].join('\n')}\n`, told, findings: all };
}

const chance = new Chance(20_260_211);
const RUNS = Array.from({ length: COUNTS.runs }, (_, n) => writeRun(chance, n));
const TOLD = RUNS.map(({ told }) => told);
const FINDINGS = RUNS.reduce((sum, { findings }) => sum + findings, 0);

let home: QuickHome;
let folder: string;

const file = (n: number): string => join(folder, `run-${String(n).padStart(2, '0')}.md`);

beforeEach(() => {
  home = new QuickHome();
  folder = join(home.path, 'levelup');
  mkdirSync(folder);
  // Every fourth has the ends of lines of Windows, and the last one holds two runs.
  for (const [n, { text }] of RUNS.slice(0, 30).entries()) {
    const whole = n === 29 ? `${text}\n${RUNS[30]!.text}` : text;
    writeFileSync(file(n), n % 4 === 1 ? whole.replaceAll('\n', '\r\n') : whole);
  }
  writeFileSync(join(folder, 'README.md'), '# Journals\n\n## Step: none\n\n- **Usage:** $1.0000 | 1s\n');
  writeFileSync(join(folder, 'notes.md'), 'Run Journal: none\n');
});

interface Imported {
  readonly imported: number;
  readonly known: number;
  readonly rows: readonly { readonly id: string; readonly stored_as: string; readonly result: string }[];
  readonly journals: Readonly<Record<string, number>>;
}

const take = (what: string, ...flags: string[]): Promise<Imported> => home.json<Imported>(['import', what, ...flags]);

interface JournalFile {
  readonly analysis: Readonly<Record<string, unknown>>;
  readonly stages: readonly (Omit<ToldStage, 'entries'> & { readonly usage: unknown; readonly journal: readonly Entry[] })[];
  readonly outcome: Readonly<Record<string, unknown>>;
}

interface Entry {
  readonly entry: string;
  readonly [key: string]: unknown;
}

async function journal(id: string): Promise<JournalFile> {
  const { stdout } = await home.run(['export', 'journal', id, '--format', 'json']);
  return JSON.parse(stdout) as JournalFile;
}

const text = (value: unknown): string => String(value);

function entryText(entry: Entry): string {
  if (entry.entry === 'checkpoint') return `${text(entry['decision'])}: ${text(entry['feedback'])}`;
  if (entry.entry === 'finding') return `${text(entry['severity'])} in ${text(entry['file'])}: ${text(entry['message'])}`;
  return `${text(entry['passed'])} passed ${text(entry['failed'])} failed ${text(entry['errors'])} errors`;
}

/** A journal as it is expected. */
const toldBy = (run: string, { analysis, stages }: JournalFile): object => ({
  run,
  status: analysis['status'],
  task: analysis['task'],
  started_at: analysis['started_at'],
  total_tokens: analysis['total_tokens'],
  stages: stages.map(({ stage, attempt, closed_at, wall_seconds, journal: entries }) => ({
    stage,
    attempt,
    closed_at,
    wall_seconds,
    entries: entries.map(entryText),
  })),
});

describe('a folder of run journals', () => {
  it('is counted in a dry run, which writes nothing', async () => {
    expect(await take(folder, '--dry-run')).toMatchObject({ dry_run: true, imported: 31, known: 0, journals: { ...COUNTS, findings: FINDINGS } }); // prettier-ignore
    expect(existsSync(home.store)).toBe(false);
  });

  it('is taken in as it was counted, each run as an analysis', async () => {
    const taken = await take(folder);
    expect(taken).toMatchObject({ imported: 31, known: 0, journals: { ...COUNTS, findings: FINDINGS } });
    expect(taken.rows.map(({ id }) => id)).toEqual(TOLD.map(({ run }) => run));
    expect(new Set(taken.rows.map(({ stored_as }) => stored_as)).size).toBe(31);
  });

  it('is known when it is taken in again, and nothing is there twice', async () => {
    const first = await take(folder);
    const list = await home.ok('analysis list --all --json');
    expect(await take(folder)).toMatchObject({
      imported: 0,
      known: 31,
      rows: first.rows.map((row) => ({ ...row, result: 'known' })),
    });
    expect(await home.ok('analysis list --all --json')).toBe(list);
  });

  it('tells of each run its times, decisions, findings and results', async () => {
    const told: object[] = [];
    for (const { id, stored_as } of (await take(folder)).rows) told.push(toldBy(id, await journal(stored_as)));
    expect(told).toEqual(TOLD);
  });

  it('has no tokens that anybody knows, in no run and in no stage', async () => {
    await take(folder);
    const { analyses } = await home.json<{ analyses: Readonly<Record<string, unknown>>[] }>('analysis list --all');
    expect(analyses).toHaveLength(31);
    for (const analysis of analyses) expect(analysis).toMatchObject({ total_tokens: null, input_tokens: null, output_tokens: null });
    const { stages, total } = await home.json<{ stages: object[]; total: object }>('usage stages');
    for (const stage of [...stages, total]) expect(stage).toMatchObject({ total_tokens: null, cost: { amount: null } });
    expect(
      (await home.ok('analysis list --all'))
        .split('\n')
        .slice(1)
        .every((line) => line.includes('N/A')),
    ).toBe(true);
  });

  it('has a run without an outcome as incomplete, with no end', async () => {
    await take(folder);
    const { analyses } = await home.json<{ analyses: object[] }>('analysis list --all --status incomplete');
    expect(analyses).toHaveLength(4);
    for (const analysis of analyses) expect(analysis).toMatchObject({ completed_at: null, duration_seconds: null });
  });

  it('is sound', async () => {
    await take(folder);
    expect((await home.run('validate')).code).toBe(0);
  });

  it('without a journal is refused', async () => {
    const other = join(home.path, 'other');
    mkdirSync(other);
    writeFileSync(join(other, 'a.md'), '# None\n');
    const { code, stderr } = await home.run(['import', other]);
    expect([code, existsSync(home.store)]).toEqual([2, false]);
    expect(stderr).toContain('IMPORT_INVALID');
  });
});

describe('one file of it', () => {
  it('is taken in alone, and is known in the folder then', async () => {
    expect(await take(file(5))).toMatchObject({ imported: 1, journals: { runs: 1, usage_lines: 3, checkpoints: 4 } });
    expect(await take(folder)).toMatchObject({ imported: 30, known: 1 });
  });

  it('has no sum of what is unknown', async () => {
    const [row] = (await take(file(5))).rows;
    const { task } = (await home.json<{ analysis: { task: string } }>(['analysis', 'show', row!.stored_as])).analysis;
    expect(await home.ok(['analysis', 'list', '--task', task])).toContain('Together: N/A tokens · cost N/A in 1 analysis');
  });

  it('may hold two runs', async () => {
    expect((await take(file(29))).rows.map(({ id }) => id)).toEqual(['run-29', 'run-30']);
  });

  it('with a description that looks like sections is read as it is without them', async () => {
    const odd = '## Step: x\n### Checkpoint: x\n- **Decision:** reject\n## Outcome\nWhat is to be done';
    writeFileSync(file(1), RUNS[1]!.text.replace('What is to be done', odd));
    const [row] = (await take(file(1))).rows;
    expect(toldBy('run-1', await journal(row!.stored_as))).toEqual(TOLD[1]);
  });

  it('that went on since it was taken in stays what it was, with exit 3', async () => {
    await take(file(1));
    writeFileSync(file(1), `${RUNS[1]!.text}\n## Step: more  (23:59:59)\n\nDone.\n`);
    const { code, stdout } = await home.run(['import', file(1), '--json']);
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ data: { imported: 0, rows: [{ result: 'differs' }] } });
  });

  it('goes on behind its outcome where it was taken up again', async () => {
    const again = '\n## Step: fix  (23:59:59)\n\n- [WARNING] `a.ts`: late\n- **Usage:** 2.0s\n\n## Outcome\n\n- **Status:** completed\n';
    writeFileSync(file(1), RUNS[1]!.text + again);
    const [row] = (await take(file(1))).rows;
    const { stages } = await journal(row!.stored_as);
    expect(stages.at(-1)).toMatchObject({ stage: 'fix', wall_seconds: 2, journal: [{ entry: 'finding', message: 'late' }] });
  });

  it('keeps the home out of what it takes in', async () => {
    writeFileSync(
      file(1),
      RUNS[1]!.text.replace('\n## Step:', `\n## Step: look  (00:00:01)\n\n- [WARNING] \`${file(1)}\`: in ${home.path}/x\n\n## Step:`),
    );
    const [row] = (await take(file(1))).rows;
    expect(await home.ok(['export', 'journal', row!.stored_as])).not.toContain(home.path);
  });

  it('with a decision that can not be read tells so, and takes in all else', async () => {
    writeFileSync(file(1), RUNS[1]!.text.replace(/- \*\*Decision:\*\* \S+/, '- **Decision:** perhaps'));
    const { code, stdout } = await home.run(['import', file(1), '--json']);
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ data: { imported: 1, rows: [{ unread: ['perhaps'] }] } });
    expect((await home.run(['import', file(1), '--strict'])).code).toBe(1);
  });
});
