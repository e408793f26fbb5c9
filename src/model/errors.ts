// Every error that a user can meet: its code, its exit code, and where the documentation explains it.

/** code → exit code. The anchors in docs/reference/errors.md are the codes in lower case. */
export const ERROR_EXITS = {
  USAGE: 2,
  UNKNOWN_COMMAND: 2,
  TOOL_NEEDED: 2,
  AGENT_NEEDED: 2,
  CONFIG_INVALID: 2,
  IMPORT_INVALID: 2,
  ENVELOPE_UNRECOGNISED: 2,
  FILE_NOT_FOUND: 4,
  FILE_UNWRITABLE: 1,
  MANIFEST_INVALID: 2,
  TEMPLATE_INVALID: 2,
  DOCUMENT_INVALID: 2,
  SESSION_NOT_FOUND: 4,
  ANALYSIS_NOT_FOUND: 4,
  SOURCE_NOT_FOUND: 4,
  SKILL_NOT_FOUND: 4,
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
  STORE_NOT_EMPTY: 12,
  STORE_DAMAGED: 12,
  STORE_NEWER: 12,
  STORE_UNWRITABLE: 12,
  STORE_UNSUPPORTED: 12,
  DISK_FULL: 12,
  INTERRUPTED: 130,
} as const;

export type ErrorCode = keyof typeof ERROR_EXITS;

/** What each code means, for docs/reference/errors.md. */
export const ERROR_MEANINGS: Readonly<Record<ErrorCode, string>> = {
  USAGE: 'The command line is wrong: a flag, an argument, or two that contradict each other.',
  UNKNOWN_COMMAND: 'There is no such command.',
  TOOL_NEEDED: 'No agent is known to be running, so `--tool` is needed.',
  AGENT_NEEDED: 'No agent was ever used on this machine, so `skills install` must be told for which one with `--agent`.',
  CONFIG_INVALID: 'A configuration file has an unknown key or a value of the wrong kind; the line is named.',
  IMPORT_INVALID: 'A file that is to be imported is no YAML, holds nothing that is known, or is an export that was changed.',
  ENVELOPE_UNRECOGNISED: 'What was given with `--usage-from-envelope` is not what an agent prints; nothing of it was booked.',
  FILE_NOT_FOUND: 'A file that was given is not there.',
  DOCUMENT_INVALID: 'The markers of a section inside a document are not a pair; the document was not changed.',
  TEMPLATE_INVALID:
    'A template of an export or a skill is none, or names something that is not there; of a skill, file and line are named.',
  MANIFEST_INVALID: 'What lies beside an exported file is no manifest of one.',
  FILE_UNWRITABLE: "A file that was to be written can't be: its folder is not there, or may not be written.",
  SESSION_NOT_FOUND: 'A session or a log that was given by flag is not on this machine.',
  ANALYSIS_NOT_FOUND: 'No analysis of that id is in this store.',
  SOURCE_NOT_FOUND: 'No source of that id is in this store.',
  SKILL_NOT_FOUND: 'No skill of that name comes with the program, or lies in the folder that was given.',
  NO_CURRENT_ANALYSIS: 'No analysis is started in the running session, and no `--id` was given.',
  SESSION_AMBIGUOUS: 'Several sessions could be the running one; the candidates are listed with the flag that names each.',
  AGENT_AMBIGUOUS: 'The environment names several agents, or several have a session of that id.',
  ANALYSIS_AMBIGUOUS: 'Several analyses are started in the running session; pass `--id`.',
  WRONG_STATE: 'The analysis is not in the state that the command needs, e.g. it has ended already.',
  SOURCE_EXISTS: 'A source of that id is there already.',
  LINEAGE_CYCLE: 'An analysis would be among the inputs of its own inputs.',
  BUG: 'Something happened that should not; please report it.',
  STORE_LOCKED: 'Another process kept the store for over a minute.',
  STORE_MISSING: 'There is no store at the address.',
  STORE_NOT_EMPTY: 'A store would be made in a folder that holds other things.',
  STORE_DAMAGED: "The store can't be read, or a row is not what was stored.",
  STORE_NEWER: 'The store was written by a newer version of tokentrail.',
  STORE_UNWRITABLE: "The folder of the store, or a file beside it, can't be read or written by this user, or its disk fails.",
  STORE_UNSUPPORTED: "There is no LanceDB for this platform, or the address is of a kind that this version can't open.",
  DISK_FULL: 'The disk is full; the message says whether anything was recorded.',
  INTERRUPTED: 'A signal ended the command; what was not acknowledged was not recorded.',
};

/** All exit codes; a code that is not here is a failure. */
export const EXIT_MEANINGS: Readonly<Record<number, string>> = {
  0: 'done',
  1: 'failed; also findings of `validate` and `doctor`',
  2: 'wrong usage',
  3: 'done, but something was skipped or could not be read (only `usage sync`, `import`, `analysis backfill-usage`, `export` and `skills assemble`; `--strict` makes it 1)',
  4: 'not found',
  5: 'ambiguous',
  6: 'wrong state',
  10: 'a bug',
  11: 'store locked',
  12: 'store missing, damaged, newer than this program, or disk full',
  20: 'budget exceeded (not given by any command of this version)',
  130: 'interrupted',
};

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
