import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { AgentName } from '../../src/model/agents.js';
import { installSkills, type Done, type InstallOptions } from '../../src/skills/install.js';
import { drifted, listSkills, mendingCommand, type ListedSkill } from '../../src/skills/list.js';
import { rootsOf, type Scope } from '../../src/skills/places.js';
import { readRendered } from '../../src/skills/rendered.js';
import { uninstallSkills, type UninstallOptions } from '../../src/skills/uninstall.js';
import { everythingIn, fill, folderWith, skill } from './assembled-home.js';

let home: string;
let assembled: string;
let project: string;

beforeEach(() => {
  // As the program runs.
  process.umask(0o077);
  home = folderWith({ '.claude/settings.json': '{}' });
  project = join(home, 'work');
  mkdirSync(project);
  assembled = folderWith({
    'claude/one/SKILL.md': skill('one', 'First.\nSecond.'),
    'claude/one/references/more.md': 'more\n',
    'claude/two/SKILL.md': skill('two'),
    'codex/one/SKILL.md': skill('one', 'For Codex.'),
    'amp/one/SKILL.md': skill('one', 'For Amp.'),
  });
});

interface Asked extends Partial<Omit<InstallOptions, 'rendered'>> {
  readonly agents?: readonly AgentName[];
  readonly scope?: Scope;
  readonly skills?: readonly string[];
}

const where = (): Parameters<typeof rootsOf>[2] => ({ home, variables: {}, project });

function install({ agents = ['claude'], scope = 'user', skills, ...rest }: Asked = {}): Promise<Done[]> {
  const rendered = readRendered(assembled, 'assembled');
  const options = { rendered, link: false, force: false, dryRun: false, ...rest };
  return installSkills(rootsOf(agents, [scope], where()), skills ?? rendered.names, options);
}

function uninstall({ agents = ['claude'], scope = 'user', skills, ...rest }: Asked & Partial<UninstallOptions> = {}): Promise<Done[]> {
  const options = { rendered: readRendered(assembled, 'assembled'), force: false, dryRun: false, ...rest };
  return uninstallSkills(rootsOf(agents, [scope], where()), skills ?? null, options);
}

const list = (agents: readonly AgentName[] = ['claude'], scope: Scope = 'user'): Promise<ListedSkill[]> =>
  listSkills(agents, [scope], where(), readRendered(assembled, 'assembled'));

const states = async (): Promise<string[]> => (await list()).map(({ state }) => state);

const outcomes = (done: readonly Done[]): string[] => done.map(({ outcome }) => outcome);

const path = (name: string): string => join(home, '.claude/skills', name);

/** A link of somebody else. */
function linked(target: string): void {
  mkdirSync(path(''), { recursive: true });
  symlinkSync(target, path('one'));
}

