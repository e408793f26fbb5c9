// A whole run as its journal tells it: ten attempts at eight stages on a log that grows, with what was decided, found and tested. Every
// number is worked out by hand from the table below.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Answer, ClaudeSession } from '../support/claude-session.js';
import { HomeCopies } from '../support/home-copies.js';
import { QuickHome } from '../support/quick-home.js';

interface Attempt {
  readonly stage: string;
  readonly attempt: number;
  readonly status?: 'failed';
  readonly decision: 'approve' | 'reject' | 'auto' | null;
  readonly answers: readonly Answer[];
  /** Input, output, read from and written to the cache. */
  readonly counts: readonly [input: number, output: number, read: number, write: number];
  readonly total: number;
  readonly usd: string;
  /** The same to four decimals, as people are told it. */
  readonly shown: string;
}

const answer = (input: number, output: number, read: number, write: number): Answer => ({ input, output, read, write });

// Of claude-sonnet-4-5, a million tokens of input take $3, of output $15, read from the cache $0.30, written to it for 5 minutes $3.75. In
// millionths of a dollar, detect took 3 × 1,000 + 15 × 200 + 0.3 × 10,000 + 3.75 × 4,000 = 24,000.
const RUN: readonly Attempt[] = [
  { stage: 'detect', attempt: 1, decision: 'auto', answers: [answer(1_000, 200, 10_000, 4_000)], counts: [1_000, 200, 10_000, 4_000], total: 15_200, usd: '0.024', shown: '$0.0240' },
  { stage: 'requirements', attempt: 1, decision: 'approve', answers: [answer(2_000, 600, 20_000, 0)], counts: [2_000, 600, 20_000, 0], total: 22_600, usd: '0.021', shown: '$0.0210' },
  { stage: 'planning', attempt: 1, decision: 'reject', answers: [answer(1_000, 1_400, 30_000, 8_000)], counts: [1_000, 1_400, 30_000, 8_000], total: 40_400, usd: '0.063', shown: '$0.0630' },
  { stage: 'planning', attempt: 2, decision: 'approve', answers: [answer(500, 1_000, 40_000, 2_000)], counts: [500, 1_000, 40_000, 2_000], total: 43_500, usd: '0.036', shown: '$0.0360' },
  { stage: 'test_writing', attempt: 1, decision: 'approve', answers: [answer(3_000, 2_000, 50_000, 4_000)], counts: [3_000, 2_000, 50_000, 4_000], total: 59_000, usd: '0.069', shown: '$0.0690' },
  { stage: 'coding', attempt: 1, status: 'failed', decision: null, answers: [answer(4_000, 3_000, 60_000, 8_000)], counts: [4_000, 3_000, 60_000, 8_000], total: 75_000, usd: '0.105', shown: '$0.1050' },
  { stage: 'coding', attempt: 2, decision: 'approve', answers: [answer(1_000, 2_000, 80_000, 0), answer(1_000, 1_000, 100_000, 4_000)], counts: [2_000, 3_000, 180_000, 4_000], total: 189_000, usd: '0.12', shown: '$0.1200' },
  { stage: 'security', attempt: 1, decision: 'approve', answers: [answer(1_000, 500, 90_000, 0)], counts: [1_000, 500, 90_000, 0], total: 91_500, usd: '0.0375', shown: '$0.0375' },
  { stage: 'review', attempt: 1, decision: 'approve', answers: [answer(1_500, 800, 100_000, 2_000)], counts: [1_500, 800, 100_000, 2_000], total: 104_300, usd: '0.054', shown: '$0.0540' },
  { stage: 'merge', attempt: 1, decision: 'approve', answers: [answer(100, 100, 10_000, 0)], counts: [100, 100, 10_000, 0], total: 10_200, usd: '0.0048', shown: '$0.0048' },
]; // prettier-ignore

/** What was spent after merge: 600 + 600 millionths. */
const TAIL = answer(200, 40, 0, 0);

const STAGES = { tokens: 650_700, usd: '0.5343' };
const WHOLE = { input: 16_300, output: 12_640, cache_read: 590_000, cache_write_5m: 32_000, tokens: 650_940, usd: '0.5355' };
const REWORK = { attempts: 1, total_tokens: 40_400, cost: { amount: '0.063' } };
const DECISIONS = { approve: 7, auto: 1, reject: 1 };
const FINDINGS = { high: 1, error: 1, medium: 1, warning: 2, low: 2, info: 2 };
const LAST_RESULT = { entry: 'result', stage: 'coding', attempt: 2, passed: 43, failed: 0, errors: 0 };

