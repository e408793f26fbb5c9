// A file is taken as it was written or not at all: whatever is changed in any revision, it is refused.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BooksContent, Fields } from '../../src/exchange/books-file.js';
import { readBooks } from '../../src/exchange/books-reader.js';
import { exportOf } from './exported.js';
import { analysesOf, anyBooks, sourcesOf } from './odd.js';

type Mutable = Record<string, unknown>;
interface Document extends Mutable {
  readonly analyses: Mutable[];
  readonly sources: Mutable[];
}

const documentOf = async (books: BooksContent): Promise<Document> => JSON.parse(await exportOf(books, { format: 'json' })) as Document;
const refusal = (document: Fields): unknown => {
  try {
    readBooks(document, 'a');
    return 'taken';
  } catch (error) {
    return (error as { code?: string }).code;
  }
};

const isObject = (value: unknown): value is Mutable => typeof value === 'object' && value !== null;

interface Place {
  readonly of: Mutable;
  readonly key: string;
}

/** Every place of a value in an item, its revisions and what is inside of them. */
function places(of: Mutable): Place[] {
  return Object.entries(of).flatMap(([key, value]) => [...(isObject(value) ? places(value) : []), { of, key }]);
}

/** Another value. What says the same in other words, as a longer fraction, is not among them; nor is a field that no row has a place for. */
function otherThan(value: unknown, way: number): unknown {
  if (typeof value === 'number') return [value + 1 === value ? 0 : value + 1, `${value}x`, null, [value], `${value}`][way];
  if (typeof value === 'string') return [`${value}x`, `x${value}`, value === '' ? 'x' : null, [value], value === '' ? 'x' : ''][way];
  if (typeof value === 'boolean') return [!value, 1, null, 'true', !value][way];
  if (value === null) return ['x', 0, 1, ['x'], { x: 1 }][way];
  if (Array.isArray(value)) return [[...(value as unknown[]), 'x'], 'x', { x: 1 }, [...(value as unknown[]), null], 7][way];
  return ['', 'x', [value], 0, 7][way];
}

/** What says of a row that it is not ours to judge. */
const isSaying = ({ key }: Place): boolean => key !== 'unknown_columns';

describe('a file in which something was changed', () => {
  it('is refused wherever that is, and taken without it', () =>
    fc.assert(
      fc.asyncProperty(
        anyBooks,
        fc.array(fc.tuple(fc.nat(), fc.nat({ max: 4 })), { minLength: 10, maxLength: 10 }),
        async (books, changes) => {
          const document = await documentOf(books);
          const all = [...document.analyses, ...document.sources].flatMap(places).filter(isSaying);
          for (const [n, way] of changes) {
            const { of, key } = all[n % all.length]!;
            const before = of[key];
            // `Object.defineProperty`, since a key may be `__proto__`.
            const set = (value: unknown): unknown =>
              Object.defineProperty(of, key, { value, enumerable: true, writable: true, configurable: true });
            set(otherThan(before, way));
            expect(refusal(document), `${key}: ${JSON.stringify(before)} → ${JSON.stringify(otherThan(before, way))}`).toBe(
              'IMPORT_INVALID',
            );
            set(before);
          }
          expect(refusal(document)).toBe('taken');
        },
      ),
      { numRuns: 25, endOnFailure: true },
    ));

  it('is refused if a value was taken out of any revision', () =>
    fc.assert(
      fc.asyncProperty(anyBooks, fc.nat(), async (books, n) => {
        const document = await documentOf(books);
        const all = [...document.analyses, ...document.sources]
          .flatMap(places)
          .filter(({ of, key }) => of[key] !== null && !Array.isArray(of));
        const { of, key } = all[n % all.length]!;
        // An item that has no earlier revisions need not say so; nor is an empty list of stages another one than none.
        fc.pre(!(Array.isArray(of[key]) && of[key].length === 0 && ['earlier', 'stages', 'sessions'].includes(key)));
        Reflect.deleteProperty(of, key);
        expect(refusal(document), key).toBe('IMPORT_INVALID');
      }),
      { numRuns: 25, endOnFailure: true },
    ));
});

describe('revisions', () => {
  const notes = ['a', 'b', 'c', 'd'].map((text) => ({ notes: text }));
  const made = (adopted: boolean): Promise<Document> =>
    documentOf({ analyses: [analysesOf('a', notes, adopted), analysesOf('b', notes)], sources: [sourcesOf('s1', [{}, { title: 'x' }]), sourcesOf('s2', [{}])] }); // prettier-ignore

  const WAYS: readonly (readonly [string, (all: Mutable[]) => unknown])[] = [
    ['one was taken out', (all) => all.splice(1, 1)],
    ['the first was taken out', (all) => all.shift()],
    ['the last but one was taken out', (all) => all.pop()],
    ['one is there twice', (all) => all.splice(1, 0, all[1]!)],
    ['two are in each other’s place', (all) => all.reverse()],
    ['all were taken out', (all) => all.splice(0)],
  ];

  it.each(WAYS)('are refused if %s, also where the first has no hash', async (_, change) => {
    for (const adopted of [false, true]) {
      const document = await made(adopted);
      change(document.analyses[0]!['earlier'] as Mutable[]);
      expect(refusal(document)).toBe('IMPORT_INVALID');
    }
  });

  it.each(['analyses', 'sources'] as const)(
    'are refused if of the %s one is missing, is there twice, or stands elsewhere',
    async (list) => {
      for (const change of [(all: Mutable[]) => all.pop(), (all: Mutable[]) => all.push(all[0]!), (all: Mutable[]) => all.reverse()]) {
        const document = await made(false);
        change(document[list]);
        expect(refusal(document)).toBe('IMPORT_INVALID');
      }
    },
  );

  it('are refused if the last was taken off', async () => {
    const document = await made(false);
    const [{ earlier, ...last }] = document.analyses as [Mutable & { earlier: Mutable[] }];
    document.analyses[0] = { ...last, ...earlier.at(-1)!, earlier: earlier.slice(0, -1) };
    expect(refusal(document)).toBe('IMPORT_INVALID');
  });
});

describe('a file that nobody wrote', () => {
  const file = (item: unknown): Fields => ({ analyses: [item], sources: [], books: {}, options: {} });

  it.each<[string, Fields]>([
    ['no lists', {}],
    ['a list that is none', { analyses: {}, sources: [] }],
    ['an item that is none', file(null)],
    ['an item without an id', file({})],
    ['columns of a newer version that are none', file({ id: 'a', unknown_columns: null })],
    ['columns of a newer version', file({ id: 'a', unknown_columns: { mood: 'calm' } })],
    ['a revision that is an object with ways of its own', file({ id: 'a', revision: { toString: 1, valueOf: 1 } })],
    ['earlier revisions that are none', file({ id: 'a', earlier: [null] })],
    ['nothing but an id', file({ id: 'a' })],
  ])('is refused, not a bug: %s', (_, document) => {
    expect(refusal(document)).toBe('IMPORT_INVALID');
  });

  it('is refused if an id is one of those that stand for idempotency keys', async () => {
    expect(refusal(await documentOf({ analyses: [analysesOf('key:k', [{ inputs_analysis_ids: ['a'] }])], sources: [] }))).toBe(
      'IMPORT_INVALID',
    );
  });
});
