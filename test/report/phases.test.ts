import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DIRECT, UNKNOWN_PHASE, type PhasedCall, type PhaseRule, type ToolCall } from '../../src/model/phase.js';
import { knownAmount } from '../../src/model/price.js';
import type { Counts } from '../../src/model/tokens.js';
import type { UsagePoint } from '../../src/model/usage-row.js';
import { DEFAULT_RULES, matchesGlob, PhaseTable } from '../../src/report/phase-rules.js';
import { splitOver, usageByPhase, type PhasesReport } from '../../src/report/phases.js';
import { sharesOf } from '../../src/report/shares.js';
import type { UsageFilter } from '../../src/report/usage.js';

const NAMES = ['input', 'cache_read', 'cache_write_5m', 'cache_write_1h', 'output', 'reasoning'] as const;
const ALL: UsageFilter = { agent: null, since: null, until: null };

const call = (tool: string, rest: Partial<ToolCall> = {}): ToolCall => ({ tool, command: null, path: null, agent_type: null, ...rest });
const bash = (command: string, tool = 'Bash'): ToolCall => call(tool, { command });
const rule = (phase: string, rest: Partial<PhaseRule>): PhaseRule => ({
  phase,
  tool: null,
  path: null,
  command: null,
  agent_type: null,
  ...rest,
});
const phaseOf = (one: ToolCall, own: readonly PhaseRule[] = []): string => new PhaseTable([...own, ...DEFAULT_RULES]).phaseOf(one);