/** The four of security share $0.0375, the five of review $0.054. */
const COST_OF_FINDINGS = [
  { severity: 'high', findings: 1, priced_findings: 1, cost_usd: '0.009375', cost_per_finding_usd: '0.009375' },
  { severity: 'error', findings: 1, priced_findings: 1, cost_usd: '0.0108', cost_per_finding_usd: '0.0108' },
  { severity: 'medium', findings: 1, priced_findings: 1, cost_usd: '0.009375', cost_per_finding_usd: '0.009375' },
  { severity: 'warning', findings: 2, priced_findings: 2, cost_usd: '0.0216', cost_per_finding_usd: '0.0108' },
  { severity: 'low', findings: 2, priced_findings: 2, cost_usd: '0.01875', cost_per_finding_usd: '0.009375' },
  { severity: 'info', findings: 2, priced_findings: 2, cost_usd: '0.0216', cost_per_finding_usd: '0.0108' },
];

const REVIEWED = [
  { stage: 'review', severity: 'error', category: 'review', file: 'src/a.ts', line: 12, message: 'An empty list is never handled.' },
  { stage: 'review', severity: 'warning', message: 'Unused.' },
  { stage: 'review', severity: 'warning', message: 'Twice the same.' },
  { stage: 'review', severity: 'info', message: 'A longer name says more.' },
  { stage: 'review', severity: 'info', message: 'A test says it better.' },
];

const lines = (entries: readonly object[]): string => entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');

let home: QuickHome;
let session: ClaudeSession;
let id: string;

const document = (): string => readFileSync(join(home.project, 'notes.md'), 'utf8');

/** What is recorded while an attempt is under way. */
async function recordDuring(made: QuickHome, { stage, attempt }: Attempt): Promise<void> {
  if (stage === 'coding')
    await made.ok(`analysis result --stage coding --errors 0 ${attempt === 1 ? '--passed 41 --failed 2' : '--passed 43 --failed 0'}`);
  if (stage !== 'security') return;
  for (const severity of ['high', 'medium', 'low', 'low'])
    await made.ok(['analysis', 'finding', '--stage', 'security', '--severity', severity, '--message', `It is ${severity}.`]);
}

const copies = new HomeCopies<QuickHome>(async (made, log) => {
  writeFileSync(join(made.project, 'notes.md'), '# Notes\n\nMine.\n');
  writeFileSync(join(made.project, 'findings.jsonl'), lines(REVIEWED));
  log.answer(answer(9_000, 9_000, 9_000, 9_000));
  id = await made.ok('analysis start --task PROJ-42 --analysis-file notes.md');
  await made.ok(`export journal ${id} --document notes.md`);
  for (const attempt of RUN) {
    for (const one of attempt.answers) log.answer(one);
    await recordDuring(made, attempt);
    await made.ok(`analysis mark --stage ${attempt.stage} --status ${attempt.status ?? 'done'}`);
    if (attempt.stage === 'review') await made.shell('tokentrail analysis finding --from - < findings.jsonl');
    if (attempt.decision === 'auto') await made.ok('analysis checkpoint --decision auto');
    else if (attempt.decision !== null)
      await made.ok(
        `analysis checkpoint --decision ${attempt.decision} --by ann --requested-at 2026-01-05T10:00:00Z --at 2026-01-05T10:01:30Z`,
      );
  }
  log.answer(TAIL);
  await made.ok('analysis complete');
});

beforeEach(async () => {
  home = new QuickHome();
  session = await copies.into(home);
});

interface JournalFile {
  readonly stages: readonly Readonly<Record<string, unknown>>[];
  readonly [key: string]: unknown;
}

const journal = async (...flags: string[]): Promise<JournalFile> =>
  JSON.parse(await home.ok(['export', 'journal', id, '--format', 'json', ...flags])) as JournalFile;

