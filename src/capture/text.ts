// A log's text as bytes: the file's own, or what a compressed file (Codex keeps cold rollouts as .zst) holds. Offsets are of the text.
import { readSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import type { OpenLog } from './open.js';

const CHUNK_BYTES = 1024 * 1024;

/** After so much, signals get a turn. */
const TURN_BYTES = 32 * 1024 * 1024;

/** Of a compressed file, at a time: at most 32 MiB of text. */
const PIECE_BYTES = 1024;

export const isCompressed = (name: string): boolean => name.endsWith('.zst');

async function* plainChunks(open: OpenLog, from: number, into?: Buffer): AsyncGenerator<Buffer> {
  const buffer = into ?? Buffer.allocUnsafe(Math.max(0, Math.min(CHUNK_BYTES, open.size - from)));
  // Only what was there at the opening, so that a log that grows while it is read is read to one point.
  for (let position = from, since = 0; position < open.size;) {
    const bytesRead = readSync(open.fd, buffer, 0, Math.min(buffer.length, open.size - position), position);
    if (bytesRead === 0) return;
    position += bytesRead;
    since += bytesRead;
    if (since >= TURN_BYTES) {
      await turn();
      since = 0;
    }
    yield buffer.subarray(0, bytesRead);
  }
}

async function* decompressed(open: OpenLog, damaged: () => void): AsyncGenerator<Buffer> {
  const { Decompress } = await import('fzstd');
  let ready: Buffer[] = [];
  const stream = new Decompress((bytes) => void ready.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)));
  try {
    for await (const chunk of plainChunks(open, 0)) {
      // Byte for byte a compressed file can hold thousands of times its size, so it is taken in small pieces.
      for (let start = 0; start < chunk.length; start += PIECE_BYTES) {
        stream.push(Uint8Array.from(chunk.subarray(start, start + PIECE_BYTES)));
        yield* ready;
        ready = [];
      }
    }
    stream.push(new Uint8Array(0), true);
    yield* ready;
  } catch (error) {
    // A file that is being written, or damaged: what came out before is whole.
    if (!(error instanceof Error)) throw error;
    damaged();
    yield* ready;
  }
}

/**
 * The text from an offset on, in chunks that are valid until the next one is asked for; those of a plain file lie in `into`.
 * `damaged` is called if a compressed file breaks off.
 */
export async function* chunksOf(
  open: OpenLog,
  name: string,
  from: number,
  into?: Buffer,
  damaged: () => void = () => undefined,
): AsyncGenerator<Buffer> {
  if (!isCompressed(name)) {
    yield* plainChunks(open, from, into);
    return;
  }
  let skip = from;
  for await (const chunk of decompressed(open, damaged)) {
    const rest = chunk.subarray(Math.min(skip, chunk.length));
    skip -= chunk.length - rest.length;
    if (rest.length > 0) yield rest;
  }
}

/** The first bytes of the text, fewer if it is shorter. */
export async function headOf(open: OpenLog, name: string, bytes: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let left = bytes;
  if (left === 0) return Buffer.alloc(0);
  for await (const chunk of chunksOf(open, name, 0, Buffer.allocUnsafe(bytes))) {
    const part = Buffer.from(chunk.subarray(0, left));
    parts.push(part);
    left -= part.length;
    if (left === 0) break;
  }
  return Buffer.concat(parts);
}

/** Length of the text. */
export async function textSize(open: OpenLog, name: string): Promise<number> {
  if (!isCompressed(name)) return open.size;
  let size = 0;
  for await (const chunk of chunksOf(open, name, 0)) size += chunk.length;
  return size;
}

export async function readWhole(open: OpenLog): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const chunk of plainChunks(open, 0)) parts.push(Buffer.from(chunk));
  return Buffer.concat(parts);
}
