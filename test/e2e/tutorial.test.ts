// The tutorial, run as it stands: its shell blocks in one shell, as a reader pastes them, and what it says is printed.
import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { BIN, Home } from '../support/home.js';

const CLONE = fileURLToPath(new URL('../..', import.meta.url));
const TEXT = readFileSync(join(CLONE, 'docs/tutorial/first-analysis.md'), 'utf8');

const blocks = (language: string): string[] =>
  [...TEXT.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(([, block]) => block!);

const [INSTALL, ...REST] = blocks('sh');

describe('the tutorial', () => {
  it('installs what is there', () => {
    const { scripts, bin } = JSON.parse(readFileSync(join(CLONE, 'package.json'), 'utf8')) as Record<
      'scripts' | 'bin',
      Record<string, string>
    >;
    expect(INSTALL).toMatch(/^make build\nnpm link/);
    expect([/^build: /m.test(readFileSync(join(CLONE, 'Makefile'), 'utf8')), 'build' in scripts, 'tokentrail' in bin]).toEqual([
      true,
      true,
      true,
    ]);
  });

  it('leads from there to the first report, block after block, and prints what it says', async () => {
    const home = new Home();
    const folder = join(home.path, 'bin');
    mkdirSync(folder);
    writeFileSync(join(folder, 'tokentrail'), `#!/bin/sh\nexec "${process.execPath}" "${BIN}" "$@"\n`);
    chmodSync(join(folder, 'tokentrail'), 0o755);
    const env = { ...home.env, PATH: `${folder}:${home.env['PATH']}`, CLONE };
    const { code, printed } = await new Promise<{ code: unknown; printed: string }>((resolve) => {
      execFile('bash', ['-eu', '-c', `exec 2>&1\n${REST.join('\n')}`], { cwd: home.path, env }, (error, stdout) => {
        resolve({ code: error?.code ?? 0, printed: stdout });
      });
    });
    expect({ code, printed }).toEqual({ code: 0, printed: expect.any(String) as string });
    const year = new Date().getUTCFullYear();
    const lines = blocks('text').flatMap((block) => block.trimEnd().split('\n'));
    expect(lines.length).toBeGreaterThan(8);
    for (const line of lines) expect(printed).toContain(line.replace('ANALYSIS-2026', `ANALYSIS-${year}`));
    const report = readFileSync(join(home.path, 'tutorial', 'report.md'), 'utf8');
    expect([report.includes('140,853'), existsSync(join(home.path, '.claude'))]).toEqual([true, false]);
  });
});
