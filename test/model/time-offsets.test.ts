// Times with an offset, near the last exact instant.
import { describe, expect, it } from 'vitest';
import { parseInstant } from '../../src/model/time.js';

const LAST = 2 ** 53 - 1;

describe('an instant near the last exact one', () => {
  it.each([
    ['2255-06-06T00:47:34.740991+01:00', LAST],
    ['2255-06-06T00:47:34.740989+01:00', LAST - 2],
    ['2255-06-06T13:47:34.740991+14:00', LAST],
  ])('%s is the same with any offset', (text, micros) => {
    expect(parseInstant(text)).toBe(micros);
  });
});