describe('installing', () => {
  it('copies each file, readable by all', async () => {
    expect(outcomes(await install())).toEqual(['installed', 'installed']);
    expect(readFileSync(path('one/references/more.md'), 'utf8')).toBe('more\n');
    expect([path(''), path('one'), path('one/references')].map((one) => lstatSync(one).mode & 0o777)).toEqual([0o755, 0o755, 0o755]);
    expect(lstatSync(path('one/SKILL.md')).mode & 0o777).toBe(0o644);
    expect(await states()).toEqual(['installed', 'installed']);
  });

  it('a second time writes nothing', async () => {
    await install();
    const before = [path('one'), path('one/SKILL.md'), path('one/.tokentrail.json')].map((one) => lstatSync(one).mtimeMs);
    expect(outcomes(await install())).toEqual(['unchanged', 'unchanged']);
    expect([path('one'), path('one/SKILL.md'), path('one/.tokentrail.json')].map((one) => lstatSync(one).mtimeMs)).toEqual(before);
  });

  it('brings a newer text, and takes away files that it has no more', async () => {
    await install();
    fill(assembled, { 'claude/one/SKILL.md': skill('one', 'First.\nThird.') });
    rmSync(join(assembled, 'claude/one/references'), { recursive: true });
    expect(await states()).toEqual(['outdated', 'installed']);
    expect(outcomes(await install())).toEqual(['updated', 'unchanged']);
    expect(everythingIn(path('one')).map((line) => line.split(' ')[0])).toEqual(['.tokentrail.json', 'SKILL.md']);
    expect(await states()).toEqual(['installed', 'installed']);
  });

  it('mends a copy of which a file is gone, and one of which an update was cut short', async () => {
    await install();
    rmSync(path('one/references/more.md'));
    fill(assembled, { 'claude/two/SKILL.md': skill('two', 'Newer.') });
    fill(home, { '.claude/skills/two/SKILL.md': skill('two', 'Newer.') });
    expect(await states()).toEqual(['outdated', 'outdated']);
    expect(outcomes(await install())).toEqual(['updated', 'updated']);
    expect(await states()).toEqual(['installed', 'installed']);
  });

  it('only shows with --dry-run what would change', async () => {
    const before = everythingIn(home);
    const [one] = await install({ dryRun: true });
    expect([one!.outcome, one!.diff.includes(`+++ ${path('one/SKILL.md')}`), one!.diff.includes('+First.')]).toEqual([
      'installed',
      true,
      true,
    ]);
    expect(everythingIn(home)).toEqual(before);
    await install();
    fill(assembled, { 'claude/one/SKILL.md': skill('one', 'First.\nThird.') });
    const installed = everythingIn(home);
    const [again] = await install({ dryRun: true });
    expect(again!.diff.split('\n').filter((line) => /^[-+][^-+]/.test(line))).toEqual(['-Second.', '+Third.']);
    expect(everythingIn(home)).toEqual(installed);
  });

  it('touches no folder of that name that is not ours, and does the others', async () => {
    fill(home, { '.claude/skills/one/SKILL.md': 'mine' });
    const [one, two] = await install({ force: true });
    expect([one!.outcome, two!.outcome]).toEqual(['refused', 'installed']);
    expect(readFileSync(path('one/SKILL.md'), 'utf8')).toBe('mine');
    expect(await states()).toEqual(['foreign', 'installed']);
  });

  it.each([
    ['a file', () => fill(home, { '.claude/skills/one': 'mine' })],
    ['a link to elsewhere', () => linked(project)],
    ['a link that leads nowhere', () => linked('nowhere')],
    ['a record that is none', () => fill(home, { '.claude/skills/one/.tokentrail.json': '{"schema":"tokentrail/skill/v1"}' })],
    [
      'a record that names files elsewhere',
      () =>
        fill(home, {
          '.claude/skills/one/.tokentrail.json': JSON.stringify({
            schema: 'tokentrail/skill/v1',
            rendered_for: 'claude',
            agents: ['claude'],
            files: { '../../settings.json': 'a'.repeat(64) },
          }),
        }),
    ],
  ])('takes %s for not ours', async (_, make) => {
    make();
    const before = everythingIn(home);
    expect(outcomes(await install({ skills: ['one'], force: true }))).toEqual(['refused']);
    expect(outcomes(await uninstall({ skills: ['one'], force: true }))).toEqual(['refused']);
    expect(everythingIn(home)).toEqual(before);
  });

  it('overwrites what was changed by hand only with force', async () => {
    await install();
    writeFileSync(path('one/SKILL.md'), 'edited');
    expect(await states()).toEqual(['edited', 'installed']);
    const [one] = await install();
    expect([one!.outcome, one!.reason]).toEqual(['refused', 'SKILL.md was changed by hand; --force overwrites it']);
    expect(readFileSync(path('one/SKILL.md'), 'utf8')).toBe('edited');
    expect(outcomes(await install({ force: true }))).toEqual(['updated', 'unchanged']);
    expect(await states()).toEqual(['installed', 'installed']);
  });

  it('writes through no link inside of a skill, even with force', async () => {
    await install();
    const elsewhere = folderWith({ 'more.md': 'theirs' });
    rmSync(path('one/references'), { recursive: true });
    symlinkSync(elsewhere, path('one/references'));
    expect(outcomes(await install({ force: true, skills: ['one'] }))).toEqual(['refused']);
    expect(readFileSync(join(elsewhere, 'more.md'), 'utf8')).toBe('theirs');
  });

  it('goes through a link that the folder of all skills is', async () => {
    const dotfiles = folderWith();
    symlinkSync(dotfiles, path(''));
    await install({ skills: ['two'] });
    expect(everythingIn(dotfiles).map((line) => line.split(' ')[0])).toEqual(['two', 'two/.tokentrail.json', 'two/SKILL.md']);
    await uninstall();
    expect(everythingIn(dotfiles)).toEqual([]);
  });

  it('tells what can not be written, and does the others', async (ctx) => {
    if (process.getuid?.() === 0) ctx.skip('the superuser may write anywhere');
    mkdirSync(path(''));
    chmodSync(path(''), 0o500);
    const [one] = await install();
    expect([one!.outcome, one!.reason]).toEqual(['refused', "it can't be written (EACCES)"]);
  });

  it('tells what can not be written since a file is in the place of a folder', async () => {
    fill(home, { '.codex': 'a file' });
    const [codex, claude] = await install({ agents: ['codex', 'claude'], skills: ['one'] });
    expect([codex!.outcome, claude!.outcome]).toEqual(['refused', 'installed']);
  });
});

describe('installing as links', () => {
  it('leads to the files of the program', async () => {
    await install({ link: true });
    expect(readlinkSync(path('one'))).toBe(join(assembled, 'claude/one'));
    expect(await states()).toEqual(['linked', 'linked']);
    expect(outcomes(await install({ link: true }))).toEqual(['unchanged', 'unchanged']);
  });

  it('takes the place of a copy, and a copy that of a link', async () => {
    await install({ skills: ['one'] });
    expect(outcomes(await install({ skills: ['one'], link: true }))).toEqual(['updated']);
    expect(await states()).toEqual(['linked', 'missing']);
    expect(outcomes(await install({ skills: ['one'] }))).toEqual(['updated']);
    expect(await states()).toEqual(['installed', 'missing']);
    expect(readFileSync(join(assembled, 'claude/one/SKILL.md'), 'utf8')).toBe(skill('one', 'First.\nSecond.'));
  });

  it('takes the place of no copy with files of somebody else', async () => {
    await install({ skills: ['one'] });
    fill(home, { '.claude/skills/one/notes.md': 'mine' });
    expect(outcomes(await install({ skills: ['one'], link: true }))).toEqual(['refused']);
  });

  it('is seen as broken if it leads nowhere, and mended', async () => {
    await install({ link: true, skills: ['one'] });
    renameSync(join(assembled, 'claude/one'), join(assembled, 'claude/gone'));
    expect((await list()).find(({ skill: name }) => name === 'one')?.state).toBe('broken');
    renameSync(join(assembled, 'claude/gone'), join(assembled, 'claude/one'));
    expect(await states()).toEqual(['linked', 'missing']);
  });
});

