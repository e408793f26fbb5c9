import { describe, expect, it } from 'vitest';
import { TokentrailError } from '../../src/model/errors.js';
import { isConflict, storeFailure } from '../../src/store/failures.js';

describe('a failure of the store', () => {
  it.each([
    ['lance error: LanceError(IO): No space left on device (os error 28)', 'DISK_FULL'],
    ['ENOSPC: no space left on device, write', 'DISK_FULL'],
    ['Disk quota exceeded (os error 122)', 'DISK_FULL'],
    ['EFBIG: file too large, write', 'DISK_FULL'],
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
