// Run journals of LevelUp, with the lines that no two versions of it wrote the same way.
import { describe, expect, it } from 'vitest';
import { isLevelUp, levelUpRuns } from '../../src/exchange/levelup-file.js';
import type { JournalCheckpoint, JournalRun, JournalStep } from '../../src/model/imported-journal.js';

const run = (...lines: string[]): JournalRun => levelUpRuns(['# Run Journal: T', ...lines].join('\n'))[0]!;

const step = (...lines: string[]): JournalStep => {
  const [item] = run('## Step: coding  (01:43:05)', ...lines).items;
  if (item?.kind !== 'step') throw new Error('no step');
  return item.step;
};

const checkpoint = (...lines: string[]): JournalCheckpoint => {
  const [item] = run('### Checkpoint: coding', ...lines).items;
  if (item?.kind !== 'checkpoint') throw new Error('no checkpoint');
  return item.checkpoint;
};

const stepNames = ({ items }: JournalRun): string[] => items.flatMap((item) => (item.kind === 'step' ? [item.step.name] : []));

describe('a run', () => {
  it('has what stands in its header', () => {
    expect(run('', '- **Run ID:** r1', '- **Started:** 2026-02-11 01:43:00 UTC', '- **Ticket:** ticket:2 (ticket)')).toEqual({
      run_id: 'r1',
      title: 'T',
      ticket: 'ticket:2',
      started: '2026-02-11 01:43:00 UTC',
      items: [],
      outcome: null,
    });
  });

  it('that tells nothing of itself has nothing', () => {
    expect(run()).toMatchObject({ run_id: null, ticket: null, started: null, outcome: null });
  });

  it('keeps nothing of the description of its task', () => {
    const told = run('## Task Description', 'secret', '- **Run ID:** r9', '- [ERROR] secret', '## Step: coding');
    expect(JSON.stringify(told)).not.toContain('secret');
    expect(told.run_id).toBe(null);
  });

  it('takes no line of the description for a step that tells no time', () => {
    expect(stepNames(run('## Task Description', '## Step: x', '## Step: coding  (01:02:03)', '- **Usage:** 1.0s'))).toEqual(['coding']);
  });

  it('ends where the next one begins', () => {
    const runs = levelUpRuns('preface\n# Run Journal: A\n## Step: a\n# Run Journal: B\n## Step: b\n## Outcome\n- **Status:** failed');
    expect(runs.map((one) => [one.title, stepNames(one), one.outcome?.status])).toEqual([
      ['A', ['a'], undefined],
      ['B', ['b'], 'failed'],
    ]);
  });
});

describe('what a step is named, and when it ended', () => {
  it.each([
    ['## Step: coding  (01:43:05)', 'coding', '01:43:05'],
    ['## Step: coding (01:43:05)', 'coding', '01:43:05'],
    ['## Step:coding(01:43:05)', 'coding', '01:43:05'],
    ['## Step: coding', 'coding', null],
    ['## Step: coding ()', 'coding ()', null],
    ['## Step: coding (1:43)', 'coding (1:43)', null],
    ['## Step: coding (second) (01:43:05)', 'coding (second)', '01:43:05'],
    ['## Step: coding (01:43:05) again', 'coding (01:43:05) again', null],
  ])('%s', (line, name, time) => {
    expect(run(line).items).toMatchObject([{ kind: 'step', step: { name, time } }]);
  });

  it('is of no other heading', () => {
    expect(run('# Step: a', '### Step: b', 'Step: c', '## Steps: d').items).toEqual([]);
  });
});

describe('a line of usage', () => {
  it.each([
    ['$0.1234 | 12,345 tokens | 107.2s', 107_200],
    ['12,345 tokens | 107s', 107_000],
    ['107.25s', 107_250],
    ['0.001s | $1', 1],
    ['$0.1234|12,345 tokens|7s', 7_000],
    ['$0.1234 | 12,345 tokens', null],
    ['107.2 s', null],
    ['-1s', null],
    ['1.2345s', null],
    ['1e9s', null],
    ['99999999999s', null],
    ['', null],
    ['|||', null],
  ])('"%s" is kept as it is, with the duration in it', (usage, duration_ms) => {
    expect(step(`- **Usage:** ${usage}`)).toMatchObject({ usage, duration_ms, lines: [] });
  });

  it('is none where it is named otherwise', () => {
    expect(step('**Usage:** $1', '- Usage: $1')).toMatchObject({ usage: null, lines: ['**Usage:** $1', '- Usage: $1'] });
  });
});

