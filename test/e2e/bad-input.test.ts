// What a careless user, script or agent types, and what the books say then.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { ClaudeSession } from '../support/claude-session.js';
import { Home, type Envelope } from '../support/home.js';
import { QuickHome } from '../support/quick-home.js';
import { hasStore, idsIn, shown } from './shown.js';

const MANUAL = 'analysis start --source-id s1 --tool manual';

let home: Home;

beforeEach(() => {
  home = new QuickHome();
});

/** Exactly one JSON document with a newline. */
const document = (stdout: string): Envelope => {
  expect(stdout.endsWith('\n')).toBe(true);
  expect(stdout.trimEnd()).not.toContain('\n');
  return JSON.parse(stdout) as Envelope;
};

describe('what can not be understood', () => {
  const cases: [what: string, exit: number, code: string, args: string[]][] = [
    ['an unknown command', 2, 'UNKNOWN_COMMAND', ['bogus']],
    ['an unknown command of a topic', 2, 'UNKNOWN_COMMAND', ['analysis', 'bogus']],
    ['an unknown flag', 2, 'USAGE', ['analysis', 'list', '--bogus']],
    ['an argument too many', 2, 'UNKNOWN_COMMAND', ['analysis', 'list', 'bogus']],
    ['a missing flag', 2, 'USAGE', ['analysis', 'mark']],
    ['a missing argument', 2, 'USAGE', ['analysis', 'show']],
    ['a flag without its value', 2, 'USAGE', ['analysis', 'start', '--source-id']],
    ['an unknown tool', 2, 'USAGE', ['analysis', 'start', '--source-id', 's1', '--tool', 'clod']],
    ['an unknown status', 2, 'USAGE', ['analysis', 'complete', '--status', 'done']],
    ['an unknown kind', 2, 'USAGE', ['analysis', 'start', '--kind', 'essay']],
    ['an empty source', 2, 'USAGE', ['analysis', 'start', '--source-id', '', '--tool', 'manual']],
    ['a source with a control character', 2, 'USAGE', ['analysis', 'start', '--source-id', 'a\u001bb', '--tool', 'manual']],
    ['an analysis about nothing', 2, 'USAGE', ['analysis', 'start', '--tool', 'manual']],
    ['a tool that is neither named nor known', 2, 'TOOL_NEEDED', ['analysis', 'start', '--source-id', 's1']],
    ['a label without a value', 2, 'USAGE', [...MANUAL.split(' '), '--tag', 'team']],
    ['a negative count', 2, 'USAGE', [...MANUAL.split(' '), '--tokens-baseline=-1']],
    ['a count with a fraction', 2, 'USAGE', [...MANUAL.split(' '), '--tokens-baseline', '1.5']],
    ['a count beyond 2^53', 2, 'USAGE', [...MANUAL.split(' '), '--tokens-baseline', '9007199254740993']],
    ['a limit of 0', 2, 'USAGE', ['analysis', 'list', '--limit', '0']],
    ['a time that is none', 2, 'USAGE', ['analysis', 'list', '--since', 'yesterday']],
    ['a day that does not exist', 2, 'USAGE', ['analysis', 'list', '--since', '2026-02-30']],
    ['a store in a cloud', 12, 'STORE_UNSUPPORTED', [...MANUAL.split(' '), '--store', 's3://bucket/ledger']],
    ['a store in the cloud of LanceDB', 12, 'STORE_UNSUPPORTED', [...MANUAL.split(' '), '--store', 'db://ledger']],
    ['a store that is not there, for reading', 12, 'STORE_MISSING', ['analysis', 'list']],
    [
      'an unknown session',
      4,
      'SESSION_NOT_FOUND',
      ['analysis', 'start', '--source-id', 's1', '--tool', 'claude', '--usage-session-id', 'none-such'],
    ],
  ];

  it.each(cases)('%s ends with exit %i and %s, and nothing on stdout', async (_, exit, code, args) => {
    const { stdout, stderr, ...result } = await home.run(args);
    expect({ exit: result.code, stdout, told: stderr.includes(`(${code}, exit ${exit})`) }).toEqual({ exit, stdout: '', told: true });
  });

  it.each(cases)('%s has the same exit code %i and is one document with --json behind', async (_, exit, code, args) => {
    const result = await home.run([...args, '--json']);
    expect(result.code).toBe(exit);
    expect(document(result.stdout)).toMatchObject({ schema: 'tokentrail/v1', ok: false, error: { code, exit } });
  });

  it.each(cases)('%s has the same exit code %i and is one document with --json before', async (_, exit, code, args) => {
    const result = await home.run(['--json', ...args]);
    expect(result.code).toBe(exit);
    expect(document(result.stdout)).toMatchObject({ ok: false, error: { code, exit } });
  });

  it('writes nothing', async () => {
    for (const [, , , args] of cases.slice(6)) await home.run(args);
    expect(hasStore(home)).toBe(false);
  });

  it('names the command in the document, also where its flags are wrong', async () => {
    expect((await home.envelope('analysis list --bogus')).command).toBe('analysis list');
  });

  it('is told in words of ours, not of the library that reads flags', async () => {
    const { stderr } = await home.run('analysis mark');
    expect(stderr).not.toContain('The following error occurred');
  });

  it.each([
    ['analysis list --since yesterday', '✗ --since "yesterday" is no time.'],
    ['analysis list --limit 0', '✗ --limit "0" is no whole number above 0.'],
    [`${MANUAL} --tag team`, '✗ --tag "team" is not of the form KEY=VALUE.'],
  ])('is told in one plain sentence: `%s`', async (args, line) => {
    expect((await home.run(args)).stderr.split('\n')[0]).toBe(line);
  });

  it('is told by its name where only flags were given', async () => {
    const { stderr } = await home.run('--json=yes');
    expect(stderr).not.toContain('""');
  });
});