describe('the journal of a run', () => {
  it('tells of each attempt what it spent, to the token and the cent', async () => {
    const { stages } = await journal();
    expect(stages).toMatchObject(
      RUN.map(({ stage, attempt, status = 'done', counts: [input, output, cache_read, cache_write_5m], total, usd, answers }) => ({
        stage,
        attempt,
        status,
        usage: {
          input,
          output,
          cache_read,
          cache_write_5m,
          cache_write_1h: 0,
          total,
          records: answers.length,
          models: ['claude-sonnet-4-5'],
        },
        cost: { amount: usd, provenance: 'estimated' },
      })),
    );
  });

  it('tells what was spent after the last stage, and what all of it took', async () => {
    const { analysis, tail } = await journal();
    expect(tail).toMatchObject({ usage: { input: 200, output: 40, total: 240 }, cost: { amount: '0.0012' } });
    expect(analysis).toMatchObject({ total_tokens: WHOLE.tokens, status: 'completed' });
  });

  it('calls rework what was refused, and not what failed', async () => {
    const { stages } = await journal();
    expect(stages.filter((stage) => stage['is_rework']).map(({ stage, attempt }) => [stage, attempt])).toEqual([['planning', 1]]);
  });

  it('tells how it came out', async () => {
    const { outcome } = await journal();
    expect(outcome).toMatchObject({
      attempts: 10,
      rework: REWORK,
      decisions: DECISIONS,
      findings: FINDINGS,
      last_result: LAST_RESULT,
      contradictions: [],
    });
  });

  it('has each entry in the attempt that it is about', async () => {
    const { stages, journal: others } = await journal();
    const told = stages.map(({ stage, attempt, journal: entries }) => {
      const kinds = (entries as { entry: string; attempt: number }[]).map(({ entry, attempt: about }) => `${entry} ${about}`);
      return `${String(stage)} ${String(attempt)}: ${kinds.join(', ')}`;
    });
    expect(told).toEqual([
      'detect 1: checkpoint 1',
      'requirements 1: checkpoint 1',
      'planning 1: checkpoint 1',
      'planning 2: checkpoint 2',
      'test_writing 1: checkpoint 1',
      'coding 1: result 1',
      'coding 2: result 2, checkpoint 2',
      'security 1: finding 1, finding 1, finding 1, finding 1, checkpoint 1',
      'review 1: finding 1, finding 1, finding 1, finding 1, finding 1, checkpoint 1',
      'merge 1: checkpoint 1',
    ]);
    expect(others).toEqual([]);
  });

  it('has a line of usage for each attempt, and one for what came after', async () => {
    const usage = (await home.ok(`export journal ${id}`)).split('\n').filter((line) => line.startsWith('**Usage:**'));
    const grouped = (count: number): string => count.toLocaleString('en-US');
    const expected = RUN.map(({ counts: [input, output, read, write], shown }) =>
      `in ${grouped(input)} / out ${grouped(output)} / cache read ${grouped(read)} / cache write ${grouped(write)} · ~${shown} (estimated) ·`); // prettier-ignore
    expect(usage).toHaveLength(11);
    for (const [i, line] of expected.entries()) expect(usage[i]).toContain(`**Usage:** ${line}`);
    expect(usage[10]).toBe(
      '**Usage:** in 200 / out 40 / cache read 0 / cache write 0 · ~$0.0012 (estimated) · wall N/A · API N/A · turns N/A · claude-sonnet-4-5',
    );
  });

  it('tells people how long each decision was waited for, and what stands at a finding', async () => {
    const page = await home.ok(`export journal ${id}`);
    expect(page).toContain('Checkpoint: **reject** by ann');
    expect(page.split('waited for 1 min 30 s')).toHaveLength(9);
    expect(page).toContain('Finding: **error**, review, `src/a.ts:12`: An empty list is never handled.');
    expect(page).not.toContain('Contradiction');
  });

  it('counts the time in which somebody was waited for only as far as it lies in the work', async () => {
    const { analysis, outcome } = (await journal()) as unknown as { analysis: { duration_seconds: number }; outcome: object };
    const all = analysis.duration_seconds;
    expect(outcome).toMatchObject({ human_seconds: 0, agent_seconds: all });
    await home.ok(`analysis checkpoint --id ${id} --decision approve --requested-at 2026-01-05T10:00:00Z`);
    expect((await journal())['outcome']).toMatchObject({ human_seconds: all, agent_seconds: 0 });
  });

  it.each([
    '--at 2200-01-01T00:00:00Z',
    '--requested-at 2200-01-01T00:00:00Z',
    '--at 2026-01-05T10:00:00Z --requested-at 2026-01-06T10:00:00Z',
  ])('takes no decision with %s', async (times) => {
    expect((await home.run(`analysis checkpoint --id ${id} --decision approve ${times}`)).code).toBe(2);
  });

  it('says that nobody knows how long somebody was waited for, where one decision does not tell it', async () => {
    await home.ok(`analysis checkpoint --id ${id} --decision approve`);
    expect((await journal())['outcome']).toMatchObject({ human_seconds: null, agent_seconds: null });
  });

  it.each(['md', 'json', 'yaml'])('is the same bytes each time, in any zone of the machine, as %s', async (format) => {
    const first = await home.ok(`export journal ${id} --format ${format}`);
    expect(await home.ok(`export journal ${id} --format ${format}`)).toBe(first);
    expect(await home.ok(`export journal ${id} --format ${format}`, { env: { TZ: 'Pacific/Kiritimati', LC_ALL: 'de_DE.UTF-8' } })).toBe(
      first,
    );
  });

  it('in a document was kept up to the last command, and all else in it was left alone', async () => {
    const before = document();
    expect(before).toMatch(/^# Notes\n\nMine\.\n\n## Journal of ANALYSIS-/);
    expect(before).toContain('650,940');
    expect(await home.ok(`export journal ${id} --document notes.md`)).toBe(`Nothing new in notes.md: the journal of ${id}.`);
    expect(document()).toBe(before);
  });
});

describe('what else tells of a run', () => {
  it('is the report by stages, with what a finding cost', async () => {
    const report = await home.json<{ stages: readonly object[] }>('usage stages');
    const none = { attempts: 0, total_tokens: 0 };
    expect(report).toMatchObject({
      analyses: 1,
      total: { attempts: 10, total_tokens: STAGES.tokens, cost: { amount: STAGES.usd }, rework: REWORK },
      findings: COST_OF_FINDINGS,
      unfinished: { analyses: 0 },
    });
    expect(report.stages).toMatchObject([
      {
        stage: 'coding',
        attempts: 2,
        total_tokens: 264_000,
        cost: { amount: '0.225' },
        rework: none,
        failed: { attempts: 1, total_tokens: 75_000, cost: { amount: '0.105' } },
      },
      { stage: 'detect', attempts: 1, total_tokens: 15_200, cost: { amount: '0.024' } },
      { stage: 'merge', attempts: 1, total_tokens: 10_200, cost: { amount: '0.0048' } },
      { stage: 'planning', attempts: 2, total_tokens: 83_900, cost: { amount: '0.099' }, rework: REWORK, failed: none },
      { stage: 'requirements', attempts: 1, total_tokens: 22_600, cost: { amount: '0.021' } },
      { stage: 'review', attempts: 1, total_tokens: 104_300, cost: { amount: '0.054' } },
      { stage: 'security', attempts: 1, total_tokens: 91_500, cost: { amount: '0.0375' } },
      { stage: 'test_writing', attempts: 1, total_tokens: 59_000, cost: { amount: '0.069' } },
    ]);
  });

  it('is the analysis itself', async () => {
    const { analysis } = await home.json<{ analysis: { journal: readonly object[] } }>(['analysis', 'show', id]);
    expect(analysis).toMatchObject({
      input_tokens: WHOLE.input,
      output_tokens: WHOLE.output,
      cache_read_tokens: WHOLE.cache_read,
      total_tokens: WHOLE.tokens,
      cost: { amount: WHOLE.usd },
      outcome: {
        attempts: 10,
        rework: REWORK,
        decisions: DECISIONS,
        findings: FINDINGS,
        last_result: LAST_RESULT,
        contradictions: [],
      },
    });
    // Nine decisions, nine findings, two results.
    expect(analysis.journal).toMatchObject(Array.from({ length: 20 }, (_, i) => ({ number: i + 1 })));
  });

  it('is the list', async () => {
    const { analyses } = await home.json<{ analyses: readonly object[] }>('analysis list');
    expect(analyses).toMatchObject([
      {
        id,
        stage: 'merge',
        attempts: 10,
        rework: REWORK,
        findings: FINDINGS,
        contradictions: [],
        total_tokens: WHOLE.tokens,
      },
    ]);
  });

  it('is found sound', async () => {
    expect((await home.run('validate')).code).toBe(0);
    expect((await home.run(['analysis', 'verify', '--id', id])).code).toBe(0);
  });
});

describe('a second run on the task', () => {
  // 3 × 1,000 + 15 × 100 = 4,500 millionths.
  beforeEach(async () => {
    await home.ok('analysis start --task PROJ-42');
    session.answer(answer(1_000, 100, 0, 0));
    await home.ok('analysis mark --stage detect');
  });

  const listed = async (): Promise<Readonly<Record<string, unknown>>> =>
    (await home.json<{ total: Readonly<Record<string, unknown>> }>('analysis list --task PROJ-42')).total;

  it('has its own journal, and both add up in the list of the task', async () => {
    await home.ok('analysis complete');
    expect((await journal()).stages).toHaveLength(10);
    // 0.5355 + 0.0045, for two.
    expect(await listed()).toMatchObject({ analyses: 2, completed: 2, total_tokens: 652_040, cost: { amount: '0.54' }, cost_per_completed_usd: '0.27' }); // prettier-ignore
    expect(await home.ok('analysis list --task PROJ-42')).toContain('Completed: 2 of 2, ~$0.2700 for each.');
  });

  it('that failed is paid by the one that was completed', async () => {
    await home.ok('analysis complete --status failed');
    expect(await listed()).toMatchObject({ analyses: 2, completed: 1, cost_per_completed_usd: '0.54' });
    const { unfinished } = await home.json<{ unfinished: object }>('usage stages --task PROJ-42');
    expect(unfinished).toMatchObject({ analyses: 1, total_tokens: 1_100, cost: { amount: '0.0045' } });
  });
});

describe('a completed run', () => {
  const contradicted = async (): Promise<readonly object[]> =>
    (await home.json<{ analyses: readonly object[] }>('analysis list --contradictions')).analyses;

  it.each([
    ['whose last tests failed', '--passed 5 --failed 1 --errors 0', 'its last tests failed'],
    ['whose last tests could not run', '--passed 5 --failed 0 --errors 1', 'its last tests failed'],
    ['that ran no tests', '--passed 0 --failed 0 --errors 0', 'no test ran in the end'],
  ])('%s is contradicted by its journal, and found alone', async (_, result, why) => {
    const other = await home.ok('analysis start --task PROJ-43');
    await home.ok('analysis result --passed 9 --failed 0 --errors 0');
    await home.ok(`analysis result ${result}`);
    expect(await contradicted()).toEqual([]);
    await home.ok('analysis complete');
    expect(await contradicted()).toMatchObject([{ id: other, contradictions: [why] }]);
    expect(await home.ok(`export journal ${other}`)).toContain('**Contradiction:**');
  });

  it('whose last decision on a stage is a refusal is contradicted as well', async () => {
    await home.ok(`analysis checkpoint --id ${id} --decision revise`);
    expect(await contradicted()).toMatchObject([{ id, contradictions: ['the last decision on "merge" is revise'] }]);
  });
});

describe('a list of entries with a wrong line', () => {
  it.each([
    ['that is no JSON', '{"severity": "info"'],
    ['that is no object', '[1]'],
    ['with a severity that is none', '{"severity": "bad", "message": "x"}'],
    ['without what was found', '{"severity": "info"}'],
    ['with what a finding has not', '{"severity": "info", "message": "x", "decision": "approve"}'],
    ['with a line that is none', '{"severity": "info", "message": "x", "line": 0}'],
    ['with a time that is none', '{"severity": "info", "message": "x", "at": "soon"}'],
  ])('%s records nothing, and tells which', async (_, line) => {
    const entries = (): Promise<unknown> => home.ok(['analysis', 'show', id, '--json']);
    const before = await entries();
    writeFileSync(join(home.project, 'wrong.jsonl'), `{"severity": "info", "message": "right"}\n\n${line}\n`);
    const { code, stderr } = await home.run(`analysis finding --id ${id} --from wrong.jsonl`);
    expect(code).toBe(2);
    expect(stderr).toContain('Line 3');
    expect(await entries()).toBe(before);
  });
});