describe('the table of phases', () => {
  it.each<[what: string, one: ToolCall, phase: string]>([
    ['Grep', call('Grep'), 'exploration'],
    ['Read src/x.ts', call('Read', { path: 'src/x.ts' }), 'reading'],
    ['Read .claude/index/*', call('Read', { path: '.claude/index/files.md' }), 'preparation'],
    ['the same, absolute', call('Read', { path: '/home/ada/paper/.claude/index/files.md' }), 'preparation'],
    ['EnterPlanMode', call('EnterPlanMode'), 'planning'],
    ['Task(Plan)', call('Task', { agent_type: 'Plan' }), 'planning'],
    ['Edit', call('Edit', { path: 'src/x.ts' }), 'execution'],
    ['Bash "npm test"', bash('npm test'), 'testing'],
    ['Bash "git commit"', bash('git commit -m "npm test"'), 'git'],
    ['Bash "cat digits.txt"', bash('cat digits.txt'), 'reading'],
    ['Bash "git stash && npm test", whose rule stands first', bash('git stash && npm test'), 'testing'],
    ['WebFetch', call('WebFetch'), 'research'],
    ['mcp__*', call('mcp__docs__search'), 'other'],
    ['a tool that nobody knows', call('Frobnicate'), 'other'],
  ])('gives %s its phase', (_, one, phase) => expect(phaseOf(one)).toBe(phase));

  it.each<[agent: string, phases: Record<string, string>]>([
    [
      'Claude Code',
      {
        Glob: 'exploration',
        LS: 'exploration',
        Write: 'execution',
        MultiEdit: 'execution',
        NotebookEdit: 'execution',
        Agent: 'delegation',
        ExitPlanMode: 'planning',
        TodoWrite: 'planning',
        WebSearch: 'research',
        Skill: 'preparation',
      },
    ],
    [
      'Codex',
      {
        shell: 'execution',
        exec_command: 'execution',
        local_shell: 'execution',
        apply_patch: 'execution',
        update_plan: 'planning',
        web_search: 'research',
        view_image: 'reading',
        spawn_agent: 'delegation',
      },
    ],
    [
      'Gemini CLI and Qwen Code',
      {
        read_file: 'reading',
        read_many_files: 'reading',
        list_directory: 'exploration',
        glob: 'exploration',
        search_file_content: 'exploration',
        grep_search: 'exploration',
        replace: 'execution',
        edit: 'execution',
        write_file: 'execution',
        run_shell_command: 'execution',
        web_fetch: 'research',
        google_web_search: 'research',
        save_memory: 'preparation',
        todo_write: 'planning',
      },
    ],
    ['Amp', { edit_file: 'execution', create_file: 'execution', finder: 'exploration', oracle: 'planning', read_web_page: 'research' }],
    [
      'OpenCode',
      {
        read: 'reading',
        write: 'execution',
        bash: 'execution',
        grep: 'exploration',
        list: 'exploration',
        task: 'delegation',
        webfetch: 'research',
        todowrite: 'planning',
        patch: 'execution',
      },
    ],
    ['Copilot CLI', { view: 'reading', create: 'execution', report_intent: 'planning' }],
  ])('knows the tools of %s', (_, phases) => {
    expect(Object.fromEntries(Object.keys(phases).map((tool) => [tool, phaseOf(call(tool))]))).toEqual(phases);
  });

  it.each([
    ['cd web && CI=1 npx vitest run', 'testing'],
    ['npm --prefix web test', 'testing'],
    ['python3 -m pytest -q | tail -5', 'testing'],
    ['npm run build 2>&1 | head -20', 'execution'],
    ['git -C /x commit', 'git'],
    ['echo "git push" > notes.txt', 'execution'],
    ['echo "git push"', 'execution'],
    ["cat > a.py <<'EOF'\nimport git\ngit commit\nEOF", 'execution'],
    ["git commit -m \"$(cat <<'EOF'\nit's npm test\n\nnpm test\nEOF\n)\"", 'git'],
    ['sudo -u ada /usr/bin/git log', 'git'],
    ['bash -lc "cargo test"', 'testing'],
    ['cat a.md 2>/dev/null', 'reading'],
    ['ls -la; pwd', 'exploration'],
    ['find . -name "*.ts" | xargs grep -l git', 'exploration'],
    ['sed -n 1,20p a.md', 'reading'],
    ['sed -i s/a/b/ a.md', 'execution'],
    ['./deploy.sh', 'execution'],
    ['(cd a && go test ./...)', 'testing'],
    ['for f in a b; do node --test $f; done', 'testing'],
    ['# git\nls', 'exploration'],
    ['', 'execution'],
  ])('takes %j for %s', (command, phase) => expect(phaseOf(bash(command))).toBe(phase));

  it('has the user’s rules before its own', () => {
    const own = [
      rule('research', { tool: ['mcp__docs__*'] }),
      rule('release', { command: ['npm publish', 'git push'] }),
      rule('paper', { tool: ['Read'], path: ['paper/*.md'] }),
    ];
    expect([
      phaseOf(call('mcp__docs__search'), own),
      phaseOf(bash('git push --tags'), own),
      phaseOf(bash('git log'), own),
      phaseOf(call('Read', { path: '/home/ada/paper/a.md' }), own),
      phaseOf(call('Edit', { path: '/home/ada/paper/a.md' }), own),
    ]).toEqual(['research', 'release', 'git', 'paper', 'execution']);
  });

  it.each(['a', "'", '"', '`', '$(', '((', '<<E\n', '\\', '| ', '&&', '> ', 'sudo ', 'bash -c "', '2>&1 '])(
    'reads a long line of %j in time',
    (piece) => {
      const start = performance.now();
      phaseOf(bash(piece.repeat(200_000 / piece.length)));
      expect(performance.now() - start).toBeLessThan(5000);
    },
  );

  it.each([
    ['a*c', 'abbc', true],
    ['*', '', true],
    ['a*b*c', 'a-b-b', false],
    ['a', 'ab', false],
    ['**a', 'ba', true],
  ])('matches %j with %j: %s', (pattern, text, matches) => expect(matchesGlob(pattern, text)).toBe(matches));
});

const COUNT = fc.oneof(
  fc.constant(null),
  fc.nat(1000),
  fc.maxSafeNat().map((n) => Math.floor(n / 64)),
);
const MONEY = fc.option(fc.bigInt({ min: 0n, max: 10n ** 15n }), { nil: null });

const counts: fc.Arbitrary<Counts> = fc.record({
  input: COUNT,
  cache_read: COUNT,
  cache_write_5m: COUNT,
  cache_write_1h: COUNT,
  output: COUNT,
  reasoning: COUNT,
});

const points: fc.Arbitrary<UsagePoint> = fc.record({
  agent: fc.constant('claude' as const), session: fc.constantFrom('s1', 's2'), at: fc.constant(1), model: fc.constant('m'), project: fc.constant(null), subagent: fc.boolean(),
  calls: fc.integer({ min: 1, max: 3 }), counts, agent_type: fc.constant(null), reported: MONEY, estimated: MONEY, partial: fc.boolean(), gone: fc.boolean(),
}); // prettier-ignore

const phased: fc.Arbitrary<PhasedCall> = fc.record({
  phase: fc.constantFrom('reading', 'git', 'mine'),
  tool: fc.constantFrom('Read', 'Bash', 'x'),
});
const record = fc.tuple(points, fc.option(fc.array(phased, { maxLength: 7 }), { nil: null }));

