// The spool: what agents' hooks told, a line for each call, in a file for each day. Lines are appended by one write each, so that any
// number of hooks may do so at once; a file is only removed long after its day, when nobody writes to it any more.
import { appendFileSync, closeSync, existsSync, fstatSync, openSync, readdirSync, readSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { HOOK_AGENTS, type SpooledEvent } from '../model/hook-event.js';
import { makeFolder } from './files.js';

const DAY_FILE = /^\d{4}-\d{2}-\d{2}\.jsonl$/;

/** So many files are kept, one for each day on which hooks fired: by number, since a clock may be wrong. */
const KEPT_FILES = 62;

/** More than a line may take: what was appended by another one's hand is not read. */
const MOST_READ = 64 * 1024 * 1024;

const dayFile = (ms: number): string => `${new Date(ms).toISOString().slice(0, 10)}.jsonl`;

/** Appends an event to the file of its day. */
export function appendToSpool(folder: string, event: SpooledEvent): void {
  const file = join(folder, dayFile(event.at / 1000));
  const line = `${JSON.stringify(event)}\n`;
  try {
    appendFileSync(file, line, { mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    makeFolder(folder);
    appendFileSync(file, line, { mode: 0o600 });
  }
}

/** How far each file was read, by its name. */
export type SpoolPosition = Readonly<Record<string, number>>;

export interface SpoolReading {
  readonly events: readonly SpooledEvent[];
  /** Where the next reading begins. */
  readonly position: SpoolPosition;
  /** Lines that are no events, as a crash of the machine leaves them. */
  readonly damaged: number;
}

function filesIn(folder: string): string[] {
  return existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => DAY_FILE.test(name))
        .sort()
    : [];
}

/** The bytes of a file from an offset on, up to its last line's end. */
function linesFrom(path: string, from: number): { readonly lines: readonly string[]; readonly end: number } {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch {
    return { lines: [], end: from };
  }
  try {
    const { size } = fstatSync(fd);
    // Shorter than it was, it is another file of that day.
    const begin = size < from ? 0 : from;
    const bytes = Buffer.alloc(Math.min(size - begin, MOST_READ));
    const read = readSync(fd, bytes, 0, bytes.length, begin);
    const whole = bytes.subarray(0, bytes.subarray(0, read).lastIndexOf(0x0a) + 1);
    return { lines: whole.toString('utf8').split('\n').slice(0, -1), end: begin + whole.length };
  } finally {
    closeSync(fd);
  }
}

function eventOf(line: string): SpooledEvent | null {
  try {
    const value = JSON.parse(line) as Partial<SpooledEvent> | null;
    const isOne = typeof value?.id === 'string' && typeof value.at === 'number' && typeof value.event === 'string';
    return isOne && (HOOK_AGENTS as readonly unknown[]).includes(value.agent) ? (value as SpooledEvent) : null;
  } catch {
    return null;
  }
}

/** What hooks told since a position (`{}`: all that is kept), in the order in which it was told. */
export function readSpool(folder: string, since: SpoolPosition = {}): SpoolReading {
  const events: SpooledEvent[] = [];
  const position: Record<string, number> = {};
  let damaged = 0;
  for (const name of filesIn(folder)) {
    const { lines, end } = linesFrom(join(folder, name), since[name] ?? 0);
    position[name] = end;
    for (const line of lines) {
      const event = eventOf(line);
      if (event === null) damaged++;
      else events.push(event);
    }
  }
  return { events, position, damaged };
}

/** Removes the files of days long past. */
export function pruneSpool(folder: string): void {
  for (const name of filesIn(folder).slice(0, -KEPT_FILES)) rmSync(join(folder, name), { force: true });
}
