// Copies of records, made by hand, with what a test doesn't care about filled in.
import type { Copy } from '../../src/ingest/groups.js';
import { ORDINARY } from '../../src/model/record.js';
import type { Counts } from '../../src/model/tokens.js';

export const counts = (output: number, rest: Partial<Counts> = {}): Counts => ({
  input: 0,
  cache_read: 0,
  cache_write_5m: 0,
  cache_write_1h: 0,
  reasoning: null,
  ...rest,
  output,
});

/** A copy with so much output, which is its weight, too. */
export const copy = (output: number, rest: Partial<Copy> = {}): Copy => ({
  ...ORDINARY,
  key: 'msg_1',
  session: 'a',
  at: 1_000_000,
  model: 'm',
  counts: counts(output),
  weight: output,
  position: 0,
  end: 1,
  log: 0,
  ...rest,
});
