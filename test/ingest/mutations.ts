// Changes real-shaped logs as no program would: values of another type, keys that are gone, renamed or new, huge numbers, nesting,
// and lines that are there twice, in another order or not at all.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { filesIn } from '../capture/fixture.js';

/** A line of a log, or a whole document; text where it is no JSON. */
export interface Unit {
  readonly file: string;
  readonly value: unknown;
  readonly text: string | null;
}

const OPERATIONS = [
  'put',
  'count',
  'count',
  'remove',
  'rename',
  'add',
  'nest',
  'exchange',
  'duplicate',
  'swap lines',
  'drop line',
  'cut line',
] as const;

/** The numbers choose lines, places and values, whatever their count is. */
export interface Edit {
  readonly operation: (typeof OPERATIONS)[number];
  readonly line: number;
  readonly place: number;
  readonly choice: number;
}

export const anyEdits = fc.array(
  fc.record({ operation: fc.constantFrom(...OPERATIONS), line: fc.nat(), place: fc.nat(), choice: fc.nat() }),
  { minLength: 1, maxLength: 10 },
);

/** A text that stands for what `JSON.stringify` can't write: it is put in as it is. */
const raw = (json: string): string => `@raw:${json}:raw@`;

const COUNTS: readonly unknown[] = [
  0,
  1,
  -1,
  -5,
  1.5,
  '12',
  '-12',
  '',
  true,
  false,
  null,
  [],
  {},
  [7],
  { value: 7 },
  Number.MAX_SAFE_INTEGER,
  Number.MAX_SAFE_INTEGER - 1,
  2 ** 53,
  2 ** 60,
  ...['1e999', '-1e999', '-0', '7.0', '5e3', '9007199254740993', '1e-7', '9'.repeat(400)].map(raw),
  '9007199254740991',
  '9007199254740993',
  '9'.repeat(17),
];

const VALUES: readonly unknown[] = [
  ...COUNTS,
  ' ',
  'unknown',
  '__proto__',
  'constructor',
  '../../etc/passwd',
  '\u0000',
  '\ud800',
  'x'.repeat(2_000),
  [[]],
  [null],
  { id: null },
  { usage: { input_tokens: 7 } },
  '9999-12-31T23:59:59.999Z',
  '2026-03-09T08:00:00',
  { toString: 7, valueOf: 7 },
  raw('{"__proto__":{"usage":{"input_tokens":7}}}'),
  raw(`${'['.repeat(5_000)}${']'.repeat(5_000)}`),
];

const KEYS = ['__proto__', 'constructor', 'toString', '', 'x_unknown', 'usage', 'id', 'type', 'model', '0'];

const IS_COUNT = /token|count|input|output|cache|total|reason|thought|^tool$|^read$|^write$|^created$/i;

const at = <T>(list: readonly T[], number: number): T => list[number % list.length]!;

type Path = readonly string[];

const isNode = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** Every place in a value, the value itself first. */
function placesIn(value: unknown, path: Path = []): Path[] {
  if (!isNode(value)) return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => placesIn(inner, [...path, key]))];
}

const valueAt = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (inner, key) => (isNode(inner) && Object.hasOwn(inner, key) ? Object.getOwnPropertyDescriptor(inner, key)?.value : null),
    value,
  );

/** The value with its members changed at a path; null removes a member. Members are kept in order, also those named `__proto__`. */
function changed(value: unknown, path: Path, change: (key: string, inner: unknown) => readonly (readonly [string, unknown])[]): unknown {
  const [key, ...rest] = path;
  if (key === undefined || !isNode(value)) return value;
  const members = Object.entries(value).flatMap(([name, inner]): (readonly [string, unknown])[] => {
    if (name !== key) return [[name, inner]];
    return rest.length > 0 ? [[name, changed(inner, rest, change)]] : [...change(name, inner)];
  });
  return Array.isArray(value) ? members.map(([, inner]) => inner) : Object.fromEntries(members);
}

const put = (value: unknown, path: Path, content: unknown): unknown =>
  path.length === 0 ? content : changed(value, path, (key) => [[key, content]]);

