// What an export was asked for: kept in its manifest, so that it can be made again.
import type { AgentName } from '../../model/agents.js';
import type { Instant } from '../../model/time.js';
import { isZone } from '../../report/days.js';

/** What is exported, and in which forms, the usual one first. */
export const FORMATS = {
  analyses: ['yaml', 'json', 'csv', 'md', 'html'],
  synthesis: ['md', 'html', 'yaml', 'json'],
  lineage: ['prov', 'openlineage', 'mermaid'],
  usage: ['csv', 'json', 'jsonl'],
  journal: ['md', 'yaml', 'json'],
} as const;

/** What a row of usage is. */
export const USAGE_SUBJECTS = ['requests', 'sessions', 'daily', 'projects', 'models'] as const;

export interface ExportRequest {
  readonly what: keyof typeof FORMATS;
  readonly format: string;
  /** The synthesis that was asked for, or the analysis whose journal it is. */
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

/** Whether an export holds what was chosen alone, and nothing of what that drew on. */
export const isData = ({ what, format }: ExportRequest): boolean => what === 'analyses' && !isPage(format);

/** Forms that have a place for when they were made. */
export const isStamped = (format: string): boolean => ['yaml', 'json', 'md', 'html'].includes(format);

const isInstantOrLeftOut = (value: unknown): boolean => value === undefined || Number.isSafeInteger(value);

const isText = (value: unknown): boolean => typeof value === 'string';

const isOneOf = (all: readonly string[], value: unknown): boolean => all.some((one) => one === value);

/** What a manifest says; null if it can't be asked for: the manifest was changed, or is of a later version. */
export function requestIn(value: Readonly<Record<string, unknown>>): ExportRequest | null {
  const { what, format, id, rows, tz } = value;
  if (!isText(what) || !Object.hasOwn(FORMATS, what as string)) return null;
  const isAsked =
    isOneOf(FORMATS[what as keyof typeof FORMATS], format) &&
    isText(tz) &&
    isZone(tz as string) &&
    (what === 'synthesis' || what === 'journal' ? isText(id) : id === undefined || isText(id)) &&
    (what !== 'usage' || isOneOf(USAGE_SUBJECTS, rows)) &&
    ['since', 'until', 'stamp'].every((time) => isInstantOrLeftOut(value[time]));
  return isAsked ? (value as unknown as ExportRequest) : null;
}
