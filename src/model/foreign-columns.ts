// Reads values of another program: by the names of their columns, each brought to one of our types. What can't be brought there is
// kept as it was.
import { float32Text } from './float32.js';
import { picoOf } from './money.js';
import { parseInstant, type Instant } from './time.js';

/** A row by the names of its columns; a value is what YAML, JSON or Arrow make of it. */
export type ForeignRow = Readonly<Record<string, unknown>>;

export const isFields = (value: unknown): value is ForeignRow => typeof value === 'object' && value !== null && !Array.isArray(value);

/** A value as JSON holds it without losing anything: what JSON has no form for is a text. */
export function jsonOf(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (value === undefined || value === null) return null;
  if (typeof value !== 'object') return value;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (value instanceof Uint8Array) return Array.from(value);
  if (value instanceof Map) return Array.from(value, (pair) => pair.map(jsonOf));
  if (Symbol.iterator in value) return Array.from(value as Iterable<unknown>, jsonOf);
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, jsonOf(one)]));
}

/** A number as text; of a fraction that a float32 held, as it was before that narrowed it. */
const shortest = (value: number): string => (Math.fround(value) === value && !Number.isInteger(value) ? float32Text(value) : String(value));

function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean' ? String(value) : null;
}

/** Also one below zero, which `validate` finds. */
function wholeOf(value: unknown): number | null {
  const isDigits = typeof value === 'bigint' || (typeof value === 'string' && /^-?\d+$/.test(value));
  const number = isDigits ? Number(value) : value;
  return Number.isSafeInteger(number) ? (number as number) + 0 : null;
}

/** The items as texts; null if one of them is none. */
function listOf(value: unknown): readonly string[] | null {
  if (!Array.isArray(value)) return null;
  const texts = value.map(textOf);
  return texts.every((text) => text !== null) ? texts : null;
}

export class ForeignColumns {
  /** What could not be read, as it was. */
  readonly unread: Record<string, unknown> = {};
  readonly #row: ForeignRow;
  /** Reads a time that has no offset. */
  readonly #local: (text: string) => Instant | null;
  readonly #asked = new Set<string>();

  constructor(row: ForeignRow, local: (text: string) => Instant | null) {
    this.#row = row;
    this.#local = local;
  }

  read<T>(name: string, read: (value: unknown) => T | null): T | null {
    this.#asked.add(name);
    const value = Object.hasOwn(this.#row, name) ? this.#row[name] : null;
    if (value === null || value === undefined) return null;
    const result = read(value);
    if (result === null) this.unread[name] = jsonOf(value);
    return result;
  }

  text(name: string): string | null {
    return this.read(name, textOf);
  }

  whole(name: string): number | null {
    return this.read(name, wholeOf);
  }

  instant(name: string): Instant | null {
    return this.read(name, (value) => {
      const text = value instanceof Date && !Number.isNaN(value.getTime()) ? value.toISOString() : value;
      return typeof text === 'string' ? (parseInstant(text) ?? this.#local(text)) : null;
    });
  }

  list(name: string): readonly string[] | null {
    return this.read(name, listOf);
  }

  /** Dollars as pico-dollars; a text keeps its digits, a number may have been narrowed. */
  pico(name: string): bigint | null {
    return this.read(name, (value) => {
      const text = typeof value === 'number' ? shortest(value) : typeof value === 'bigint' ? String(value) : value;
      return typeof text === 'string' ? picoOf(text) : null;
    });
  }

  /** What was not asked for. */
  rest(): Record<string, unknown> {
    const others = Object.entries(this.#row).filter(([name, value]) => !this.#asked.has(name) && value !== null && value !== undefined);
    return Object.fromEntries(others.map(([name, value]) => [name, jsonOf(value)]));
  }
}