/** A line or a document after an edit of its own. */
function edited(value: unknown, { operation, place, choice }: Edit): unknown {
  const places = placesIn(value);
  const path = at(places, place);
  switch (operation) {
    case 'put':
      return put(value, path, at(VALUES, choice));
    case 'count': {
      const counts = places.filter((candidate) => IS_COUNT.test(candidate.at(-1) ?? ''));
      return counts.length === 0 ? value : put(value, at(counts, place), at(COUNTS, choice));
    }
    case 'remove':
      return changed(value, path, () => []);
    case 'rename':
      return changed(value, path, (_, inner) => [[at([...KEYS, ...path], choice), inner]]);
    case 'add':
      return changed(value, path, (key, inner) => [
        [key, inner],
        [at(KEYS, choice), at(VALUES, place)],
      ]);
    case 'nest': {
      const inner = valueAt(value, path);
      return put(value, path, at([[inner], { value: inner }, { [path.at(-1) ?? 'x']: inner }, [[inner, inner]]], choice));
    }
    case 'exchange': {
      const other = at(places, choice);
      return put(put(value, path, valueAt(value, other)), other, valueAt(value, path));
    }
    default:
      return value;
  }
}

const isLine = (unit: Unit): boolean => unit.file.endsWith('.jsonl');

/** What a JSON text stood for before it was written as one. */
const unquoted = (json: string): string => JSON.parse(`"${json}"`) as string;

/** As it is written. */
const textOf = ({ value, text }: Unit): string =>
  text ?? JSON.stringify(value).replaceAll(/"@raw:(.*?):raw@"/g, (_, json: string) => unquoted(json));

function applied(units: readonly Unit[], edit: Edit): Unit[] {
  if (units.length === 0) return [];
  const index = edit.line % units.length;
  const unit = units[index]!;
  switch (edit.operation) {
    case 'duplicate':
      // A document stands a second time in a file of its own.
      return units.toSpliced(index + 1, 0, isLine(unit) ? unit : { ...unit, file: unit.file.replace(/\.json$/, '-2.json') });
    case 'drop line':
      return units.toSpliced(index, 1);
    case 'cut line':
      return units.with(index, { ...unit, text: textOf(unit).slice(0, edit.choice % (textOf(unit).length + 1)) });
    case 'swap lines': {
      const other = edit.choice % units.length;
      return units.with(index, { ...units[other]!, file: unit.file }).with(other, { ...unit, file: units[other]!.file });
    }
    default:
      return unit.text === null ? units.with(index, { ...unit, value: edited(unit.value, edit) }) : [...units];
  }
}

export const afterEdits = (units: readonly Unit[], edits: readonly Edit[]): readonly Unit[] => edits.reduce(applied, [...units]);

function unitOf(file: string, text: string): Unit {
  try {
    return { file, value: JSON.parse(text) as unknown, text: null };
  } catch {
    return { file, value: null, text };
  }
}

/** All lines and documents of a home. */
export function unitsIn(home: string): Unit[] {
  const files = filesIn(home).filter((name) => /\.jsonl?$/.test(name));
  return files.flatMap((file) => {
    const text = readFileSync(join(home, file), 'utf8').replace(/^\u{feff}/u, '');
    if (!file.endsWith('.jsonl')) return [unitOf(file, text)];
    return text.split(/\r?\n/).flatMap((line) => (line === '' ? [] : [unitOf(file, line)]));
  });
}

/** Writes the lines and documents of a home; files of `before` of which nothing is left become empty. `padding` ends each log of lines. */
export function writeUnits(home: string, before: readonly Unit[], units: readonly Unit[], padding = ''): void {
  for (const file of new Set([...before, ...units].map((unit) => unit.file))) {
    const own = units.filter((unit) => unit.file === file);
    const text = file.endsWith('.jsonl') ? own.map((unit) => `${textOf(unit)}\n`).join('') + padding : own.map(textOf).join('');
    writeFileSync(join(home, file), text);
  }
}
