// The commands on skills, as users run them: in a home of their own, which is afterwards as it was.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import { everythingIn, fill, TEMPLATES } from '../skills/assembled-home.js';
import { Home } from '../support/home.js';
import { QuickHome } from '../support/quick-home.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

let home: Home;

beforeEach(() => {
  home = new QuickHome();
  for (const name of ['.claude', '.codex', '.config/amp']) mkdirSync(join(home.path, name), { recursive: true });
  mkdirSync(join(home.project, '.git'));
});

interface Told {
  readonly skills: readonly { skill: string; agents: string[]; outcome: string; reason: string | null; folder: string }[];
}

const told = async (line: string): Promise<string[]> =>
  (await home.json<Told>(line)).skills.map(({ skill, agents, outcome }) => `${skill} ${agents.join('+')} ${outcome}`);

describe('skills install', () => {
  it('installs for the agents of this machine, readable by them, and uninstall leaves the home as it was', async () => {
    // As users start it: with a mask of its own.
    const real = new Home();
    mkdirSync(join(real.path, '.claude'));
    mkdirSync(join(real.path, '.config/opencode'), { recursive: true });
    const before = everythingIn(real.path);
    const { code, stdout } = await real.run('skills install');
    expect([code, stdout.split('\n').length]).toEqual([0, 9]);
    expect(stdout).toContain('tokentrail-check for claude (user): installed · ~/.claude/skills/tokentrail-check');
    const written = everythingIn(real.path);
    expect(written.filter((line) => / (600|700)( |$)/.test(line.split('\n')[0]!))).toEqual([]);
    expect((await real.run('skills check')).code).toBe(0);
    expect((await real.run('skills uninstall')).code).toBe(0);
    expect(everythingIn(real.path)).toEqual(before);
  });

  it('says for which agents it can, where none was found', async () => {
    for (const name of ['.claude', '.codex', '.config']) rmSync(join(home.path, name), { recursive: true });
    const { code, stderr } = await home.run('skills install');
    expect([code, stderr.includes('claude, codex, amp, gemini, qwen, copilot, opencode, cursor')]).toEqual([2, true]);
    expect((await home.run('skills install --agent claude-code')).code).toBe(0);
    expect(existsSync(join(home.path, '.claude/skills/tokentrail-check/SKILL.md'))).toBe(true);
  });

  it('installs one skill into the project, once for those that share a folder', async () => {
    expect(await told('skills install tokentrail-report --project')).toEqual([
      'tokentrail-report claude installed',
      'tokentrail-report codex+amp installed',
    ]);
    expect(await told('skills install tokentrail-report --project')).toEqual([
      'tokentrail-report claude unchanged',
      'tokentrail-report codex+amp unchanged',
    ]);
    expect(existsSync(join(home.project, '.agents/skills/tokentrail-report/SKILL.md'))).toBe(true);
  });

  it('does the others where one is not ours, with exit 1', async () => {
    fill(home.path, { '.claude/skills/tokentrail-track/SKILL.md': 'mine' });
    const { code, stdout } = await home.run('skills install --agent claude');
    expect(code).toBe(1);
    expect(stdout).toMatch(/tokentrail-track for claude \(user\): refused: something that tokentrail did not write is there/);
    expect(stdout.match(/: installed/g)).toHaveLength(3);
  });

  it('shows with --dry-run a diff and writes nothing', async () => {
    const before = everythingIn(home.path);
    const { code, stdout } = await home.run('skills install tokentrail-track --agent claude --dry-run');
    expect([code, stdout.includes('+name: tokentrail-track'), stdout.includes('would be installed')]).toEqual([0, true, true]);
    expect(everythingIn(home.path)).toEqual(before);
  });

  it.each([
    ['skills install none-such', 4, 'There is no skill "none-such"'],
    ['skills install --from nowhere', 4, 'There are no assembled skills in "nowhere"'],
    ['skills install --user --project', 2, '--project'],
    ['skills install --agent vim', 2, '--agent'],
  ])('refuses %s', async (line, exit, message) => {
    const { code, stderr } = await home.run(line);
    expect([code, stderr.includes(message)]).toEqual([exit, true]);
  });
});

