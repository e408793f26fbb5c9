// All copies of all records of a scope, grouped by key, in 256 buckets. Only buckets that a reading touches are loaded and written
// anew, so that the next snapshot of a long session costs what was appended, not what there is.
import { createHash } from 'node:crypto';
import type { RecordCopy } from '../model/record.js';
import { TOKEN_CLASSES, type Counts } from '../model/tokens.js';
import type { BucketContent, CursorFile } from '../store/cursors.js';

export const BUCKETS = 256;

/** A copy, and the log (its number in the scope) in which it stands. */
export interface Copy extends RecordCopy {
  readonly log: number;
}

export type Group = readonly Copy[];

export const bucketOf = (key: string): number => {
  let h = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) h = Math.imul(h ^ key.charCodeAt(i), 0x01000193);
  return (h ^ (h >>> 8) ^ (h >>> 16)) & (BUCKETS - 1);
};

/** A copy as it is kept in the cache: numbers and short texts in a fixed order. */
type Packed = readonly [
  log: number,
  session: string,
  at: number | null,
  model: string | null,
  counts: readonly (number | null)[],
  bits: number,
  invalid: number,
  weight: number,
  rank: number,
  position: number,
  end: number,
  branch: string | null,
  agent_type: string | null,
  calls: number,
  twin: string | null,
  until: number | null,
  terms: string | null,
  reported: string | null,
];

const BITS = ['subagent', 'copied', 'partial', 'unreliable', 'echo', 'sole', 'delegate'] as const;

const COUNTS = [...TOKEN_CLASSES, 'reasoning'] as const;

const pack = (copy: Copy): Packed => [
  copy.log,
  copy.session,
  copy.at,
  copy.model,
  COUNTS.map((name) => copy.counts[name]),
  BITS.reduce((bits, name, i) => bits | (copy[name] ? 1 << i : 0), 0),
  copy.invalid,
  copy.weight,
  copy.rank,
  copy.position,
  copy.end,
  copy.branch,
  copy.agent_type,
  copy.calls,
  copy.twin,
  copy.until,
  copy.terms,
  copy.reported,
];

function unpack(key: string, packed: Packed): Copy {
  const [log, session, at, model, counts, bits, invalid, weight, rank, position, end, ...rest] = packed;
  const [branch, agent_type, calls, twin, until, terms, reported] = rest;
  const flags = Object.fromEntries(BITS.map((name, i) => [name, (bits & (1 << i)) !== 0])) as Record<(typeof BITS)[number], boolean>;
  const named = Object.fromEntries(COUNTS.map((name, i) => [name, counts[i] ?? null])) as unknown as Counts;
  const copy = { key, log, session, at, model, counts: named, calls, twin, ...flags, invalid, weight, rank };
  return { ...copy, branch, agent_type, terms, reported, position, end, until };
}

export class Groups {
  readonly #file: CursorFile | null;
  readonly #loaded = new Map<number, Map<string, Group>>();
  readonly #changed = new Set<number>();

  constructor(file: CursorFile | null) {
    this.#file = file;
  }

  #bucket(number: number): Map<string, Group> {
    let bucket = this.#loaded.get(number);
    if (bucket !== undefined) return bucket;
    const bytes = this.#file?.bucket(number)?.bytes ?? null;
    const entries = bytes === null ? [] : (JSON.parse(bytes.toString('utf8')) as [string, Packed[]][]);
    bucket = new Map(entries.map(([key, copies]) => [key, copies.map((copy) => unpack(key, copy))]));
    this.#loaded.set(number, bucket);
    return bucket;
  }

  get(key: string): Group | undefined {
    return this.#bucket(bucketOf(key)).get(key);
  }

  /** An empty group is removed. */
  set(key: string, group: Group): void {
    const number = bucketOf(key);
    if (group.length === 0) this.#bucket(number).delete(key);
    else this.#bucket(number).set(key, group);
    this.#changed.add(number);
  }

  /** How many buckets were parsed. */
  get loaded(): number {
    return this.#loaded.size;
  }

  /** All groups; loads every bucket. */
  *all(): Generator<[string, Group]> {
    for (let number = 0; number < BUCKETS; number++) yield* this.#bucket(number);
  }

  /** Numbers of the buckets that changed since they were read. */
  get changed(): ReadonlySet<number> {
    return this.#changed;
  }

  /** The keys of a bucket and their groups, sorted by key. */
  sorted(number: number): [string, Group][] {
    return [...this.#bucket(number)].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  contents(): Map<number, BucketContent> {
    const contents = new Map<number, BucketContent>();
    for (let number = 0; number < BUCKETS; number++) {
      if (!this.#changed.has(number)) {
        const old = this.#file?.bucket(number) ?? null;
        if (old !== null) contents.set(number, old);
        continue;
      }
      const bucket = this.#bucket(number);
      if (bucket.size > 0) contents.set(number, { content: JSON.stringify([...bucket].map(([key, group]) => [key, group.map(pack)])) });
    }
    return contents;
  }
}

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
