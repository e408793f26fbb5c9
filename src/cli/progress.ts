// A line on stderr while something takes long; only at a terminal, at most ten times a second.
import type { Output } from './output.js';

const FIRST_AFTER_MS = 500;
const EVERY_MS = 100;

export class Progress {
  readonly #what: string;
  readonly #shown: boolean;
  readonly #started = performance.now();
  #last = 0;
  #visible = false;

  constructor(output: Output, what: string) {
    this.#what = what;
    this.#shown = process.stderr.isTTY && !output.quiet && !output.json && process.env['TERM'] !== 'dumb';
  }

  /** How much of how much is done; the line goes when all is. */
  readonly step = (done: number, of: number): void => {
    if (!this.#shown) return;
    const now = performance.now();
    if (done >= of) {
      if (this.#visible) process.stderr.write('\r\u001b[K');
      this.#visible = false;
      return;
    }
    if (now - this.#started < FIRST_AFTER_MS || now - this.#last < EVERY_MS) return;
    this.#last = now;
    this.#visible = true;
    process.stderr.write(`\r\u001b[K${this.#what}: ${done} of ${of}`);
  };
}
