// One line of a JSON Lines log as a value, or the reason why it is none.
import type { LineScanner } from './scanner/fields.js';

/** `value` is an object; a blank line is neither a value nor skipped. */
export type JsonLine = { readonly value: Readonly<Record<string, unknown>> } | { readonly skipped: string } | null;

const NUL = 0x00;
const CR = 0x0d;
const SPACE = 0x20;
const TAB = 0x09;

/**
 * Reads the line bytes[from, to), whole, or of it the fields that `scanner` looks for. A byte-order mark counts only at the start of the file; NULs before the text are what a crash of the machine
 * leaves in a growing file, and the text after them is whole.
 */
export function readJsonLine(bytes: Buffer, from: number, to: number, position: number, scanner?: LineScanner): JsonLine {
  let start = from;
  let end = to;
  if (position === 0 && bytes[start] === 0xef && bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf) start += 3;
  const nuls = bytes[start] === NUL;
  while (start < end && bytes[start] === NUL) start++;
  while (end > start && (bytes[end - 1] === CR || bytes[end - 1] === SPACE || bytes[end - 1] === TAB)) end--;
  while (start < end && (bytes[start] === SPACE || bytes[start] === TAB)) start++;
  if (start === end) return nuls ? { skipped: 'zero_filled' } : null;
  const fields = scanner?.read(bytes, start, to) ?? null;
  if (fields !== null) return { value: fields };
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8', start, end));
  } catch {
    return { skipped: 'bad_json' };
  }
  if (!isObject(value)) return { skipped: 'not_an_object' };
  return { value };
}

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** An object's own field as an object; null if it is none. */
export function objectIn(value: unknown, key: string): Readonly<Record<string, unknown>> | null {
  if (!isObject(value) || !Object.hasOwn(value, key)) return null;
  const inner = value[key];
  return isObject(inner) ? inner : null;
}

/** A text of at most `max` characters, well-formed; null for anything else. Ids, models and paths are read by this. */
export function textIn(value: unknown, key: string, max = 1024): string | null {
  if (!isObject(value) || !Object.hasOwn(value, key)) return null;
  const text = value[key];
  return typeof text === 'string' && text.length > 0 && text.length <= max ? text.toWellFormed() : null;
}
