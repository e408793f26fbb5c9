// The hash of a growing file's prefix, which can be continued without reading the prefix again:
// c(0) = 32 zero bytes, c(i) = SHA-256(c(i−1) ‖ block i), in blocks of 256 KiB, the last one as long as it is.
import { createHash, type Hash } from 'node:crypto';

export const HASH_BLOCK = 256 * 1024;

/** A point from which the hash can go on: everything before `start` is in `chain`. */
export interface HashPoint {
  readonly start: number;
  readonly chain: string;
}

const BEGIN: HashPoint = { start: 0, chain: '00'.repeat(32) };

const begun = ({ chain }: HashPoint): Hash => createHash('sha256').update(Buffer.from(chain, 'hex'));

export class PrefixHash {
  #point: HashPoint;
  #before: HashPoint;
  /** Of the block that is being filled. */
  #block: Hash | null = null;
  #filled = 0;

  constructor(from: HashPoint = BEGIN) {
    this.#point = from;
    this.#before = from;
  }

  /** The next bytes of the prefix, in order. */
  update(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length;) {
      const part = bytes.subarray(done, done + HASH_BLOCK - this.#filled);
      this.#block ??= begun(this.#point);
      this.#block.update(part);
      this.#filled += part.length;
      done += part.length;
      if (this.#filled < HASH_BLOCK) continue;
      this.#before = this.#point;
      this.#point = { start: this.#point.start + HASH_BLOCK, chain: this.#block.digest('hex') };
      this.#block = null;
      this.#filled = 0;
    }
  }

  /** How many bytes were hashed. */
  get bytes(): number {
    return this.#point.start + this.#filled;
  }

  get value(): string {
    return this.#block === null ? this.#point.chain : this.#block.copy().digest('hex');
  }

  /** A whole block back, so that whoever goes on from there reads that block again and sees whether it is still the same. */
  get resumePoint(): HashPoint {
    return this.#before;
  }
}
