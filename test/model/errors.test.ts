import { describe, expect, it } from 'vitest';
import { assertThat, ERROR_EXITS, TokentrailError, type ErrorCode } from '../../src/model/errors.js';

/** The exit codes of cli.md, without 0. */
const DOCUMENTED = new Set([1, 2, 3, 4, 5, 6, 10, 11, 12, 20, 130]);
const CODES = Object.keys(ERROR_EXITS) as ErrorCode[];

describe('an error', () => {
  it.each(CODES)('%s has an exit code that is documented', (code) => {
    expect(DOCUMENTED).toContain(ERROR_EXITS[code]);
  });

  it.each(CODES)('%s is written in capitals, as in the documentation', (code) => {
    expect(code).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
  });

  it('carries the exit code of its code', () => {
    expect(new TokentrailError('STORE_LOCKED', 'It is locked.').exitCode).toBe(11);
  });

  it('has empty suggestions and details where none were given', () => {
    expect(new TokentrailError('BUG', 'It failed.')).toMatchObject({ suggestions: [], details: {} });
  });

  it('keeps what caused it', () => {
    const cause = new Error('os error 28');
    expect(new TokentrailError('DISK_FULL', 'It is full.', { cause }).cause).toBe(cause);
  });

  it('is a bug with exit code 10 where a promise of the program is broken', () => {
    expect(() => assertThat(false, 'sums are sums')).toThrow(
      expect.objectContaining({ code: 'BUG', exitCode: 10, message: expect.stringContaining('sums are sums') as string }),
    );
  });

  it('is not thrown where the promise holds', () => {
    expect(() => assertThat(true, 'sums are sums')).not.toThrow();
  });
});
