// Every error that a user can meet: its code, its exit code, and where the documentation explains it.

/** code → exit code. The anchors in docs/reference/errors.md are the codes in lower case. */
export const ERROR_EXITS = {
  FAILED: 1,
  USAGE: 2,
  UNKNOWN_COMMAND: 2,
  UNKNOWN_TOOL: 2,
  TOOL_NEEDED: 2,
  CONFIG_INVALID: 2,
  SESSION_NOT_FOUND: 4,
  ANALYSIS_NOT_FOUND: 4,
  SOURCE_NOT_FOUND: 4,
  NO_CURRENT_ANALYSIS: 4,
  SESSION_AMBIGUOUS: 5,
  AGENT_AMBIGUOUS: 5,
  ANALYSIS_AMBIGUOUS: 5,
  WRONG_STATE: 6,
  SOURCE_EXISTS: 6,
  LINEAGE_CYCLE: 6,
  BUG: 10,
  STORE_LOCKED: 11,
  STORE_MISSING: 12,
  STORE_DAMAGED: 12,
  STORE_NEWER: 12,
  STORE_UNWRITABLE: 12,
  STORE_UNSUPPORTED: 12,
  DISK_FULL: 12,
  INTERRUPTED: 130,
} as const;

export type ErrorCode = keyof typeof ERROR_EXITS;

export interface ErrorParts {
  /** What to do next, as commands or full sentences. */
  readonly suggestions?: readonly string[];
  /** Machine-readable detail for `--json`, keys in snake_case. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** An error whose message is for the user: what is so, with the exact value in quotes. */
export class TokentrailError extends Error {
  readonly code: ErrorCode;
  readonly exitCode: number;
  readonly suggestions: readonly string[];
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, parts: ErrorParts = {}) {
    super(message, { cause: parts.cause });
    this.name = 'TokentrailError';
    this.code = code;
    this.exitCode = ERROR_EXITS[code];
    this.suggestions = parts.suggestions ?? [];
    this.details = parts.details ?? {};
  }
}

/** Something to be said beside an answer that was given. */
export interface Warning {
  readonly code: string;
  readonly message: string;
  readonly [detail: string]: unknown;
}

/** Throws a bug error unless what must be true is true. */
export function assertThat(condition: boolean, promise: string): asserts condition {
  if (!condition) throw new TokentrailError('BUG', `A promise of the program is broken: ${promise}`);
}
