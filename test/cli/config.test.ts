import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/cli/config.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tokentrail-config-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function read(text: string): ReturnType<typeof readConfig> {
  const file = join(folder, 'tokentrail.yaml');
  writeFileSync(file, text);
  return readConfig(file);
}

describe('readConfig', () => {
  it('is nothing where there is no file', async () => {
    expect(await readConfig(join(folder, 'none.yaml'))).toBeNull();
  });

  it.each(['', '# only words\n', '---\n'])('has no settings in an empty file: %j', async (text) => {
    expect(await read(text)).toMatchObject({ store: null, problem: null });
  });

  it('reads the store', async () => {
    expect(await read('store: ../ledger # beside\n')).toMatchObject({ store: '../ledger' });
  });

  it('reads a file with a byte-order mark and Windows line ends', async () => {
    expect(await read('\ufeffstore: ledger\r\n')).toMatchObject({ store: 'ledger' });
  });

  it('refuses an unknown setting, with its line', async () => {
    await expect(read('# words\nstore: a\n\nstroe: b\n')).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      exitCode: 2,
      message: expect.stringMatching(/line 4: .*"stroe"/) as string,
      details: { line: 4 },
    });
  });

  it('refuses text that is no YAML, with its line', async () => {
    await expect(read('store: a\nother: [\n')).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      details: { line: expect.any(Number) as number },
    });
  });

  it('refuses a setting that is given twice, with the line of the second', async () => {
    await expect(read('store: a\nstore: b\n')).rejects.toMatchObject({ code: 'CONFIG_INVALID', details: { line: 2 } });
  });

  it.each(['store:\n', 'store: 5\n', 'store: true\n', 'store: [a]\n', 'store: {a: b}\n', 'store: ""\n'])(
    'refuses a store that is no text: %j',
    async (text) => {
      await expect(read(text)).rejects.toMatchObject({ code: 'CONFIG_INVALID', details: { line: 1 } });
    },
  );

  it.each(['- store\n', 'store\n', '5\n'])('refuses a file that holds no settings: %j', async (text) => {
    await expect(read(text)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });

  it('refuses a second document rather than ignoring it', async () => {
    await expect(read('store: a\n---\nstore: b\n')).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });

  it('refuses a bomb of aliases quickly', async () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x]'];
    for (let i = 1; i < 9; i++)
      lines.push(
        `a${i}: &a${i} [${Array(9)
          .fill(`*a${i - 1}`)
          .join(', ')}]`,
      );
    const begin = performance.now();
    await expect(read(lines.join('\n'))).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    expect(performance.now() - begin).toBeLessThan(2000);
  });

  it('refuses a folder in the place of the file with an error that is no bug', async () => {
    await expect(readConfig(folder)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });

  it('reads rules of phases, of a pattern or a list of them', async () => {
    expect(await read('phases:\n  - {phase: docs, tool: [a, b*], path: "*.md"}\n  - {phase: x, command: npm publish}\n')).toMatchObject({
      phases: [
        { phase: 'docs', tool: ['a', 'b*'], path: ['*.md'], command: null, agent_type: null },
        { phase: 'x', tool: null, path: null, command: ['npm publish'], agent_type: null },
      ],
      phaseProblem: null,
    });
  });

  it.each([
    ['phases: x\n', 1, '"phases" must be a list'],
    ['phases:\n  - {phase: x}\n', 2, 'A phase needs one of tool, path, command, agent_type'],
    ['phases:\n  - {tool: x}\n', 2, 'A phase needs "phase"'],
    ['phases:\n  - phase: x\n    tol: y\n', 3, 'no setting "tol"'],
    ['phases:\n  - phase: x\n    tool: [[]]\n', 3, '"tool" must be a text'],
    ['phases:\n  - phase: x\n    tool: []\n', 3, '"tool" must be a pattern'],
    ['phases:\n  - phase: x\n    command: [npm ci, npm run build && git push]\n', 3, '"&&" stands between two'],
    ['phases:\n  - phase: unknown\n    tool: x\n', 2, '"unknown" is what requests'],
  ])('tells what is wrong with %j, and where, and reads the rest', async (text, line, message) => {
    const config = (await read(`store: a\n${text}`))!;
    expect(config).toMatchObject({
      store: 'a',
      phases: [],
      problem: null,
      phaseProblem: { code: 'CONFIG_INVALID', details: { line: line + 1 } },
    });
    expect(config.phaseProblem!.message).toContain(message);
  });
});
