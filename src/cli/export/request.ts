// What an export was asked for: kept in its manifest, so that it can be made again.
import type { AgentName } from '../../model/agents.js';
import type { Instant } from '../../model/time.js';

/** What is exported. */
export const SUBJECTS = ['analyses', 'synthesis', 'lineage', 'usage'] as const;

export interface ExportRequest {
  readonly what: (typeof SUBJECTS)[number];
  readonly format: string;
  /** The synthesis that was asked for. */
  readonly id?: string;
  /** Of usage: what a row is, and of which agent. */
  readonly rows?: string;
  readonly agent?: AgentName;
  readonly tz: string;
  /** Analyses begun at or after, and before. */
  readonly since?: Instant;
  readonly until?: Instant;
  readonly forgotten?: true;
  readonly redact?: true;
  /** When it was made, where that was to be told. */
  readonly stamp?: Instant;
  /** Hash of a template of the user's own. */
  readonly template?: string;
}

/** Whether a format is one that people read, from a template. */
export const isPage = (format: string): boolean => format === 'md' || format === 'html';

const isInstantOrLeftOut = (value: unknown): boolean => value === undefined || Number.isSafeInteger(value);

const isRequest = (value: Readonly<Record<string, unknown>>): boolean =>
  SUBJECTS.some((what) => what === value['what']) &&
  typeof value['format'] === 'string' &&
  typeof value['tz'] === 'string' &&
  ['since', 'until', 'stamp'].every((time) => isInstantOrLeftOut(value[time]));

/** What a manifest says; null if it is of a later version. */
export const requestIn = (value: Readonly<Record<string, unknown>>): ExportRequest | null =>
  isRequest(value) ? (value as unknown as ExportRequest) : null;
