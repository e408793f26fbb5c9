import { chmodSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { checkPermissions } from '../../src/checks/permissions.js';
import { openStore, temporaryFolder } from '../store/temporary.js';

let folder: string;

beforeEach((ctx) => {
  if (process.platform === 'win32') ctx.skip('Windows has no modes');
  folder = join(temporaryFolder(), 'store');
  mkdirSync(folder);
});

const levelAt = (mode: number): string | undefined => {
  chmodSync(folder, mode);
  return checkPermissions(folder)?.level;
};

describe('the permissions of the store', () => {
  it('are well where only the user can reach into it', () => {
    expect(levelAt(0o700)).toBe('ok');
  });

  it.each([0o755, 0o770, 0o701, 0o704, 0o710, 0o777])('are a warning at the mode %i', (mode) => {
    expect(levelAt(mode)).toBe('warning');
  });

  it('are well in a store that we made', async () => {
    rmSync(folder, { recursive: true });
    await openStore(folder);
    expect(checkPermissions(folder)).toMatchObject({ level: 'ok' });
  });

  it('are mended by the command that is told', () => {
    chmodSync(folder, 0o755);
    expect(checkPermissions(folder)!.fix).toBe(`Run: chmod -R go= "${folder}"`);
  });

  it('are told as a mode of four digits', () => {
    chmodSync(folder, 0o705);
    expect(checkPermissions(folder)).toMatchObject({ details: { mode: '0705' } });
  });

  it('are nothing where there is no store', () => {
    expect(checkPermissions(join(folder, 'missing'))).toBeNull();
  });

  it('are those of the folder that a link leads to', () => {
    chmodSync(folder, 0o700);
    const link = join(temporaryFolder(), 'link');
    symlinkSync(folder, link);
    expect(checkPermissions(link)).toMatchObject({ level: 'ok' });
  });

  it('are a warning where the store belongs to someone else', (ctx) => {
    if (process.getuid?.() === 0) ctx.skip('to root everything belongs');
    expect(checkPermissions('/')).toMatchObject({ level: 'warning', message: expect.stringContaining('another user') as string });
  });
});
