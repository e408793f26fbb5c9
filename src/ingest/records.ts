// All records of one log in a few long arrays: as objects, those of a thousand logs would take as much memory as the whole program.
import { TOKEN_CLASSES, type Counts } from '../model/tokens.js';
import type { RecordCopy } from '../model/record.js';
import type { Copy } from './groups.js';

const COUNTS = [...TOKEN_CLASSES, 'reasoning'] as const;
const BITS = ['subagent', 'copied', 'partial', 'unreliable', 'echo', 'sole', 'delegate'] as const;

/** Numbers of a record, in this order; NaN is null. The last seven are numbers of words, −1 for none. */
const WIDTH = 9 + COUNTS.length + 7;
const [AT, BIT, INVALID, WEIGHT, RANK, POSITION, END, CALLS, UNTIL] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
const COUNT = 9;
const [SESSION, MODEL, BRANCH, TYPE, TWIN, TERMS, REPORTED] = [15, 16, 17, 18, 19, 20, 21];

/** What `Records` is made of; can be sent to another thread. */
export interface RecordParts {
  readonly keys: readonly string[];
  /** Texts that many records share. */
  readonly words: readonly string[];
  readonly numbers: Float64Array;
}

export class Records {
  readonly parts: RecordParts;

  constructor(parts: RecordParts) {
    this.parts = parts;
  }

  static readonly NONE = new Records({ keys: [], words: [], numbers: new Float64Array(0) });

  static from(copies: readonly RecordCopy[]): Records {
    const words: string[] = [];
    const numberOf = new Map<string, number>();
    const word = (text: string | null): number => {
      if (text === null) return -1;
      let number = numberOf.get(text);
      if (number === undefined) numberOf.set(text, (number = words.push(text) - 1));
      return number;
    };
    const numbers = new Float64Array(copies.length * WIDTH);
    copies.forEach((copy, i) => {
      const o = i * WIDTH;
      numbers[o + AT] = copy.at ?? NaN;
      let bits = 0;
      for (let b = 0; b < BITS.length; b++) if (copy[BITS[b]!]) bits |= 1 << b;
      numbers[o + BIT] = bits;
      numbers[o + INVALID] = copy.invalid;
      numbers[o + WEIGHT] = copy.weight;
      numbers[o + RANK] = copy.rank;
      numbers[o + POSITION] = copy.position;
      numbers[o + END] = copy.end;
      numbers[o + CALLS] = copy.calls;
      numbers[o + UNTIL] = copy.until ?? NaN;
      for (let c = 0; c < COUNTS.length; c++) numbers[o + COUNT + c] = copy.counts[COUNTS[c]!] ?? NaN;
      numbers[o + SESSION] = word(copy.session);
      numbers[o + MODEL] = word(copy.model);
      numbers[o + BRANCH] = word(copy.branch);
      numbers[o + TYPE] = word(copy.agent_type);
      numbers[o + TWIN] = word(copy.twin);
      numbers[o + TERMS] = word(copy.terms);
      numbers[o + REPORTED] = word(copy.reported);
    });
    return new Records({ keys: copies.map(({ key }) => key), words, numbers });
  }

  get length(): number {
    return this.parts.keys.length;
  }

  /** Some are copied with keys of their own. */
  get hasTwins(): boolean {
    const { numbers } = this.parts;
    for (let o = TWIN; o < numbers.length; o += WIDTH) if (numbers[o]! >= 0) return true;
    return false;
  }

  key(i: number): string {
    return this.parts.keys[i]!;
  }

  /** Record `i`, as the copy that stands in log number `log`. */
  at(i: number, log: number): Copy {
    const { keys, numbers, words } = this.parts;
    const o = i * WIDTH;
    const count = (c: number): number | null => {
      const value = numbers[o + COUNT + c]!;
      return Number.isNaN(value) ? null : value;
    };
    const counts: Counts = {
      input: count(0),
      cache_read: count(1),
      cache_write_5m: count(2),
      cache_write_1h: count(3),
      output: count(4),
      reasoning: count(5),
    };
    const at = numbers[o + AT]!;
    const until = numbers[o + UNTIL]!;
    const bits = numbers[o + BIT]!;
    const word = (n: number): string | null => words[numbers[o + n]!] ?? null;
    return {
      key: keys[i]!,
      log,
      session: word(SESSION)!,
      at: Number.isNaN(at) ? null : at,
      model: word(MODEL),
      counts,
      calls: numbers[o + CALLS]!,
      twin: word(TWIN),
      subagent: (bits & 1) !== 0,
      copied: (bits & 2) !== 0,
      partial: (bits & 4) !== 0,
      unreliable: (bits & 8) !== 0,
      echo: (bits & 16) !== 0,
      sole: (bits & 32) !== 0,
      delegate: (bits & 64) !== 0,
      invalid: numbers[o + INVALID]!,
      weight: numbers[o + WEIGHT]!,
      rank: numbers[o + RANK]!,
      branch: word(BRANCH),
      agent_type: word(TYPE),
      terms: word(TERMS),
      reported: word(REPORTED),
      position: numbers[o + POSITION]!,
      end: numbers[o + END]!,
      until: Number.isNaN(until) ? null : until,
    };
  }

  *copies(log: number): Generator<Copy> {
    for (let i = 0; i < this.length; i++) yield this.at(i, log);
  }

  /** As bytes for the cache; `fromBytes` gives the same back. */
  toBytes(): Buffer {
    const { keys, words, numbers } = this.parts;
    const texts = Buffer.from(JSON.stringify([keys, words]));
    const length = Buffer.alloc(8);
    length.writeUInt32LE(texts.length);
    return Buffer.concat([length, texts, Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength)]);
  }

  static fromBytes(bytes: Buffer): Records {
    const start = 8 + bytes.readUInt32LE(0);
    const [keys, words] = JSON.parse(bytes.toString('utf8', 8, start)) as [string[], string[]];
    // Copied, since the numbers must begin at a multiple of their size.
    const numbers = new Float64Array(Uint8Array.prototype.slice.call(bytes, start).buffer);
    return new Records({ keys, words, numbers });
  }
}