describe('uninstalling', () => {
  it.each([false, true])('leaves the home as it was (links: %s)', async (link) => {
    const before = everythingIn(home);
    const agents = ['claude', 'codex', 'amp', 'gemini'] as const;
    for (const scope of ['user', 'project'] as const) await install({ agents, scope, link });
    expect(everythingIn(home)).not.toEqual(before);
    for (const scope of ['project', 'user'] as const) await uninstall({ agents, scope });
    expect(everythingIn(home)).toEqual(before);
  });

  it('leaves the home as it was, one skill after the other', async () => {
    const before = everythingIn(home);
    await install({ skills: ['one'] });
    await install({ skills: ['two'] });
    await uninstall({ skills: ['one'] });
    expect(await states()).toEqual(['missing', 'installed']);
    await uninstall({ skills: ['two'] });
    expect(everythingIn(home)).toEqual(before);
  });

  it('keeps what was changed by hand, and what is not from us, and says so', async () => {
    await install({ skills: ['one'] });
    writeFileSync(path('one/SKILL.md'), 'edited');
    fill(home, { '.claude/skills/one/notes.md': 'mine', '.claude/skills/other/SKILL.md': 'theirs' });
    const [one] = await uninstall();
    expect([one!.outcome, one!.reason]).toEqual([
      'kept',
      'SKILL.md, notes.md stay: they are not as installed; --force removes what was changed by hand',
    ]);
    expect(everythingIn(path('')).map((line) => line.split(' ')[0])).toEqual([
      '.tokentrail.json',
      'one',
      'one/.tokentrail.json',
      'one/SKILL.md',
      'one/notes.md',
      'other',
      'other/SKILL.md',
    ]);
    // What was kept can still be taken.
    expect((await uninstall({ force: true }))[0]!.reason).toBe('notes.md stays: it is not as installed');
    expect(existsSync(path('one/SKILL.md'))).toBe(false);
  });

  it('takes with force what was changed by hand', async () => {
    const before = everythingIn(home);
    await install({ skills: ['one'] });
    writeFileSync(path('one/SKILL.md'), 'edited');
    expect(outcomes(await uninstall({ force: true }))).toEqual(['removed']);
    expect(everythingIn(home)).toEqual(before);
  });

  it('only shows with --dry-run what would go', async () => {
    await install();
    const before = everythingIn(home);
    expect(outcomes(await uninstall({ dryRun: true }))).toEqual(['removed', 'removed']);
    expect(everythingIn(home)).toEqual(before);
  });

  it('keeps a shared folder for those that are left', async () => {
    const before = everythingIn(home);
    await install({ agents: ['codex'], scope: 'project', skills: ['one'] });
    expect(outcomes(await install({ agents: ['amp'], scope: 'project', skills: ['one'] }))).toEqual(['updated']);
    expect((await list(['amp'], 'project'))[0]!.state).toBe('installed');
    expect(outcomes(await uninstall({ agents: ['codex'], scope: 'project' }))).toEqual(['unchanged']);
    expect((await list(['codex', 'amp'], 'project')).filter(({ skill: name }) => name === 'one').map(({ state }) => state)).toEqual([
      'missing',
      'installed',
    ]);
    await uninstall({ agents: ['amp'], scope: 'project' });
    expect(everythingIn(home)).toEqual(before);
  });

  it('takes a skill that the program has no more', async () => {
    const before = everythingIn(home);
    await install();
    rmSync(join(assembled, 'claude/two'), { recursive: true });
    const [finding] = drifted(await list());
    expect([finding!.state, mendingCommand(finding!)]).toEqual(['retired', 'tokentrail skills uninstall two --agent claude']);
    await uninstall();
    expect(everythingIn(home)).toEqual(before);
  });
});

describe('checking', () => {
  it('names the command that mends what is not as it should be', async () => {
    await install();
    writeFileSync(path('one/SKILL.md'), 'edited');
    fill(assembled, { 'claude/two/SKILL.md': skill('two', 'Newer.') });
    expect(drifted(await list()).map(mendingCommand)).toEqual([
      'tokentrail skills install one --agent claude --force',
      'tokentrail skills install two --agent claude',
    ]);
  });

  it('finds a skill that no agent takes', async () => {
    fill(assembled, { 'claude/one/SKILL.md': 'no frontmatter' });
    await install({ skills: ['one'] });
    expect(await states()).toEqual(['broken', 'missing']);
  });
});
