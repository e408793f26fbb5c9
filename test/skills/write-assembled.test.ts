import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compareAssembled, writeAssembled } from '../../src/skills/write-assembled.js';
import { everythingIn, fill, folderWith } from './assembled-home.js';

const files = (texts: Readonly<Record<string, string>>): ReadonlyMap<string, string> => new Map(Object.entries(texts));

const statesOf = (folder: string, texts: Readonly<Record<string, string>>): string[] =>
  compareAssembled(folder, files(texts)).map(({ path, state }) => `${path} ${state}`);

const FIRST = { 'claude/a/SKILL.md': 'a', 'claude/b/SKILL.md': 'b' };

describe('writing what was assembled', () => {
  it('makes the files, and nothing more a second time', () => {
    const folder = folderWith();
    expect(writeAssembled(folder, files(FIRST)).map(({ state }) => state)).toEqual(['new', 'new']);
    const before = everythingIn(folder);
    expect(writeAssembled(folder, files(FIRST)).map(({ state }) => state)).toEqual(['unchanged', 'unchanged']);
    expect(everythingIn(folder)).toEqual(before);
  });

  it('tells drift and writes nothing where it only compares', () => {
    const folder = folderWith();
    writeAssembled(folder, files(FIRST));
    fill(folder, { 'claude/a/SKILL.md': 'edited' });
    rmSync(join(folder, 'claude/b/SKILL.md'));
    const before = everythingIn(folder);
    expect(statesOf(folder, { ...FIRST, 'claude/c/SKILL.md': 'c' })).toEqual([
      'claude/a/SKILL.md changed',
      'claude/b/SKILL.md new',
      'claude/c/SKILL.md new',
    ]);
    expect(everythingIn(folder)).toEqual(before);
  });

  it('prunes what has no source any more, with the folders that are empty then', () => {
    const folder = folderWith();
    writeAssembled(folder, files({ ...FIRST, 'claude/b/references/x.md': 'x' }));
    writeAssembled(folder, files({ 'claude/a/SKILL.md': 'a' }));
    expect(existsSync(join(folder, 'claude/b'))).toBe(false);
    expect(statesOf(folder, { 'claude/a/SKILL.md': 'a' })).toEqual(['claude/a/SKILL.md unchanged']);
  });

  it('leaves alone what it did not write, and what was changed and has no source any more', () => {
    const folder = folderWith({ 'claude/a/SKILL.md': 'mine', 'claude/z/SKILL.md': 'mine, too' });
    writeAssembled(folder, files(FIRST));
    fill(folder, { 'claude/b/SKILL.md': 'edited' });
    expect(writeAssembled(folder, files({ 'claude/a/SKILL.md': 'a' })).map(({ path, state }) => `${path} ${state}`)).toEqual([
      'claude/a/SKILL.md foreign',
      'claude/b/SKILL.md kept',
    ]);
    expect(['a', 'b', 'z'].map((name) => readFileSync(join(folder, 'claude', name, 'SKILL.md'), 'utf8'))).toEqual([
      'mine',
      'edited',
      'mine, too',
    ]);
  });
});
