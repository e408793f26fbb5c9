// What phases of work spent, as users ask for it.
import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { ClaudeSession } from '../support/claude-session.js';
import type { Home } from '../support/home.js';
import { QuickHome } from '../support/quick-home.js';

interface Part {
  calls: number;
  calls_percent: number | null;
  records: number;
  usage: Record<string, number | null>;
  tokens_percent: number | null;
  cost: { amount: string };
}

interface Report {
  session_id: string | null;
  phases: (Part & { phase: string })[];
  tools?: (Part & { tool: string | null; phases: string[] })[];
  total: Part;
}

const SECRET = 'SECRET-IN-A-COMMAND';

let home: Home;
let session: ClaudeSession;

/** A response of some calls, a line each. */
function answer(id: string, output: number, ...calls: readonly (readonly [tool: string, input: object])[]): void {
  const text = { type: 'text', text: 'x' };
  const blocks = [text, ...calls.map(([name, input], n) => ({ type: 'tool_use', id: `${id}-${n}`, name, input }))];
  for (const block of blocks) {
    const line = JSON.parse(session.line({ id, input: 0, output })) as { message: object };
    appendFileSync(session.path, `${JSON.stringify({ ...line, message: { ...line.message, content: [block] } })}\n`);
  }
}

beforeEach(() => {
  home = new QuickHome();
  session = new ClaudeSession(home);
  answer('msg_00000001', 100, ['Read', { file_path: '/a' }], ['Bash', { command: `npm test ${SECRET}` }], ['Read', { file_path: '/b' }]);
  answer('msg_00000002', 50, ['mcp__docs__search', {}]);
  answer('msg_00000003', 7);
});

const outputs = ({ phases }: Report): unknown => Object.fromEntries(phases.map(({ phase, usage }) => [phase, usage['output']]));

describe('usage phases', () => {
  it('says the same from the books and from the logs, and adds up to all that was spent', async () => {
    const books = await home.json<Report>('usage phases --sync --by-tool');
    expect(outputs(books)).toEqual({ reading: 67, testing: 33, other: 50, direct: 7 });
    expect(books.phases.map(({ calls, records }) => [calls, records])).toEqual([[2, 1], [1, 1], [1, 1], [0, 1]]); // prettier-ignore
    expect(books.phases.map(({ calls_percent }) => calls_percent)).toEqual([50, 25, 25, 0]);
    expect(books.tools!.map(({ tool, phases }) => [tool, phases])).toEqual([['Bash', ['testing']], ['Read', ['reading']], ['mcp__docs__search', ['other']], [null, ['direct']]]); // prettier-ignore
    const daily = await home.json<{ total: Part }>('usage daily');
    expect([books.total.usage, books.total.cost]).toEqual([daily.total.usage, daily.total.cost]);
    const { tools, ...rest } = books;
    expect(tools).toHaveLength(4);
    expect(await home.json<Report>('usage phases --no-store')).toEqual(rest);
  });

  it('is unknown, and not direct, where the log is gone', async () => {
    await home.ok('usage sync');
    rmSync(session.path);
    const stdout = await home.ok(`usage phases --session ${session.id}`);
    expect(stdout).toMatch(/^unknown\t0\tN\/A\t3\t157\t100\.0 %/m);
    expect(stdout).not.toContain('direct');
  });

  it('takes rules from the configuration, tells what is wrong with them, and prints no command', async () => {
    const config = join(home.project, 'tokentrail.yaml');
    writeFileSync(config, 'phases:\n  - {phase: looking up, tool: mcp__docs__*}\n');
    const stdout = await home.ok('usage phases --no-store --by-tool');
    expect(stdout).toMatch(/^mcp__docs__search\tlooking up\t1/m);
    expect(stdout).not.toContain(SECRET);
    expect((await home.ok('usage phases --rules')).split('\n')[1]).toBe('looking up\tmcp__docs__*\t\t\t\tconfig');
    writeFileSync(config, 'phases:\n  - phase: direct\n    tool: x\n');
    const wrong = await home.run('usage phases --no-store');
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('line 2: "direct" is what requests')]);
  });

  it('are of a session that is there, or none is told', async () => {
    const { code, stderr } = await home.run('usage phases --no-store --session none-such');
    expect([code, stderr.includes('SESSION_NOT_FOUND')]).toEqual([4, true]);
  });
});
