// The linter's own rules of this house, shown on what they are to find.
import { fileURLToPath } from 'node:url';
import { ESLint, Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const RULE = 'no-restricted-syntax';

/** How often the rule against filters made by hand, as it is configured for a file, speaks of a text. */
async function found(file: string, text: string): Promise<number> {
  const { rules } = (await new ESLint({ cwd: ROOT }).calculateConfigForFile(file)) as { rules: Linter.RulesRecord };
  const config = { files: ['**/*.ts'], languageOptions: { parser: tseslint.parser as Linter.Parser }, rules: { [RULE]: rules[RULE]! } };
  const messages = new Linter({ cwd: ROOT }).verify(text, [config], { filename: file });
  if (messages.some(({ fatal }) => fatal === true)) throw new Error(messages[0]!.message);
  return messages.filter(({ ruleId }) => ruleId === RULE).length;
}

describe('a filter', () => {
  it.each([
    "query.where('id = 1')",
    "query.where(`id = '${id}'`)",
    "query.where('id = ' + id)",
    'query.where(text)',
    'query.where(filter.text)',
    'table.delete(`id = ${id}`)',
    "table.delete('true')",
    "query.filter('id = 1')",
    'query.filter(`id = ${id}`)',
    'table.countRows(`id = ${id}`)',
    'select([], { sql: text })',
    'class A { #table; f(text) { return this.#table.delete(text); } }',
    'class A { #table; f(text) { return this.#table.update({ where: text }); } }',
  ])('may not be made outside of its file: %s', async (text) => {
    expect(await found('src/store/database.ts', text)).toBeGreaterThan(0);
    expect(await found('src/report/usage.ts', text)).toBeGreaterThan(0);
  });

  it.each(['query.where(filter.sql)', 'table.countRows(filter?.sql)', 'list.filter((one) => one !== null)', 'map.delete(key)'])(
    'may be used: %s',
    async (text) => {
      expect(await found('src/store/database.ts', text)).toBe(0);
    },
  );

  it('may be made in its file', async () => {
    expect(await found('src/store/filter.ts', 'const eq = (column, value) => ({ sql: `${column} = ${quoted(value)}` });')).toBe(0);
  });
});
