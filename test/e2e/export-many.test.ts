// Many analyses and syntheses nested three deep with shared inputs: every total is what the usage table gives for the same tree, and a
// second machine makes the same bytes of a backup.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { complete, Desk, start } from '../lifecycle/desk.js';
import { Chance, SOAK } from '../support/chance.js';
import { Home } from '../support/home.js';

const [ANALYSES, SYNTHESES] = SOAK ? [200, [12, 6, 2]] : [6, [2, 1, 1]];

/** At most, in milliseconds. */
const TIME = SOAK ? 5_400_000 : 600_000;

const chance = new Chance(20_261_127);

interface Made {
  readonly id: string;
  readonly inputs: readonly string[];
}

let desk: Desk;
let made: Made[];

/** Each spends one record, whose output is a number that no other has. */
async function spend(inputs: readonly string[], output: number): Promise<string> {
  const books = desk.booksOf(await desk.openStore());
  const kind = inputs.length > 0 ? 'synthesis' : 'analysis';
  const { analysis } = await start(books, { session: desk.pass(1).found, kind, sourceId: `doc-${output}` });
  desk.pass(1).answers({ input: 0, output, model: 'claude-sonnet-4-5' });
  await complete(books, analysis.id, { inputsAnalysisIds: [...inputs] });
  return analysis.id;
}

const some = <T>(from: readonly T[], count: number): T[] => [...new Set(Array.from({ length: count }, () => chance.pick(from)))];

beforeEach(async () => {
  desk = new Desk();
  made = [];
  let output = 1000;
  for (let n = 0; n < ANALYSES; n++) made.push({ id: await spend([], ++output), inputs: [] });
  let level = made.map(({ id }) => id);
  for (const count of SYNTHESES) {
    const above: string[] = [];
    for (let n = 0; n < count; n++) {
      const inputs = some(level, 8).concat(some(made.map(({ id }) => id).slice(0, ANALYSES), 4));
      const id = await spend([...new Set(inputs)], ++output);
      made.push({ id, inputs: [...new Set(inputs)] });
      above.push(id);
    }
    level = above;
  }
}, TIME);

/** All that went into one, itself among them. */
function treeOf(id: string): Set<string> {
  const tree = new Set<string>();
  const visit = (one: string): void => {
    if (tree.has(one)) return;
    tree.add(one);
    for (const input of made.find((it) => it.id === one)!.inputs) visit(input);
  };
  visit(id);
  return tree;
}

describe('many analyses and syntheses', () => {
  it(
    'have totals that agree with the usage table, in every form, and on a second machine',
    async () => {
      const { home } = desk;
      const { rows } = JSON.parse(await home.ok('export usage --format json')) as {
        rows: { output_tokens: number; total_tokens: number }[];
      };
      expect(rows).toHaveLength(made.length);
      // The table by itself: whose record is which, its number tells.
      const tokensOf = new Map(rows.map(({ output_tokens, total_tokens }) => [output_tokens, total_tokens]));
      const spentBy = new Map(made.map(({ id }, n) => [id, tokensOf.get(1001 + n)!]));

      await home.ok(['store', 'backup', join(home.path, 'copy')]);
      const second = new Home();
      const elsewhere = join(second.path, 'books');
      mkdirSync(second.path, { recursive: true });
      await second.ok(['store', 'restore', join(home.path, 'copy'), '--store', elsewhere]);
      const both = async (...args: string[]): Promise<string> => {
        const { code, stdout } = await home.run(['export', ...args]);
        expect(code).toBe(0);
        const again = await second.run(['export', ...args, '--store', elsewhere], { env: { TZ: 'Pacific/Auckland' } });
        expect(again.stdout === stdout, args.join(' ')).toBe(true);
        return stdout;
      };

      const syntheses = made.slice(ANALYSES);
      for (const { id } of SOAK ? syntheses : syntheses.slice(-2)) {
        const expected = [...treeOf(id)].reduce((sum, one) => sum + spentBy.get(one)!, 0);
        const { totals } = JSON.parse(await both('synthesis', id, '--format', 'json')) as {
          totals: { end_to_end: { total_tokens: number } };
        };
        expect(totals.end_to_end.total_tokens).toBe(expected);
      }
      const { id: top } = syntheses.at(-1)!;
      const grouped = String([...treeOf(top)].reduce((sum, one) => sum + spentBy.get(one)!, 0)).replaceAll(/\B(?=(\d{3})+(?!\d))/g, ',');
      for (const format of ['md', 'html', 'yaml']) {
        const text = await both('synthesis', top, '--format', format);
        expect(format === 'yaml' ? text.replace(/total_tokens: (\d+)/, 'x') : text).toContain(format === 'yaml' ? 'end_to_end' : grouped);
      }
      for (const format of ['yaml', 'json', 'csv', 'md', 'html']) {
        const text = await both('analyses', '--format', format);
        for (const { id } of made) expect(text).toContain(id);
      }
    },
    TIME,
  );
});
