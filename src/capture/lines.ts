// Splits a log into lines by bytes, in bounded memory. A line is never decoded before it is whole, and one that is too long is
// dropped as it goes by (a single 600 MB line would otherwise end the process).
import type { PrefixHash } from './prefix-hash.js';

export const MAX_LINE_BYTES = 64 * 1024 * 1024;

const NEWLINE = 0x0a;

/** Where reading stands: the first byte not yet consumed, and whether it lies inside a line that is being dropped. */
export interface ScanPosition {
  readonly bytes: number;
  readonly discarding: boolean;
}

export interface LineSink {
  /** A whole line without its newline; the bytes are valid only during the call. */
  line(bytes: Buffer, position: number): void;
  /** The last line, without a newline. Returns whether it was consumed; if not, it is offered again when more was written. */
  tail(bytes: Buffer, position: number): boolean;
  /** A line of more than MAX_LINE_BYTES begins at `position`. */
  tooLong(position: number): void;
}

/**
 * Feeds the lines of `chunks`, which begin at `from`, to the sink.
 *
 * @param hash gets exactly the bytes that were consumed, if given.
 * @returns where the next reading begins.
 */
export async function scanLines(
  chunks: AsyncIterable<Buffer>,
  from: ScanPosition,
  sink: LineSink,
  hash?: PrefixHash,
  maxLine: number = MAX_LINE_BYTES,
): Promise<ScanPosition> {
  let { bytes: position, discarding } = from;
  let carry: Buffer[] = [];
  let carried = 0;

  const consume = (parts: readonly Buffer[], length: number): void => {
    if (hash) for (const part of parts) hash.update(part);
    position += length;
  };

  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      if (!discarding) {
        const piece = chunk.subarray(start, end);
        if (carried + piece.length > maxLine) sink.tooLong(position);
        else sink.line(carried === 0 ? piece : Buffer.concat([...carry, piece]), position);
      }
      consume([...carry, chunk.subarray(start, end + 1)], carried + end + 1 - start);
      discarding = false;
      carry = [];
      carried = 0;
      start = end + 1;
    }
    const rest = chunk.subarray(start);
    if (discarding) {
      consume([rest], rest.length);
      continue;
    }
    carry.push(Buffer.from(rest));
    carried += rest.length;
    if (carried > maxLine) {
      sink.tooLong(position);
      consume(carry, carried);
      discarding = true;
      carry = [];
      carried = 0;
    }
  }
  if (carried > 0 && sink.tail(Buffer.concat(carry), position)) consume(carry, carried);
  return { bytes: position, discarding };
}
