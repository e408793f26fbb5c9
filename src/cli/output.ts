// The two streams and the envelope: the answer goes to stdout and nothing else does; with --json it is exactly one document, also
// on failure. The state of one run of the program.
import { writeSync } from 'node:fs';
import { TokentrailError, type Warning } from '../model/errors.js';
import { safe, safeJson, safeText } from '../model/safe.js';

export const JSON_SCHEMA = 'tokentrail/v1';

/** How this run answers. */
export class Output {
  readonly json: boolean;
  readonly quiet: boolean;
  command: string;
  readonly #warnings: Warning[] = [];
  #answered = false;

  constructor(options: { json: boolean; quiet: boolean; command: string }) {
    this.json = options.json;
    this.quiet = options.quiet;
    this.command = options.command;
  }

  /** Kept for the envelope, or told on stderr at once. */
  warn(warning: Warning): void {
    this.#warnings.push(warning);
    if (!this.json) process.stderr.write(`! ${safe(warning.message)} (${warning.code})\n`);
  }

  /** A word beside the answer, on one line. */
  say(text: string): void {
    if (!this.json && !this.quiet) process.stderr.write(`${safe(text)}\n`);
  }

  /** The answer was given; nothing that comes after it may contradict it. */
  get answered(): boolean {
    return this.#answered;
  }

  answer(data: () => unknown, text: string): void {
    this.#answered = true;
    const body = this.json ? this.#envelope({ ok: true, data: data() }) : text;
    if (body === '') return;
    const ended = body.endsWith('\n') ? body : `${body}\n`;
    process.stdout.write(this.json ? safeJson(ended) : safeText(ended));
  }

  fail(error: TokentrailError): void {
    if (this.json) process.stdout.write(`${this.failureJson(error)}\n`);
    else process.stderr.write(failureText(error));
  }

  /** For a signal, after which nothing else is written. */
  failNow(error: TokentrailError): void {
    writeSync(this.json ? 1 : 2, this.json ? `${this.failureJson(error)}\n` : failureText(error));
  }

  failureJson({ code, exitCode, message, suggestions, details }: TokentrailError): string {
    return safeJson(this.#envelope({ ok: false, error: { code, exit: exitCode, message, suggestions, details } }));
  }

  #envelope(rest: { ok: boolean; data?: unknown; error?: unknown }): string {
    const { ok, ...body } = rest;
    return JSON.stringify({ schema: JSON_SCHEMA, ok, command: this.command, ...body, warnings: this.#warnings });
  }
}

function failureText({ code, exitCode, message, suggestions }: TokentrailError): string {
  const lines = [`✗ ${safe(message)}`, ...suggestions.map((suggestion) => `  ${safe(suggestion)}`), `  (${code}, exit ${exitCode})`];
  return `${lines.join('\n')}\n`;
}
