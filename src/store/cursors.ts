// The disposable cache of how far logs were read and what was found there. A file has a head and numbered buckets, each checked
// by its own hash at opening and parsed only when needed. Deleting it changes no answer; a damaged one is a cold read.
import { createHash } from 'node:crypto';
import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder, writeFileAtomically } from './files.js';

const LONGEST_NAME = 150;

const MAGIC = 'tokentrail-cursor/2';

/** The first line is shorter than this: what the file is, the hash of its head, and how long that is. */
const MAGIC_BYTES = 128;

const hash = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex').slice(0, 32);

/** A bucket's number, length and hash. */
type BucketEntry = readonly [number: number, length: number, hash: string];

interface Head {
  readonly head: unknown;
  readonly buckets: readonly BucketEntry[];
}

/** What a cursor file said is not what was written to it. */
export class DamagedCursor extends Error {}

export class CursorFile {
  readonly head: unknown;
  readonly #buckets = new Map<number, { readonly bytes: Buffer; readonly hash: string }>();

  /** @throws DamagedCursor */
  constructor(bytes: Buffer) {
    const first = bytes.indexOf(0x0a);
    const second = bytes.indexOf(0x0a, first + 1);
    const [magic, check, length] = bytes.toString('latin1', 0, Math.max(first, 0)).split(' ');
    const text = bytes.subarray(first + 1, Math.max(second, 0));
    if (magic !== MAGIC || second < 0 || Number(length) !== text.length || hash(text) !== check)
      throw new DamagedCursor('The head is not what was written.');
    const { head, buckets } = JSON.parse(text.toString('utf8')) as Head;
    this.head = head;
    let start = second + 1;
    for (const entry of buckets) {
      const [number, length, expected] = entry;
      const body = bytes.subarray(start, start + length);
      if (hash(body) !== expected) throw new DamagedCursor(`Bucket ${number} is not what was written.`);
      this.#buckets.set(number, { bytes: body, hash: expected });
      start += length;
    }
  }

  /** A bucket as it was written, with its hash; null if there is none. */
  bucket(number: number): { readonly bytes: Buffer; readonly hash: string } | null {
    return this.#buckets.get(number) ?? null;
  }
}

/** A cursor file of which the head was read, and buckets are read when they are asked for. */
export class OpenCursor {
  readonly head: unknown;
  readonly #fd: number;
  readonly #places = new Map<number, { readonly start: number; readonly length: number; readonly hash: string }>();

  /** @throws DamagedCursor */
  constructor(fd: number) {
    this.#fd = fd;
    const line = Buffer.alloc(MAGIC_BYTES);
    readSync(fd, line, 0, MAGIC_BYTES, 0);
    const first = line.indexOf(0x0a);
    const [magic, check, length] = line.toString('latin1', 0, Math.max(first, 0)).split(' ');
    if (magic !== MAGIC || !/^\d{1,12}$/.test(length ?? '')) throw new DamagedCursor('The head is not what was written.');
    const text = Buffer.allocUnsafe(Number(length));
    if (readSync(fd, text, 0, text.length, first + 1) < text.length || hash(text) !== check)
      throw new DamagedCursor('The head is not what was written.');
    const { head, buckets } = JSON.parse(text.toString('utf8')) as Head;
    this.head = head;
    let start = first + 1 + text.length + 1;
    for (const [number, size, expected] of buckets) {
      this.#places.set(number, { start, length: size, hash: expected });
      start += size;
    }
    if (fstatSync(fd).size !== start) throw new DamagedCursor('It is longer or shorter than what was written.');
  }

  /** A bucket as it was written; null if there is none. @throws DamagedCursor */
  bucket(number: number): { readonly bytes: Buffer; readonly hash: string } | null {
    const place = this.#places.get(number);
    if (place === undefined) return null;
    const bytes = Buffer.alloc(place.length);
    readSync(this.#fd, bytes, 0, bytes.length, place.start);
    if (hash(bytes) !== place.hash) throw new DamagedCursor(`Bucket ${number} is not what was written.`);
    return { bytes, hash: place.hash };
  }

  /** A bucket to be written again as it is; it is checked by whoever reads it. */
  written(number: number): { readonly bytes: Buffer; readonly hash: string } | null {
    const place = this.#places.get(number);
    if (place === undefined) return null;
    const bytes = Buffer.allocUnsafe(place.length);
    // Short where the file is: the hash will not be that of what is written.
    const length = readSync(this.#fd, bytes, 0, bytes.length, place.start);
    return { bytes: bytes.subarray(0, length), hash: place.hash };
  }

  close(): void {
    closeSync(this.#fd);
  }
}

/** A bucket to be written: new content, or the old bytes with their hash. */
export type BucketContent = { readonly content: string | Uint8Array } | { readonly bytes: Buffer; readonly hash: string };

export class CursorCache {
  readonly #folder: string;

  /** `folder`: absolute; made when something is written. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  #path(name: string): string {
    const plain = name.replaceAll(/[^A-Za-z0-9._-]/g, '_').slice(0, LONGEST_NAME);
    // Names that a file can't have are kept apart by their hash.
    return join(this.#folder, `${plain === name ? name : `${plain}-${hash(name)}`}.cursor`);
  }

  has(name: string): boolean {
    return existsSync(this.#path(name));
  }

  /** Null if there is none; `'damaged'` if there is one that can't be used. */
  read(name: string): CursorFile | null | 'damaged' {
    let bytes: Buffer;
    try {
      bytes = readFileSync(this.#path(name));
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'ENOENT' ? null : 'damaged';
    }
    try {
      return new CursorFile(bytes);
    } catch {
      return 'damaged';
    }
  }

  /** The same with nothing but the head read; the caller closes it. */
  open(name: string): OpenCursor | null | 'damaged' {
    let fd: number;
    try {
      fd = openSync(this.#path(name), 'r');
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'ENOENT' ? null : 'damaged';
    }
    try {
      return new OpenCursor(fd);
    } catch {
      closeSync(fd);
      return 'damaged';
    }
  }

  /** Replaces the file, and gives what was written to be read again. @throws the file system's error; the caller tells that the cache can't be written. */
  write(name: string, head: unknown, buckets: ReadonlyMap<number, BucketContent>): () => CursorFile {
    const entries: BucketEntry[] = [];
    const bodies: Uint8Array[] = [];
    for (const [number, content] of buckets) {
      const bytes =
        'bytes' in content ? content.bytes : typeof content.content === 'string' ? Buffer.from(content.content) : content.content;
      entries.push([number, bytes.length, 'content' in content ? hash(bytes) : content.hash]);
      bodies.push(bytes);
    }
    const text = JSON.stringify({ head, buckets: entries } satisfies Head);
    makeFolder(this.#folder);
    const parts = [Buffer.from(`${MAGIC} ${hash(text)} ${Buffer.byteLength(text)}\n${text}\n`), ...bodies];
    writeFileAtomically(this.#path(name), parts, false);
    return () => new CursorFile(Buffer.concat(parts));
  }
}
