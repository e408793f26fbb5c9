// Sources: added once, changed by revisions, never removed.
import type { Source } from '../model/source.js';
import { TokentrailError } from '../model/errors.js';
import { ATTEMPTS, contended, type Books } from './books.js';

/** The fields that a user gives; undefined where a field was not given. */
export type SourceFields = {
  readonly [
    K in keyof Omit<Source, 'id' | 'revision' | 'recorded_at' | 'recorded_by' | 'prev_sha256' | 'row_sha256' | 'unknown_columns'>
  ]?: Source[K] | undefined;
};

const NONE = {
  type: null,
  title: null,
  author: null,
  year: null,
  url: null,
  doi: null,
  accessed: null,
  last_checked: null,
  reliability: null,
  bias_notes: null,
  claims_extracted: null,
  analysis_file: null,
  topics: null,
  domains: null,
  status: null,
} as const;

const defined = (fields: SourceFields): Partial<Source> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

/** @throws SOURCE_NOT_FOUND */
export async function findSource(books: Books, id: string): Promise<Source> {
  const sources = await books.sources();
  const found = await books.store.guarded(() => sources.last(id));
  if (found !== null) return found;
  throw new TokentrailError('SOURCE_NOT_FOUND', `There is no source "${id}" in this store.`, {
    suggestions: ['See `tokentrail source list`, or add it with `tokentrail source add`.'],
    details: { id },
  });
}

export async function listSources(books: Books): Promise<Source[]> {
  const sources = await books.sources();
  const all = await books.store.guarded(() => sources.list());
  return all.sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** @throws SOURCE_EXISTS */
export async function addSource(books: Books, id: string, fields: SourceFields): Promise<Source> {
  const sources = await books.sources();
  return books.store.exclusively(async () => {
    const source: Source = {
      ...NONE,
      ...defined(fields),
      id,
      revision: 1,
      recorded_at: books.now(),
      recorded_by: 'source add',
      prev_sha256: null,
      row_sha256: null,
      unknown_columns: {},
    };
    if (await sources.insert(source)) return source;
    throw new TokentrailError('SOURCE_EXISTS', `There is a source "${id}" already.`, {
      suggestions: [`Change it with \`tokentrail source update --id ${id}\`.`],
      details: { id },
    });
  });
}

/** Changes the fields that are given. @throws SOURCE_NOT_FOUND, USAGE if none is given. */
export async function updateSource(books: Books, id: string, fields: SourceFields): Promise<Source> {
  const changes = defined(fields);
  if (Object.keys(changes).length === 0) {
    throw new TokentrailError('USAGE', 'No field was given, so there is nothing to change.', {
      suggestions: ['See `tokentrail source update --help`.'],
    });
  }
  const sources = await books.sources();
  return books.store.exclusively(async () => {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      await sources.refresh();
      const current = await findSource(books, id);
      const next: Source = {
        ...current,
        ...changes,
        revision: current.revision + 1,
        recorded_at: Math.max(books.now(), current.recorded_at + 1),
        recorded_by: 'source update',
        prev_sha256: current.row_sha256,
        row_sha256: null,
      };
      if (await sources.insert(next)) return next;
    }
    await sources.prove();
    throw contended();
  });
}
