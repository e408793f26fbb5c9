// The manifest beside an exported file: what `sha256sum -c` checks, and in its comments what was asked for and the last revision of
// every analysis in the books, so that a missing one shows.
import { createHash } from 'node:crypto';
import { isFields } from '../model/foreign-columns.js';
import { safeJson } from '../model/safe.js';
import { parseInstant } from '../model/time.js';

const HEAD = '# tokentrail/manifest/v1';

/** The last revision of an analysis. */
export interface ManifestRow {
  readonly id: string;
  readonly revision: number;
  readonly row_sha256: string | null;
}

export interface Manifest {
  /** Of the file that it lies beside. */
  readonly sha256: string;
  /** Name of that file, without its folder. */
  readonly file: string;
  /** What was asked for, so that it can be asked for again. */
  readonly request: Readonly<Record<string, unknown>>;
  /** When the last revision was recorded that the export knows, as RFC 3339; null of empty books. */
  readonly recorded_by: string | null;
  readonly rows: readonly ManifestRow[];
}

export const MANIFEST_SUFFIX = '.sha256';

export const sha256 = (text: string | Uint8Array): string => createHash('sha256').update(text).digest('hex');

/** `sha256sum` begins such a line with a backslash. */
const needsEscape = (name: string): boolean => /[\\\n\r]/.test(name);

const escapedName = (name: string): string => name.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r');

const namedBy = (text: string): string => text.replaceAll(/\\([\\nr])/g, (_, found: string) => ({ '\\': '\\', n: '\n', r: '\r' })[found]!);

/** Ids may be of any text, and people read the file. */
const comment = (value: unknown): string => `# ${safeJson(JSON.stringify(value))}`;

export function manifestText({ sha256: hash, file, request, recorded_by, rows }: Manifest): string {
  return [
    HEAD,
    comment({ request, recorded_by, analyses: rows.length }),
    ...rows.map(({ id, revision, row_sha256 }) => comment([id, revision, row_sha256])),
    `${needsEscape(file) ? '\\' : ''}${hash}  ${escapedName(file)}`,
    '',
  ].join('\n');
}

/** Null if the text is no manifest of ours. */
export function parseManifest(text: string): Manifest | null {
  const lines = text.split('\n').filter((line) => line !== '');
  const [head, about, ...rest] = lines;
  const match = /^(\\?)([0-9a-f]{64}) [ *](.+)$/s.exec(rest.at(-1) ?? '');
  if (head !== HEAD || match === null) return null;
  try {
    const { request, recorded_by, analyses } = JSON.parse(about!.slice(2)) as Pick<Manifest, 'request' | 'recorded_by'> & {
      analyses: number;
    };
    if (!isFields(request) || (recorded_by !== null && parseInstant(recorded_by) === null)) return null;
    const rows = rest.slice(0, -1).map((line): ManifestRow => {
      const [id, revision, row_sha256] = JSON.parse(line.slice(2)) as [string, number, string | null];
      return { id, revision, row_sha256 };
    });
    if (rows.length !== analyses) return null;
    return { sha256: match[2]!, file: match[1] === '' ? match[3]! : namedBy(match[3]!), request, recorded_by, rows };
  } catch {
    return null;
  }
}