describe('skills list and check', () => {
  it('show what is where, and what to do about it', async () => {
    await home.ok('skills install --agent claude');
    writeFileSync(join(home.path, '.claude/skills/tokentrail-check/SKILL.md'), 'edited');
    rmSync(join(home.path, '.claude/skills/tokentrail-report/SKILL.md'));
    const { stdout } = await home.run('skills list --user');
    expect(stdout.trimEnd().split('\n')).toEqual([
      'agent\tscope\ttokentrail-check\ttokentrail-report\ttokentrail-synthesize\ttokentrail-track\tfolder',
      'amp\tuser\t-\t-\t-\t-\t~/.config/agents/skills',
      'claude\tuser\tedited\toutdated\tinstalled\tinstalled\t~/.claude/skills',
      'codex\tuser\t-\t-\t-\t-\t~/.codex/skills',
    ]);
    const checked = await home.run('skills check --json');
    const { data } = JSON.parse(checked.stdout) as { data: { installed: number; findings: { state: string; fix: string }[] } };
    expect([checked.code, data.installed, data.findings.map(({ fix }) => fix)]).toEqual([
      1,
      4,
      ['tokentrail skills install tokentrail-check --agent claude --force', 'tokentrail skills install tokentrail-report --agent claude'],
    ]);
    for (const { fix } of data.findings) await home.ok(fix.replace('tokentrail ', ''));
    expect((await home.run('skills check')).stdout).toBe('all installed skills are as they should be\n');
  });
});

describe('skills assemble', () => {
  const assemble = 'skills assemble --from templates --out made';

  beforeEach(() => fill(join(home.project, 'templates'), TEMPLATES));

  it('renders templates of one’s own, which install takes', async () => {
    expect((await home.run(assemble)).code).toBe(0);
    expect((await home.run(`${assemble} --check`)).code).toBe(0);
    expect(await told('skills install --from made')).toEqual(['my-skill claude installed', 'my-skill codex installed']);
    expect(readFileSync(join(home.path, '.codex/skills/my-skill/SKILL.md'), 'utf8')).toContain('Say two.');
    expect((await home.run('skills check --from made')).code).toBe(0);
    expect(await told('skills uninstall --from made')).toEqual(['my-skill claude removed', 'my-skill codex removed']);
  });

  it('fails for a variable that is missing, and writes nothing', async () => {
    fill(join(home.project, 'templates'), { 'my-skill/SKILL.md.liquid': '{{ agent.none }}' });
    const { code, stderr } = await home.run(assemble);
    expect([code, stderr.includes('my-skill/SKILL.md.liquid, line 1: undefined variable: agent.none.')]).toEqual([2, true]);
    expect(existsSync(join(home.project, 'made'))).toBe(false);
  });

  it('finds drift, with exit 1', async () => {
    await home.ok(assemble);
    fill(join(home.project, 'templates'), { 'partials/end.liquid': 'Changed.' });
    const { code, stdout } = await home.run(`${assemble} --check`);
    expect([code, stdout]).toEqual([
      1,
      'claude/my-skill/SKILL.md: not what its template makes\ncodex/my-skill/SKILL.md: not what its template makes\n2 files in ~/work/paper/made, 0 unchanged\n',
    ]);
  });

  it('leaves out a skill that breaks the rules, with exit 3, or 1 where that is asked for', async () => {
    fill(join(home.project, 'templates'), { 'other/SKILL.md.liquid': '# No frontmatter' });
    const { code, stdout } = await home.run(assemble);
    expect([code, stdout.includes('other for claude left out: it does not begin with a frontmatter')]).toEqual([3, true]);
    expect((await home.run(`${assemble} --strict`)).code).toBe(1);
  });

  it('is what `make check-skills` runs on the templates of the program', () => {
    const makefile = readFileSync(join(ROOT, 'Makefile'), 'utf8');
    expect(makefile).toMatch(/^check:.* check-skills/m);
    expect(makefile).toContain('skills assemble --check --strict');
  });
});