function reportOf(records: readonly (readonly [UsagePoint, readonly PhasedCall[] | null])[], session: string | null = null): PhasesReport {
  const fold = usageByPhase(ALL, session, (_, key) => records[Number(key)]![1]);
  records.forEach(([point], i) => fold.add(point, String(i)));
  return fold.result();
}

const point = (over: Partial<UsagePoint> = {}): UsagePoint => ({ ...fc.sample(points, { numRuns: 1, seed: 1 })[0]!, ...over });
const of = (output: number | null): Counts => ({ input: 10, cache_read: 0, cache_write_5m: 0, cache_write_1h: 0, output, reasoning: null });

describe('what phases spent', () => {
  it('adds up to the whole exactly, whatever was called', () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 20 }), (records) => {
        const { phases, tools, total } = reportOf(records);
        for (const parts of [phases, tools]) {
          for (const name of NAMES) {
            const all = parts.reduce((sum, part) => sum + part.known_counts[name], 0);
            if (Number.isSafeInteger(total.known_counts[name])) expect(all).toBe(total.known_counts[name]);
          }
          expect(parts.reduce((sum, { cost }) => sum + knownAmount(cost), 0n)).toBe(knownAmount(total.cost));
          expect(parts.reduce((sum, { calls }) => sum + calls, 0)).toBe(total.calls);
          for (const share of ['calls_share', 'tokens_share', 'cost_share'] as const) {
            const shares = parts.flatMap((part) => part[share] ?? []);
            if (shares.length > 0) expect(shares.reduce((sum, one) => sum + one, 0)).toBe(1000);
          }
        }
      }),
      { seed: 20261127, numRuns: 100 },
    );
  });

  it('is split evenly over the calls, in their order', () => {
    const parts = splitOver({ counts: of(100), reported: null, estimated: 11n }, ['a', 'b', 'a']);
    expect(
      [...parts].map(
        ([
          name,
          {
            counts: { input, output },
            estimated,
          },
        ]) => [name, input, output, estimated],
      ),
    ).toEqual([
      ['a', 7, 67, 7n],
      ['b', 3, 33, 4n],
    ]);
  });

  it('is direct where nothing was called, and unknown where that is not known', () => {
    const { phases } = reportOf([
      [point({ counts: of(5) }), []],
      [point({ counts: of(7) }), null],
    ]);
    expect(phases.map(({ phase, calls, counts: { output } }) => [phase, calls, output])).toEqual([
      [DIRECT, 0, 5],
      [UNKNOWN_PHASE, 0, 7],
    ]);
  });

  it('is not known of a class that is not known', () => {
    const { phases, total } = reportOf([
      [
        point({ counts: of(null) }),
        [
          { phase: 'git', tool: 'Bash' },
          { phase: 'mine', tool: 'x' },
        ],
      ],
    ]);
    expect([...phases, total].map(({ counts: { output, input } }) => [output, input])).toEqual([
      [null, 5],
      [null, 5],
      [null, 10],
    ]);
  });

  it('counts a request in each phase that it has a call of', () => {
    const { phases, tools, total } = reportOf([
      [
        point({ calls: 1 }),
        [
          { phase: 'git', tool: 'Bash' },
          { phase: 'testing', tool: 'Bash' },
        ],
      ],
    ]);
    expect([phases.map(({ phase, records }) => [phase, records]), total.records]).toEqual([
      [
        ['testing', 1],
        ['git', 1],
      ],
      1,
    ]);
    expect(tools.map(({ tool, phases: names, calls }) => [tool, names, calls])).toEqual([['Bash', ['testing', 'git'], 2]]);
  });

  it('can be that of one session', () => {
    const { total } = reportOf(
      [
        [point({ session: 's1', counts: of(5) }), []],
        [point({ session: 's2', counts: of(7) }), []],
      ],
      's2',
    );
    expect(total.counts.output).toBe(7);
  });
});

describe('shares', () => {
  it.each<[number[], number[] | null]>([
    [
      [1, 1, 1],
      [334, 333, 333],
    ],
    [[0, 0], null],
    [
      [1, 999_999],
      [0, 1000],
    ],
    [[], null],
  ])('of %j are %j', (weights, shares) => expect(sharesOf(weights.map(BigInt), 1000)).toEqual(shares));
});