describe('answers with --json', () => {
  it.each([
    [['--json', ...MANUAL.split(' ')]],
    [[...MANUAL.split(' '), '--json']],
    [['--json', '--quiet', '--store=ledger', ...MANUAL.split(' ')]],
  ])('are one document wherever the flag stands: %s', async (args) => {
    const { stdout, stderr, code } = await home.run(args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(document(stdout)).toMatchObject({ schema: 'tokentrail/v1', ok: true, command: 'analysis start' });
  });

  it('carry the warnings that stderr would have told', async () => {
    const { warnings } = await home.envelope(MANUAL);
    expect(warnings.map(({ code }) => code)).toEqual(['SOURCE_UNKNOWN']);
  });
});

describe('sources and analyses that nobody knows', () => {
  it('starts about an unknown source with a warning', async () => {
    const { code, stderr } = await home.run(MANUAL);
    expect({ code, warned: stderr.includes('SOURCE_UNKNOWN') }).toEqual({ code: 0, warned: true });
  });

  it('does not warn of a source that is known', async () => {
    await home.ok('source add --id s1 --title Paper');
    const { warnings } = await home.envelope(MANUAL);
    expect(warnings.map(({ code }) => code)).not.toContain('SOURCE_UNKNOWN');
  });

  it.each([
    ['show', ['analysis', 'show', 'ANALYSIS-2026-999']],
    ['mark', ['analysis', 'mark', '--id', 'ANALYSIS-2026-999', '--stage', 'x']],
    ['complete', ['analysis', 'complete', '--id', 'ANALYSIS-2026-999']],
    ['show of a source', ['source', 'show', 'none-such']],
    ['update of a source', ['source', 'update', '--id', 'none-such', '--title', 'T']],
    ['show of an idempotency key', ['analysis', 'show', 'key:run-7@1']],
    ['show of a quote', ['analysis', 'show', "x' OR true --"]],
  ])('exits 4 on %s', async (_, args) => {
    await home.ok([...MANUAL.split(' '), '--idempotency-key', 'run-7']);
    expect((await home.run(args)).code).toBe(4);
  });
});

describe('states', () => {
  it.each([
    ['complete', ['analysis', 'complete', '--id']],
    ['mark', ['analysis', 'mark', '--stage', 'late', '--id']],
  ])('refuses to %s what has ended, and changes nothing', async (_, args) => {
    const id = await home.ok(MANUAL);
    await home.ok(['analysis', 'complete', '--id', id]);
    const before = await shown(home, id);
    const { code, stdout } = await home.run([...args, id]);
    expect({ code, stdout, after: await shown(home, id) }).toEqual({ code: 6, stdout: '', after: before });
  });

  it('refuses to amend what is still started', async () => {
    const id = await home.ok(MANUAL);
    expect((await home.run(['analysis', 'complete', '--id', id, '--amend', 'typo', '--notes', 'n'])).code).toBe(6);
  });

  it('does not create a store for a mark of an analysis that can not be there', async () => {
    await home.run('analysis mark --id ANALYSIS-2026-001 --stage x');
    expect(hasStore(home)).toBe(false);
  });
});

describe('the current analysis', () => {
  it('is exit 4 if there is none', async () => {
    const id = await home.ok(MANUAL);
    await home.ok(['analysis', 'complete', '--id', id]);
    expect(await home.run('analysis current')).toMatchObject({ code: 4, stdout: '' });
  });

  it('is exit 5 if there are several, and names them', async () => {
    const ids = [await home.ok(MANUAL), await home.ok(MANUAL)];
    const { error } = await home.envelope('analysis current');
    expect(error).toMatchObject({ exit: 5, details: { ids } });
  });

  it.each(['mark --stage one', 'complete'])('is exit 5 for `%s` if there are several, with the flag to pass for each', async (words) => {
    const ids = [await home.ok(MANUAL), await home.ok(MANUAL)];
    const { code, stderr } = await home.run(`analysis ${words}`);
    expect({ code, told: ids.every((id) => stderr.includes(`--id ${id}`)) }).toEqual({ code: 5, told: true });
  });

  it('is that of the running session, whatever others have open', async () => {
    await home.ok(MANUAL);
    new ClaudeSession(home).enter().answer();
    const own = await home.ok('analysis start --source-id s1');
    expect(await home.ok('analysis current')).toBe(own);
  });

  it('is also one that was started without usage in the running session', async () => {
    new ClaudeSession(home).enter().answer();
    const id = await home.ok('analysis start --source-id s1 --tool claude --no-usage');
    expect((await home.run('analysis current')).stdout.trim()).toBe(id);
  });

  it('warns of one that is open when another is started in the same session', async () => {
    new ClaudeSession(home).enter().answer();
    const first = await home.ok('analysis start --source-id s1');
    const { code, stderr } = await home.run('analysis start --source-id s2');
    expect({ code, named: stderr.includes(first) }).toEqual({ code: 0, named: true });
  });
});

describe('tokens counted by hand', () => {
  it.each(['--no-usage', '--tokens-baseline 100'])('need no tool to be named where the environment tells it: %s', async (flags) => {
    new ClaudeSession(home).enter().answer();
    const id = await home.ok(`analysis start --source-id s1 ${flags}`);
    expect(await shown(home, id)).toMatchObject({ tool: 'claude-code', usage: null });
  });

  it('are the difference of both ends, with unknown classes', async () => {
    const id = await home.ok(`${MANUAL} --tokens-baseline 1000`);
    await home.ok(['analysis', 'complete', '--id', id, '--tokens-final', '1250']);
    expect(await shown(home, id)).toMatchObject({
      tokens_baseline: 1000,
      tokens_final: 1250,
      tokens_check: 250,
      total_tokens: 250,
      usage_mode: 'manual',
      input_tokens: null,
      output_tokens: null,
    });
  });

  it('need the count at the start', async () => {
    const id = await home.ok(MANUAL);
    expect((await home.run(['analysis', 'complete', '--id', id, '--tokens-final', '10'])).code).toBe(2);
  });

  it('are refused where tokens are measured', async () => {
    new ClaudeSession(home).enter().answer();
    const id = await home.ok('analysis start --source-id s1');
    expect((await home.run(['analysis', 'complete', '--id', id, '--tokens-final', '10'])).code).toBe(6);
  });

  it('never make a negative number', async () => {
    const id = await home.ok(`${MANUAL} --tokens-baseline 1000`);
    await home.run(['analysis', 'complete', '--id', id, '--tokens-final', '999']);
    expect(await shown(home, id)).toMatchObject({ status: 'started', tokens_check: null });
  });

  it('stay unknown if the count at the end was never given', async () => {
    const id = await home.ok(`${MANUAL} --tokens-baseline 1000`);
    await home.ok(['analysis', 'complete', '--id', id]);
    expect(await shown(home, id)).toMatchObject({ status: 'completed', tokens_final: null, tokens_check: null, total_tokens: null });
  });

  it('leave a refused analysis open, so that it can be ended rightly', async () => {
    const id = await home.ok(MANUAL);
    await home.run(['analysis', 'complete', '--id', id, '--tokens-final', '10']);
    expect((await home.run(['analysis', 'complete', '--id', id])).code).toBe(0);
  });
});

describe('an analysis that is entered', () => {
  const add = (...args: string[]): string[] => ['analysis', 'add', '--source-id', 's1', ...args];
  const manual = (...args: string[]): string[] => add('--tool', 'manual', ...args);
  const entered = async (...args: string[]) => shown(home, await home.ok(manual(...args)));

  it('has the sum of in and out as its total, and out as its output', async () => {
    expect(await entered('--tokens-in', '120', '--tokens-out', '30')).toMatchObject({
      tokens_in: 120,
      tokens_out: 30,
      total_tokens: 150,
      tokens_check: 150,
      output_tokens: 30,
      input_tokens: null,
      cache_read_tokens: null,
      tokens_baseline: null,
      tokens_final: null,
    });
  });

  it('takes a total alone', async () => {
    expect(await entered('--total-tokens', '77')).toMatchObject({ total_tokens: 77, tokens_check: 77, tokens_in: null, tokens_out: null });
  });

  it('has an unknown total if only one side was given', async () => {
    expect(await entered('--tokens-in', '120')).toMatchObject({ tokens_in: 120, tokens_out: null, total_tokens: null });
  });

  it('has unknown tokens if none were given', async () => {
    expect(await entered()).toMatchObject({ total_tokens: null, tokens_check: null, output_tokens: null });
  });

  it('is refused if in and out are not the total, and nothing is written', async () => {
    const { code } = await home.run(manual('--tokens-in', '120', '--tokens-out', '30', '--total-tokens', '151'));
    expect({ code, store: hasStore(home) }).toEqual({ code: 2, store: false });
  });

  it('is refused if it ends before it begins', async () => {
    expect((await home.run(manual('--started-at', '2026-01-02T00:00:00Z', '--completed-at', '2026-01-01T00:00:00Z'))).code).toBe(2);
  });

  it('is refused with tokens both entered and from a log', async () => {
    const { path } = new ClaudeSession(home).answer();
    expect((await home.run(add('--usage-from', `claude:${path}`, '--tokens-in', '1'))).code).toBe(2);
  });

  it('is refused with a log that is not there', async () => {
    const { code } = await home.run(add('--usage-from', 'claude:/none/such.jsonl'));
    expect({ code, store: hasStore(home) }).toEqual({ code: 4, store: false });
  });

  it.each(['claude', 'clod:/x', ':/x', 'manual:/x', 'claude:'])('is refused with the log "%s"', async (given) => {
    expect((await home.run(add('--usage-from', given))).code).toBe(2);
  });

  it('has the whole usage of the log that it names', async () => {
    const { path } = new ClaudeSession(home).answer({ input: 10, read: 5, output: 85 }).answer({ input: 0, output: 50 });
    const id = await home.ok(add('--usage-from', `claude:${path}`));
    expect(await shown(home, id)).toMatchObject({ tool: 'claude-code', tokens_check: 150, output_tokens: 135, cache_read_tokens: 5 });
  });

  it('is a synthesis if it names inputs', async () => {
    const input = await home.ok(manual('--total-tokens', '1'));
    expect(await entered('--inputs-analysis-ids', input)).toMatchObject({ kind: 'synthesis', inputs_analysis_ids: [input] });
  });

  it('is refused with an input that nobody knows', async () => {
    await home.ok(manual('--total-tokens', '1'));
    const { code } = await home.run(manual('--inputs-analysis-ids', 'ANALYSIS-2026-999'));
    expect({ code, ids: (await idsIn(home)).length }).toEqual({ code: 4, ids: 1 });
  });
});

describe('inputs of a synthesis', () => {
  it('must be known when it is completed, else it stays open', async () => {
    const id = await home.ok(MANUAL);
    const { code } = await home.run(['analysis', 'complete', '--id', id, '--inputs-analysis-ids', 'ANALYSIS-2026-999']);
    expect({ code, status: (await shown(home, id)).status }).toEqual({ code: 4, status: 'started' });
  });

  it('can not be itself', async () => {
    const id = await home.ok(MANUAL);
    expect((await home.run(['analysis', 'complete', '--id', id, '--inputs-analysis-ids', id])).code).toBe(6);
  });

  it('can not lead back to it', async () => {
    const first = await home.ok(MANUAL);
    const second = await home.ok(['analysis', 'add', '--source-id', 's1', '--tool', 'manual', '--inputs-analysis-ids', first]);
    const { code } = await home.run(['analysis', 'complete', '--id', first, '--inputs-analysis-ids', second]);
    expect({ code, status: (await shown(home, first)).status }).toEqual({ code: 6, status: 'started' });
  });

  it('can not lead back to it by an amendment', async () => {
    const first = await home.ok(MANUAL);
    await home.ok(['analysis', 'complete', '--id', first]);
    const second = await home.ok(['analysis', 'add', '--source-id', 's1', '--tool', 'manual', '--inputs-analysis-ids', first]);
    expect((await home.run(['analysis', 'complete', '--id', first, '--amend', 'inputs', '--inputs-analysis-ids', second])).code).toBe(6);
  });

  it('make it a synthesis, also where they are sources that nobody knows', async () => {
    const id = await home.ok(MANUAL);
    const { code, stderr } = await home.run(['analysis', 'complete', '--id', id, '--inputs-source-ids', 'a,b', '--inputs-source-ids', 'c']);
    expect({ code, warned: ['"a"', '"b"', '"c"'].every((name) => stderr.includes(name)) }).toEqual({ code: 0, warned: true });
    expect((await shown(home, id)).kind).toBe('synthesis');
  });
});

describe('the list of analyses', () => {
  it('shows what matches each filter, and nothing else', async () => {
    const add = (...args: string[]): Promise<string> => home.ok(['analysis', 'add', ...args]);
    const a = await add('--source-id', 's1', '--tool', 'manual', '--tag', 'team=a', '--tag', 'x=1', '--started-at', '2026-01-01T10:00:00Z');
    const b = await add(
      '--source-id',
      's2',
      '--tool',
      'codex',
      '--tag',
      'team=b',
      '--status',
      'failed',
      '--started-at',
      '2026-01-02T10:00:00Z',
    );
    const c = await add('--source-id', 's1', '--tool', 'claude', '--inputs-analysis-ids', a, '--started-at', '2026-01-03T10:00:00Z');
    const list = async (filter: string): Promise<string[]> => {
      const { analyses } = await home.json<{ analyses: { id: string }[] }>(`analysis list ${filter}`);
      return analyses.map(({ id }) => id);
    };
    const found = {
      all: await list('--all'),
      source: await list('--source-id s1'),
      tool: await list('--tool claude-code'),
      status: await list('--status failed'),
      kind: await list('--kind synthesis'),
      tag: await list('--tag team=a'),
      key: await list('--tag team'),
      two: await list('--tag team=a --tag x=1'),
      since: await list('--since 2026-01-02'),
      until: await list('--until 2026-01-01'),
      half: await list('--until 2026-01-02T10:00:00Z'),
      limit: await list('--limit 1'),
      none: await list('--source-id s1 --status failed'),
    };
    expect(found).toEqual({
      all: [c, b, a],
      source: [c, a],
      tool: [c],
      status: [b],
      kind: [c],
      tag: [a],
      key: [b, a],
      two: [a],
      since: [c, b],
      until: [a],
      half: [a],
      limit: [c],
      none: [],
    });
  });

  it('says how many match beyond the limit', async () => {
    for (let i = 0; i < 3; i++) await home.ok('analysis add --source-id s1 --tool manual');
    expect(await home.json<{ matching: number }>('analysis list --limit 2')).toMatchObject({ matching: 3 });
  });
});

describe('the configuration', () => {
  it('is refused with its line if it has an unknown setting, and nothing is written', async () => {
    writeFileSync(join(home.project, 'tokentrail.yaml'), 'store: ledger\n\nstroe: ledger\n');
    const { code, stderr } = await home.run(MANUAL);
    expect({ code, line: stderr.includes('line 3'), store: existsSync(join(home.project, 'ledger')) }).toEqual({
      code: 2,
      line: true,
      store: false,
    });
  });

  it('is one document with --json if it is wrong', async () => {
    writeFileSync(join(home.project, 'tokentrail.yaml'), 'store: [\n');
    const result = await home.run([...MANUAL.split(' '), '--json']);
    expect(document(result.stdout)).toMatchObject({ ok: false, error: { code: 'CONFIG_INVALID', exit: 2 } });
  });

  it('gives way to the variable, and the variable to the flag', async () => {
    writeFileSync(join(home.project, 'tokentrail.yaml'), 'store: from-file\n');
    await home.ok(MANUAL);
    await home.ok(MANUAL, { env: { TOKENTRAIL_STORE: 'from-variable' } });
    await home.ok(`${MANUAL} --store from-flag`, { env: { TOKENTRAIL_STORE: 'never' } });
    const there = ['from-file', 'from-variable', 'from-flag', 'never'].filter((name) => existsSync(join(home.project, name)));
    expect(there).toEqual(['from-file', 'from-variable', 'from-flag']);
  });

  it('is found from a folder below, and its store is relative to it', async () => {
    writeFileSync(join(home.project, 'tokentrail.yaml'), 'store: ledger\n');
    const below = join(home.project, 'chapter', 'one');
    mkdirSync(below, { recursive: true });
    await home.ok(MANUAL, { cwd: below });
    expect(existsSync(join(home.project, 'ledger'))).toBe(true);
  });
});
