// The fields of a line that a reader asks for, found without building the rest: a line of a log is mostly text that nobody counts.
// Invariant: what it gives is what JSON.parse would give, cut down to the fields; test/capture/scanner holds the two equal. A line
// that is not fully recognised gives null, and is for JSON.parse.
import { SCANNER } from './code.js';

/** The fields that a reader looks at: a whole value, or the fields of an object. */
export interface Fields {
  readonly [key: string]: 'value' | Fields;
}

export type FieldValues = Readonly<Record<string, unknown>>;

const CHUNK_BYTES = 1024 * 1024;
/** A longer line that spans two chunks is left to JSON.parse. */
const SPANNING_BYTES = 4 * 1024 * 1024;
const PAGE_BYTES = 64 * 1024;
/** Texts are skipped sixteen bytes at a time, also across the end. */
const SLACK_BYTES = 64;

const NEWLINE = 0x0a;

const PLAIN_TEXT = 1;
const COUNT = 3;
const ENTERED = 5;

/** What is used of WebAssembly, which the types of Node 20 name only in part. */
interface Engine {
  readonly Module: new (bytes: Uint8Array) => CompiledScanner;
  readonly Instance: new (module: CompiledScanner, imports: object) => { readonly exports: unknown };
}

/** Can be given to another thread, which then shares its code. */
export interface CompiledScanner {
  readonly compiled?: never;
}

const { WebAssembly: engine } = globalThis as unknown as { readonly WebAssembly: Engine };

/** The value is an address in memory. */
interface Address {
  readonly value: number;
}

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  readonly NODES: Address;
  readonly MEMBERS: Address;
  readonly KEYS: Address;
  readonly SLOTS: Address;
  readonly COUNTS: Address;
  scan(line: number, number: number): number;
}

interface Member {
  readonly name: string;
  readonly slot: number;
  /** Number of the node whose members are wanted; −1 for a whole value. */
  readonly node: number;
}

/** The text that a slot held last; of most fields, the next line holds the same. */
interface Last {
  bytes: Uint8Array;
  text: string;
}

let compiled: CompiledScanner | null | undefined;

/** The scanner's code; null where the machine can't run it, and every line is read by JSON.parse. */
export function compiledScanner(): CompiledScanner | null {
  if (compiled !== undefined) return compiled;
  try {
    compiled = new engine.Module(Buffer.from(SCANNER, 'base64'));
  } catch {
    compiled = null;
  }
  return compiled;
}

/** Takes what another thread has compiled. */
export function useScanner(scanner: CompiledScanner | null): void {
  compiled = scanner;
}

export class LineScanner {
  /** A log's bytes that are read into here are scanned where they lie. */
  readonly chunk: Buffer;
  readonly #exports: Exports;
  readonly #bytes: Buffer;
  readonly #spanning: number;
  readonly #slots: Int32Array;
  readonly #counts: Float64Array;
  readonly #nodes: Member[][] = [];
  readonly #last: Last[] = [];
  /** Lines that were read: what a slot holds of an earlier one is not of this one. */
  #line = 0;

  private constructor(module: CompiledScanner, fields: Fields) {
    this.#exports = new engine.Instance(module, {}).exports as Exports;
    const { memory, SLOTS, COUNTS } = this.#exports;
    const start = memory.buffer.byteLength;
    memory.grow(Math.ceil((CHUNK_BYTES + SPANNING_BYTES + 2 * SLACK_BYTES) / PAGE_BYTES));
    this.#bytes = Buffer.from(memory.buffer);
    this.chunk = this.#bytes.subarray(start, start + CHUNK_BYTES);
    this.#spanning = start + CHUNK_BYTES + SLACK_BYTES;
    this.#addNode(fields);
    const slots = this.#last.length;
    this.#slots = new Int32Array(memory.buffer, SLOTS.value, slots * 4);
    this.#counts = new Float64Array(memory.buffer, COUNTS.value, slots);
    this.#writeTree();
  }

  /** Null where the machine can't run it. */
  static of(fields: Fields): LineScanner | null {
    const module = compiledScanner();
    return module === null ? null : new LineScanner(module, fields);
  }

  #addNode(fields: Fields): number {
    const members: Member[] = [];
    const number = this.#nodes.push(members) - 1;
    for (const [name, field] of Object.entries(fields)) {
      const slot = this.#last.push({ bytes: new Uint8Array(0), text: '' }) - 1;
      members.push({ name, slot, node: field === 'value' ? -1 : this.#addNode(field) });
    }
    return number;
  }

  #writeTree(): void {
    const { memory, NODES, MEMBERS, KEYS } = this.#exports;
    const nodes = new Int32Array(memory.buffer, NODES.value);
    const members = new Int32Array(memory.buffer, MEMBERS.value);
    let key = KEYS.value;
    let count = 0;
    this.#nodes.forEach((wanted, node) => {
      nodes.set([count, wanted.length], node * 2);
      for (const { name, slot, node: inner } of wanted) {
        const length = this.#bytes.write(name, key, 'latin1');
        members.set([key, length, slot, inner], count++ * 4);
        key += length;
      }
    });
  }

  /**
   * The fields of the line bytes[start, end). In `chunk` a newline follows it, or what comes before one is blank.
   *
   * @returns null if the line is not fully recognised.
   */
  read(bytes: Buffer, start: number, end: number): FieldValues | null {
    let at = bytes.byteOffset + start;
    if (bytes.buffer !== this.#bytes.buffer) {
      if (end - start > SPANNING_BYTES) return null;
      at = this.#spanning;
      this.#bytes.set(start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end), at);
      this.#bytes[at + end - start] = NEWLINE;
    }
    this.#line = (this.#line + 1) | 0;
    return this.#exports.scan(at, this.#line) === 1 ? this.#values(0) : null;
  }

  #values(node: number): FieldValues {
    const values: Record<string, unknown> = {};
    for (const { name, slot, node: inner } of this.#nodes[node]!) {
      if (this.#slots[slot * 4 + 3] !== this.#line) continue;
      const kind = this.#slots[slot * 4]!;
      values[name] = kind === ENTERED ? this.#values(inner) : this.#value(slot, kind);
    }
    return values;
  }

  #value(slot: number, kind: number): unknown {
    if (kind === COUNT) return this.#counts[slot];
    const start = this.#slots[slot * 4 + 1]!;
    const end = this.#slots[slot * 4 + 2]!;
    if (kind === PLAIN_TEXT) return this.#plainText(this.#last[slot]!, start + 1, end - 1);
    switch (this.#bytes[start]) {
      case 0x6e:
        return null;
      case 0x74:
        return true;
      case 0x66:
        return false;
      default:
        return JSON.parse(this.#bytes.toString('utf8', start, end));
    }
  }

  #plainText(last: Last, start: number, end: number): string {
    const known = last.bytes;
    let i = known.length - 1;
    if (known.length === end - start) while (i >= 0 && known[i] === this.#bytes[start + i]) i--;
    if (i >= 0 || known.length !== end - start) {
      last.text = this.#bytes.toString('latin1', start, end);
      last.bytes = Uint8Array.prototype.slice.call(this.#bytes, start, end);
    }
    return last.text;
  }
}
