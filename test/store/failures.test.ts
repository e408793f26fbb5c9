import { describe, expect, it } from 'vitest';
import { TokentrailError } from '../../src/model/errors.js';
import { fileFailure, isConflict, storeFailure, type Recorded } from '../../src/store/failures.js';

describe('a failure of the store', () => {
  it.each([
    ['lance error: LanceError(IO): No space left on device (os error 28)', 'DISK_FULL'],
    ['ENOSPC: no space left on device, write', 'DISK_FULL'],
    ['Disk quota exceeded (os error 122)', 'DISK_FULL'],
    ['EFBIG: file too large, write', 'DISK_FULL'],
    ['EIO: i/o error, fsync', 'STORE_UNWRITABLE'],
    ['LanceError(IO): Input/output error (os error 5)', 'STORE_UNWRITABLE'],
    ["EACCES: permission denied, mkdir '/x'", 'STORE_UNWRITABLE'],
    ['Generic LocalFileSystem error: Permission denied (os error 13)', 'STORE_UNWRITABLE'],
    ['Operation not permitted (os error 1)', 'STORE_UNWRITABLE'],
    ["EROFS: read-only file system, open '/x'", 'STORE_UNWRITABLE'],
    ["ENOTDIR: not a directory, mkdir '/x/y'", 'STORE_MISSING'],
    ["EEXIST: file already exists, mkdir '/x'", 'STORE_MISSING'],
    ['LanceError(IO): file is not a Lance file', 'STORE_DAMAGED'],
    ['Something odd (os error 17)', 'STORE_DAMAGED'],
    ['', 'STORE_DAMAGED'],
  ])('%j is %s', (message, code) => {
    expect(storeFailure(new Error(message), '/store').code).toBe(code);
  });

  it('is told with the address and its cause', () => {
    const cause = new Error('No space left on device');
    expect(storeFailure(cause, '/my store')).toMatchObject({ details: { store: '/my store' }, cause });
  });

  it.each(['ENOSPC: no space left on device, fsync', 'EIO: i/o error, fsync', 'EROFS: read-only file system, open'])(
    'tells whether anything was recorded: %s',
    (message) => {
      const told = (recorded: Recorded): string => storeFailure(new Error(message), '/store', recorded).message;
      expect(told('nothing')).toMatch(/; nothing was recorded\.$/);
      expect(told('perhaps')).toMatch(/; whether the change was recorded is not certain\.$/);
    },
  );

  it('is itself if it is ours already', () => {
    const ours = new TokentrailError('STORE_NEWER', 'It is newer.');
    expect(storeFailure(ours, '/store')).toBe(ours);
  });

  it.each([new TypeError('x is not a function'), new RangeError('Invalid array length'), new ReferenceError('y is not defined')])(
    'is none if it is a mistake of ours: %s',
    (mistake) => {
      expect(() => storeFailure(mistake, '/store')).toThrow(mistake);
    },
  );

  it('is cut before paths of the machine that built LanceDB', () => {
    const error = new Error('lance error: Not found: x, /root/.cargo/registry/src/lance-io/src/local.rs:95:27');
    expect(storeFailure(error, '/store').message).not.toContain('.cargo');
  });

  it('may be something that is no error', () => {
    expect(storeFailure('odd', '/store')).toMatchObject({ code: 'STORE_DAMAGED', message: expect.stringContaining('odd') as string });
  });

  it.each([
    'Retryable commit conflict for version 7',
    'Commit conflict for version 7',
    'Too many concurrent writers',
    'preempted by concurrent transaction',
  ])('is a conflict that may be tried again: %s', (message) => {
    expect(isConflict(new Error(message))).toBe(true);
  });

  it.each([new Error('No space left'), 'Commit conflict', null])('is no conflict: %s', (error) => {
    expect(isConflict(error)).toBe(false);
  });
});

describe('a failure of a file beside the store', () => {
  const failing = (code: string): Error => Object.assign(new Error(`${code}: it fails, write`), { code, syscall: 'write' });

  it.each([
    ['ENOSPC', 'DISK_FULL'],
    ['EIO', 'STORE_UNWRITABLE'],
    ['EACCES', 'STORE_UNWRITABLE'],
  ])('says what became of it: %s is %s', (code, own) => {
    expect(fileFailure(failing(code), '/copy', 'no backup was made')).toMatchObject({
      code: own,
      message: expect.stringMatching(/"\/copy".*; no backup was made\.$/) as string,
      suggestions: [expect.any(String) as string],
    });
  });

  it('is itself if it is ours, or none of the file system', () => {
    const errors = [new TokentrailError('STORE_NEWER', 'It is newer.'), new TypeError('x is not a function')];
    expect(errors.map((error) => fileFailure(error, '/copy', 'no backup was made'))).toEqual(errors);
  });
});