describe('a finding', () => {
  it.each([
    ['- [WARNING] `a.ts`: unused', { severity: 'warning', file: 'a.ts', message: 'unused' }],
    ['- [error] `a.ts` unused', { severity: 'error', file: 'a.ts', message: 'unused' }],
    ['- [INFO] no file', { severity: 'info', file: null, message: 'no file' }],
    ['- [HIGH] ``: empty', { severity: 'high', file: null, message: 'empty' }],
    ['- [LOW] `a.ts', { severity: 'low', file: null, message: '`a.ts' }],
    ['- [CRITICAL] `a.ts`: `b`: c', { severity: 'critical', file: 'a.ts', message: '`b`: c' }],
  ])('%s', (line, finding) => {
    expect(step(line)).toMatchObject({ findings: [finding], lines: [] });
  });

  it.each(['- [BAD] `a.ts`: x', '- [MEDIUM] `a.ts`:', '- [WARNING', '- [ ] to do', '[WARNING] x'])(
    'is none: %s, which is kept as a line',
    (line) => {
      expect(step(line)).toMatchObject({ findings: [], lines: [line] });
    },
  );
});

describe('a result', () => {
  it.each([
    ['12 total, 1 failures, 0 errors (FAILED)', { passed: 11, failed: 1, errors: 0 }],
    ['12 total, 0 failures, 0 errors (PASSED)', { passed: 12, failed: 0, errors: 0 }],
    ['2 total, 1 failure, 1 error', { passed: 0, failed: 1, errors: 1 }],
    ['0 total, 0 failures, 0 errors', { passed: 0, failed: 0, errors: 0 }],
    ['1 total, 1 failures, 1 errors', { passed: 0, failed: 1, errors: 1 }],
  ])('%s', (text, result) => {
    expect(step(`- **Test results:** ${text}`)).toMatchObject({ results: [result], lines: [] });
  });

  it.each(['none', '12 total', '1,200 total, 0 failures, 0 errors'])('is none: %s, which is kept as a line', (text) => {
    expect(step(`- **Test results:** ${text}`)).toMatchObject({ results: [], lines: [`- **Test results:** ${text}`] });
  });
});

describe('a checkpoint', () => {
  it.each([
    ['approve', 'approve'],
    ['Revise', 'revise'],
    ['reject', 'reject'],
    ['instruct', 'instruct'],
    ['auto-approved', 'auto'],
    ['auto-approve', 'auto'],
    ['auto', 'auto'],
  ])('that says %s is decided', (word, decision) => {
    expect(checkpoint(`- **Decision:** ${word}`)).toMatchObject({ decision, unread: null });
  });

  it('that says what is no decision keeps the word', () => {
    expect(checkpoint('- **Decision:** perhaps')).toMatchObject({ decision: null, unread: 'perhaps' });
  });

  it('has all that was said, over several lines', () => {
    expect(checkpoint('- **Decision:** revise', '- **Feedback:** one', '', 'two', '- [ERROR] three').feedback).toBe(
      'one\ntwo\n- [ERROR] three',
    );
  });

  it('ends where a step begins', () => {
    const { items } = run('### Checkpoint: a', '- **Feedback:** one', '## Step: b', 'two');
    expect(items).toMatchObject([{ checkpoint: { feedback: 'one' } }, { step: { lines: ['two'] } }]);
  });
});

describe('an outcome', () => {
  it('has a status and why', () => {
    expect(run('## Outcome', '', '- **Status:** failed', '- **Error:** no tests').outcome).toEqual({ status: 'failed', error: 'no tests' });
  });

  it('may be without', () => {
    expect(run('## Outcome').outcome).toEqual({ status: null, error: null });
  });
});

describe('a file', () => {
  const TEXT = '# Run Journal: T\n- **Run ID:** r1\n## Step: coding (01:43:05)\n- **Usage:** 7s\n## Outcome\n- **Status:** completed\n';

  it.each([
    ['CRLF', TEXT.replaceAll('\n', '\r\n')],
    ['a CR at its end alone', TEXT.replace(/\n$/, '\r')],
    ['a byte order mark', `\ufeff${TEXT}`],
    ['spaces around lines', TEXT.replaceAll('\n', '  \n  ')],
    ['an end in the middle of no line', TEXT.trimEnd()],
  ])('with %s says the same', (_, text) => {
    expect(levelUpRuns(text)).toEqual(levelUpRuns(TEXT));
  });

  it('is a journal if one line begins one', () => {
    expect([TEXT, `text\r\n${TEXT}`].map(isLevelUp)).toEqual([true, true]);
    expect(['', '## Run Journal: T', 'a # Run Journal: T', '# Run journal: T'].map(isLevelUp)).toEqual([false, false, false, false]);
  });

  it('without a run has none', () => {
    expect(levelUpRuns('## Step: a\n- **Usage:** 7s')).toEqual([]);
  });

  it.each(['x', '`', '(', '[', '|', '- [', '- **', ' '])('with a line of a million "%s" is read at once', (part) => {
    const long = part.repeat(1_000_000);
    const begun = performance.now();
    const told = run(`## Step: ${long}`, long, `- [INFO] ${long}`, `- **Usage:** ${long}`, `- **Test results:** ${long}`);
    expect(told.items).toHaveLength(1);
    expect(performance.now() - begun).toBeLessThan(2_000);
  });
});
