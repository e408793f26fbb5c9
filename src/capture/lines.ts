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

/** A line without its newline is bytes[start, end); they are valid only during the call. */
export interface LineSink {
  line(bytes: Buffer, start: number, end: number, position: number): void;
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

  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      const length = carried + end - start;
      if (!discarding) {
        if (length > maxLine) sink.tooLong(position);
        // Not as a part of its own: making one costs more than reading a short line.
        else if (carried === 0) sink.line(chunk, start, end, position);
        else sink.line(Buffer.concat([...carry, chunk.subarray(start, end)]), 0, length, position);
      }
      for (const part of carry) hash?.update(part);
      position += length + 1;
      discarding = false;
      carry = [];
      carried = 0;
      start = end + 1;
    }
    hash?.update(chunk.subarray(0, start));
    const rest = chunk.subarray(start);
    if (!discarding) {
      carry.push(Buffer.from(rest));
      carried += rest.length;
      if (carried <= maxLine) continue;
      sink.tooLong(position);
      discarding = true;
    } else {
      carry = [rest];
      carried = rest.length;
    }
    for (const part of carry) hash?.update(part);
    position += carried;
    carry = [];
    carried = 0;
  }
  if (carried > 0 && sink.tail(Buffer.concat(carry), position)) {
    for (const part of carry) hash?.update(part);
    position += carried;
  }
  return { bytes: position, discarding };
}
