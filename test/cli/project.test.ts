import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { textWithoutHome, findProject, isInProject, withHome, withoutHome } from '../../src/cli/project.js';

let top: string;

beforeEach(() => {
  top = realpathSync(mkdtempSync(join(tmpdir(), 'tokentrail-project-')));
});

afterEach(() => rmSync(top, { recursive: true, force: true }));

function folder(...parts: string[]): string {
  const path = join(top, ...parts);
  mkdirSync(path, { recursive: true });
  return path;
}

function git(cwd: string, ...args: string[]): void {
  const identity = ['-c', 'user.name=t', '-c', 'user.email=t@example.org', '-c', 'protocol.file.allow=always'];
  execFileSync('git', [...identity, ...args], { cwd, stdio: 'ignore', env: { PATH: process.env['PATH'], HOME: top } });
}

const hasGit = (): boolean => {
  try {
    git(top, '--version');
    return true;
  } catch {
    return false;
  }
};

function repository(...parts: string[]): string {
  const path = folder(...parts);
  git(path, 'init');
  git(path, 'commit', '--allow-empty', '-m', 'first');
  return path;
}

describe('findProject', () => {
  it('is the folder itself where nothing marks one', () => {
    const path = folder('a', 'b');
    expect(findProject(path)).toEqual({ root: path, marked: false, configFile: null });
  });

  it('is the nearest folder upward with .git', () => {
    folder('a', '.git');
    const below = folder('a', 'b', 'c');
    expect(findProject(below)).toEqual({ root: join(top, 'a'), marked: true, configFile: null });
  });

  it('is the nearest folder upward with tokentrail.yaml, also inside a checkout', () => {
    folder('a', '.git');
    const inner = folder('a', 'b');
    writeFileSync(join(inner, 'tokentrail.yaml'), '');
    expect(findProject(folder('a', 'b', 'c'))).toEqual({ root: inner, marked: true, configFile: join(inner, 'tokentrail.yaml') });
  });

  it('is the checkout, not a tokentrail.yaml further up', () => {
    writeFileSync(join(top, 'tokentrail.yaml'), '');
    folder('a', '.git');
    expect(findProject(folder('a', 'b'))).toEqual({ root: join(top, 'a'), marked: true, configFile: null });
  });

  it('is a real path where the folder was reached by a link', () => {
    folder('a', '.git');
    symlinkSync(join(top, 'a'), join(top, 'link'));
    expect(findProject(join(top, 'link')).root).toBe(join(top, 'a'));
  });

  it('is the main checkout in a worktree', (ctx) => {
    if (!hasGit()) ctx.skip('git is not installed');
    const main = repository('main');
    git(main, 'worktree', 'add', join(top, 'side'));
    expect(findProject(join(top, 'side')).root).toBe(main);
  });

  it('takes the configuration of the main checkout in a worktree', (ctx) => {
    if (!hasGit()) ctx.skip('git is not installed');
    const main = repository('main');
    writeFileSync(join(main, 'tokentrail.yaml'), '');
    git(main, 'worktree', 'add', join(top, 'side'));
    expect(findProject(folder('side', 'deep')).configFile).toBe(join(main, 'tokentrail.yaml'));
  });

  it('is the main checkout in a worktree that has tokentrail.yaml checked in', (ctx) => {
    if (!hasGit()) ctx.skip('git is not installed');
    const main = folder('main');
    git(main, 'init');
    writeFileSync(join(main, 'tokentrail.yaml'), 'store: .tokentrail\n');
    git(main, 'add', '.');
    git(main, 'commit', '-m', 'first');
    git(main, 'worktree', 'add', join(top, 'side'));
    expect(findProject(join(top, 'side'))).toEqual({ root: main, marked: true, configFile: join(main, 'tokentrail.yaml') });
  });

  it('is the submodule itself in a submodule', (ctx) => {
    if (!hasGit()) ctx.skip('git is not installed');
    const main = repository('main');
    git(main, 'submodule', 'add', repository('library'), 'vendor');
    expect(findProject(join(main, 'vendor')).root).toBe(join(main, 'vendor'));
  });

  it('is a folder of its own where .git is a file that says nothing', () => {
    const path = folder('a');
    writeFileSync(join(path, '.git'), 'nonsense\n');
    expect(findProject(path)).toMatchObject({ root: path, marked: true });
  });

  it('is told of a folder that is gone', () => {
    expect(findProject(join(top, 'gone'))).toEqual({ root: join(top, 'gone'), marked: false, configFile: null });
  });
});

describe('isInProject', () => {
  const marked = (): ReturnType<typeof findProject> => {
    folder('a', '.git');
    return findProject(join(top, 'a'));
  };

  it('holds folders below the root', () => {
    expect(isInProject(marked(), folder('a', 'b'))).toBe(true);
  });

  it('does not hold a checkout inside it', () => {
    const project = marked();
    folder('a', 'other', '.git');
    expect(isInProject(project, join(top, 'a', 'other'))).toBe(false);
  });

  it('does not hold a folder beside it whose name begins alike', () => {
    expect(isInProject(marked(), folder('a-other'))).toBe(false);
  });

  it('holds a folder below that is gone by now', () => {
    expect(isInProject(marked(), join(top, 'a', 'gone'))).toBe(true);
  });

  it('does not hold a folder elsewhere that is gone by now', () => {
    expect(isInProject(marked(), join(top, 'gone'))).toBe(false);
  });

  it('holds a folder below whose name begins with two dots and is gone by now', () => {
    expect(isInProject(marked(), join(top, 'a', '..notes'))).toBe(true);
  });

  it('does not hold a relative path', () => {
    expect(isInProject(marked(), 'b')).toBe(false);
  });

  it('holds only itself where nothing marks a project', () => {
    const project = findProject(folder('plain'));
    expect([isInProject(project, join(top, 'plain')), isInProject(project, folder('plain', 'below'))]).toEqual([true, false]);
  });
});

describe("a log's path", () => {
  const HOMES = ['/home/ann.lee'];

  it.each([
    ['projects/-home-ann-lee-work-paper/a.jsonl', 'projects/~-work-paper/a.jsonl'],
    ['projects/home-ann-lee-work/agent-transcripts/a.jsonl', 'projects/~-work/agent-transcripts/a.jsonl'],
    ['projects/-home-ann-lee/a.jsonl', 'projects/~/a.jsonl'],
    ['projects/-home-ann-leeds/a.jsonl', 'projects/-home-ann-leeds/a.jsonl'],
    ['sessions/2026/05/04/rollout-1.jsonl', 'sessions/2026/05/04/rollout-1.jsonl'],
  ])('%s is stored as %s', (path, stored) => {
    expect(withoutHome(path, HOMES)).toBe(stored);
    expect(withoutHome(stored, HOMES)).toBe(stored);
  });

  it('that was stored so is the one that is here', () => {
    const path = join(folder('.claude', 'projects', `${top.replaceAll(/[^A-Za-z0-9]/g, '-')}-work`), 'a.jsonl');
    writeFileSync(path, '');
    expect(withHome(withoutHome(path, [top]), [top])).toBe(path);
  });
});

describe('a command', () => {
  it.each([
    ['/check /home/me/a.md', '/check ~/a.md'],
    ['run --in=/home/me --out "/home/me/b"', 'run --in=~ --out "~/b"'],
    ['/home/me/x', '~/x'],
    ['see /home/me2/a /backup/home/me/a ~/home/me', 'see /home/me2/a /backup/home/me/a ~/home/me'],
  ])('%s is stored as %s', (given, stored) => expect(textWithoutHome(given, ['/home/me'])).toBe(stored));
});
