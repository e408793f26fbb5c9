// Reads one log from where the last reading ended, or from its beginning if it is not the same log any more.
import { createHash } from 'node:crypto';
import { fstatSync, lstatSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type LogFile, type LogKind, type LogReader, type LogState, type RecordSink } from '../capture/agent.js';
import { chunksOf, headOf, readWhole, textSize } from '../capture/text.js';
import { readJsonLine } from '../capture/json-line.js';
import { scanLines, type ScanPosition } from '../capture/lines.js';
import { closeLog, openLog, type OpenLog, type Unreadable } from '../capture/open.js';
import { PrefixHash, type HashPoint } from '../capture/prefix-hash.js';
import { LineScanner } from '../capture/scanner/fields.js';
import type { Position } from '../model/cut.js';
import { fromMs, type Instant } from '../model/time.js';
import { withCopy } from '../store/scratch.js';

/** How far a log was read and what it said. A plain JSON value, kept in the cursor cache. */
export interface LogEntry {
  root: string;
  name: string;
  kind: LogKind;
  /** Only read to recognise copies: its records belong to another session. */
  context: boolean;
  device: number;
  inode: number;
  size: number;
  mtimeMs: number;
  /** What lies beside it and belongs to it: the state of a database's write-ahead log, what other files say of it. */
  beside: string;
  scan: ScanPosition;
  prefix: string;
  resume: HashPoint;
  head: string;
  state: LogState;
  skipped: Record<string, number>;
  /** False for a document or a database that could not be read as a whole: what else it may hold is not known. */
  whole: boolean;
  /** When the file was last written as it was found to be another than before; null if it never was. Cuts before it don't hold. */
  rewritten_at: Instant | null;
  /** Lines of an append log that hold anything. */
  lines: number;
  /** Records read from a document, and the key of the last record of any log. */
  records: number;
  lastKey: string | null;
}

export type LogReading =
  /** Nothing was written since. */
  | { readonly kind: 'same' }
  /** `again`: read from the beginning, so what was known of it is void. */
  | { readonly kind: 'read'; readonly entry: LogEntry; readonly again: boolean }
  | { readonly kind: 'unreadable'; readonly reason: Unreadable };

const HEAD_BYTES = 4096;

/** Documents are parsed whole; one beyond this is skipped. */
const MAX_DOCUMENT_BYTES = 256 * 1024 * 1024;

export const logPath = (log: { root: string; name: string }): string => join(log.root, log.name);

/** Size of a log's file; 0 if it can't be told, as in a folder that can be listed and not entered. */
export function logSize(log: { root: string; name: string }): number {
  try {
    return lstatSync(logPath(log)).size;
  } catch {
    return 0;
  }
}

const sha = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** What the file system says of a log; `beside` as in its entry. */
export interface LogStat {
  readonly device: number;
  readonly inode: number;
  readonly size: number;
  readonly mtimeMs: number;
  readonly beside: string;
}

/** A database is what its file and the write-ahead log beside it hold together. */
const WRITE_AHEAD = '-wal';

function besideOf(log: LogFile): string {
  if (log.about !== undefined) return JSON.stringify(log.about);
  if (log.kind !== 'rows') return '';
  try {
    const { size, mtimeMs } = lstatSync(logPath(log) + WRITE_AHEAD);
    return `${size}@${mtimeMs}`;
  } catch {
    return '';
  }
}

/** Null if it can't be told, or is no plain file. */
export function statLog(log: LogFile): LogStat | null {
  try {
    const stat = lstatSync(logPath(log));
    if (!stat.isFile()) return null;
    return { device: stat.dev, inode: stat.ino, size: stat.size, mtimeMs: stat.mtimeMs, beside: besideOf(log) };
  } catch {
    return null;
  }
}

/** Nothing was written since the entry was made. */
export const isUntouched = (entry: LogEntry, now: LogStat): boolean =>
  entry.device === now.device &&
  entry.inode === now.inode &&
  entry.size === now.size &&
  entry.mtimeMs === now.mtimeMs &&
  entry.beside === now.beside;

function freshEntry(log: LogFile, reader: LogReader): LogEntry {
  const hash = new PrefixHash();
  return {
    root: log.root,
    name: log.name,
    kind: log.kind,
    context: false,
    device: 0,
    inode: 0,
    size: 0,
    mtimeMs: 0,
    beside: '',
    scan: { bytes: 0, discarding: false },
    prefix: hash.value,
    resume: hash.resumePoint,
    head: sha(Buffer.alloc(0)),
    state: reader.begin(log),
    skipped: {},
    whole: true,
    rewritten_at: null,
    lines: 0,
    records: 0,
    lastKey: null,
  };
}

/** The hash to go on with; null if the bytes that were read before are not there any more. */
async function continued(open: OpenLog, log: LogFile, entry: LogEntry): Promise<PrefixHash | null> {
  if ((await textSize(open, log.name)) < entry.scan.bytes) return null;
  const head = await headOf(open, log.name, Math.min(HEAD_BYTES, entry.scan.bytes));
  if (sha(head) !== entry.head) return null;
  const hash = new PrefixHash(entry.resume);
  let left = entry.scan.bytes - entry.resume.start;
  for await (const chunk of chunksOf(open, log.name, entry.resume.start)) {
    const part = chunk.subarray(0, left);
    hash.update(part);
    left -= part.length;
    if (left === 0) break;
  }
  return left === 0 && hash.value === entry.prefix ? hash : null;
}

/** From this many new bytes on, making a scanner is worth its while. */
const SCAN_FROM_BYTES = 128 * 1024;

/** Scanners that nobody reads through at the moment, by reader. */
const idle = new Map<LogReader, LineScanner[]>();

/** Runs `work` with a scanner of its own for the reader's fields; without one where it isn't worth it or can't be had. */
async function withScanner(reader: LogReader, bytes: number, work: (scanner?: LineScanner) => Promise<void>): Promise<void> {
  // One that is there already is worth it for any log.
  const scanner = idle.get(reader)?.pop() ?? (bytes < SCAN_FROM_BYTES ? null : LineScanner.of(reader.fields));
  if (scanner === null) return work();
  await work(scanner);
  idle.set(reader, [...(idle.get(reader) ?? []), scanner]);
}

async function readLines(
  open: OpenLog,
  log: LogFile,
  reader: LogReader,
  entry: LogEntry,
  hash: PrefixHash | undefined,
  sink: RecordSink,
  scanner?: LineScanner,
): Promise<void> {
  const take = (bytes: Buffer, start: number, end: number, position: number): boolean => {
    const line = readJsonLine(bytes, start, end, position, scanner);
    if (line === null) return true;
    entry.lines++;
    if ('skipped' in line) {
      sink.skip(line.skipped);
      return false;
    }
    reader.line(entry.state, line.value, { position, end: position + end - start + 1 }, sink);
    return true;
  };
  const isWhole = (bytes: Buffer, position: number): boolean => {
    const line = readJsonLine(bytes, 0, bytes.length, position);
    return line !== null && 'value' in line;
  };
  // A compressed log that broke off at the last reading may be whole by now.
  delete entry.skipped['bad_zst'];
  entry.scan = await scanLines(
    chunksOf(open, log.name, entry.scan.bytes, scanner?.chunk, () => sink.skip('bad_zst')),
    entry.scan,
    {
      line: (bytes, start, end, position) => void take(bytes, start, end, position),
      // A line that is still being written is neither counted nor skipped; it is read again.
      tail: (bytes, position) => isWhole(bytes, position) && take(bytes, 0, bytes.length, position),
      tooLong: () => sink.skip('line_too_long'),
    },
    hash,
  );
  if (hash === undefined) return;
  entry.prefix = hash.value;
  entry.resume = hash.resumePoint;
  entry.head = sha(await headOf(open, log.name, Math.min(HEAD_BYTES, entry.scan.bytes)));
}

/** How often a document that is being written is read again, and how many milliseconds that is waited for. */
const ATTEMPTS = 5;
const PAUSE_MS = 40;

/** @returns why it can't be read as a whole; null if it was. */
async function readDocument(open: OpenLog, log: LogFile, reader: LogReader, entry: LogEntry, sink: RecordSink): Promise<string | null> {
  for (let attempt = 1; ; attempt++) {
    const before = fstatSync(open.fd);
    if (before.size > MAX_DOCUMENT_BYTES) return 'document_too_long';
    const bytes = await readWhole({ ...open, size: before.size });
    try {
      const value: unknown = JSON.parse(bytes.toString('utf8').replace(/^\uFEFF/, ''));
      entry.head = sha(bytes.subarray(0, HEAD_BYTES));
      entry.state = reader.document(log, value, sink);
      return null;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      await sleep(PAUSE_MS);
      const after = fstatSync(open.fd);
      const isChanging = after.size !== before.size || after.mtimeMs !== before.mtimeMs;
      if (attempt === ATTEMPTS || !isChanging) return bytes.length === 0 ? 'empty' : 'bad_json';
    }
  }
}

/** Reads a database from a copy, in which nobody writes. @returns why it can't be read; null if it was. */
async function readRows(log: LogFile, reader: LogReader, entry: LogEntry, sink: RecordSink): Promise<string | null> {
  const path = logPath(log);
  const rows = reader.rows!.bind(reader);
  try {
    const state = await withCopy([path, path + WRITE_AHEAD], ([copy]) => rows(log, copy!, sink));
    if (state === null) return 'changing';
    entry.state = state;
    entry.head = sha(Buffer.from(log.name));
    return null;
  } catch (error) {
    // What SQLite says of a file that is none, or is damaged.
    if (!(error instanceof Error) || (error as NodeJS.ErrnoException).code !== undefined) throw error;
    return 'bad_database';
  }
}

/** A sink that keeps count in the entry of what goes on. In documents and databases, records lie at the ordinals that cuts name. */
const countingSink = (entry: LogEntry, sink: RecordSink): RecordSink => ({
  record: (copy) => {
    const position = entry.records++;
    if (!copy.echo) entry.lastKey = copy.key;
    sink.record(entry.kind === 'append' ? copy : { ...copy, position, end: position + 1 });
  },
  skip: (reason) => {
    entry.skipped[reason] = (entry.skipped[reason] ?? 0) + 1;
    sink.skip(reason);
  },
});

/** Puts values at the beginning of a list that are not in it. */
function adopt(list: string[], values: readonly string[]): void {
  list.unshift(...values.filter((value) => !list.includes(value)));
}

/** Reads a document or a database, which is read as a whole or not at all. */
async function readWholeLog(
  open: OpenLog,
  log: LogFile,
  reader: LogReader,
  known: LogEntry | null,
  stat: LogStat,
  sink: RecordSink,
  again: () => void,
): Promise<LogReading> {
  if (known !== null) again();
  const entry = freshEntry(log, reader);
  const counting = countingSink(entry, sink);
  const failure =
    log.kind === 'document' ? await readDocument(open, log, reader, entry, counting) : await readRows(log, reader, entry, counting);
  if (failure !== null) {
    counting.skip(failure);
    entry.whole = false;
  }
  // One that was changing is to be looked at again, however it looks then.
  if (failure !== 'changing') Object.assign(entry, stat);
  return { kind: 'read', entry, again: known !== null };
}

/**
 * Reads what is new in a log; copies of records go to `sink`.
 *
 * @param known what the last reading left; null for none. It is not changed.
 * @param again is called before the first record if the log is read from its beginning although it was known.
 * @param hashed false: the bytes are not hashed, and the entry is of no use for a later reading.
 */
export async function readLog(
  log: LogFile,
  reader: LogReader,
  known: LogEntry | null,
  sink: RecordSink,
  again: () => void,
  hashed = true,
): Promise<LogReading> {
  const open = openLog(logPath(log));
  if (typeof open === 'string') return { kind: 'unreadable', reason: open };
  try {
    const stat: LogStat = { device: open.device, inode: open.inode, size: open.size, mtimeMs: open.mtimeMs, beside: besideOf(log) };
    if (known !== null && isUntouched(known, stat)) return { kind: 'same' };
    const hash = known !== null && log.kind === 'append' ? await continued(open, log, known) : null;
    const goesOn = known !== null && hash !== null;
    const entry = goesOn ? structuredClone(known) : freshEntry(log, reader);
    // What only other files tell of it may be told by now.
    if (goesOn && log.about !== undefined) adopt(entry.state.facts.folders, reader.begin(log).facts.folders);
    const counting = countingSink(entry, sink);
    if (log.opaque === true) entry.state = reader.begin(log);
    else if (log.kind !== 'append') return await readWholeLog(open, log, reader, known, stat, sink, again);
    else {
      if (known !== null && !goesOn) {
        again();
        entry.rewritten_at = fromMs(open.mtimeMs);
      }
      const read = (scanner?: LineScanner): Promise<void> =>
        readLines(open, log, reader, entry, hashed ? (hash ?? new PrefixHash()) : undefined, counting, scanner);
      await withScanner(reader, open.size - entry.scan.bytes, read);
    }
    Object.assign(entry, stat);
    return { kind: 'read', entry, again: known !== null && !goesOn };
  } catch (error) {
    // The disk refused a file that it had opened; anything else is a mistake of ours.
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return { kind: 'unreadable', reason: 'unreadable' };
  } finally {
    closeLog(open);
  }
}

/** Where a cut through this log lies. */
export function positionOf(entry: LogEntry): Position {
  const { kind } = entry;
  if (kind === 'append') return { kind, bytes: entry.scan.bytes, prefix_sha256: entry.prefix };
  return { kind, records: entry.records, last_key: entry.lastKey };
}

/** Hash of the first 4 KiB of a log's text, or of its first `bytes` if those are fewer; null if it can't be read. */
export async function headHash(log: { root: string; name: string }, bytes: number): Promise<string | null> {
  const open = openLog(logPath(log));
  if (typeof open === 'string') return null;
  try {
    return sha(await headOf(open, log.name, Math.min(HEAD_BYTES, bytes)));
  } finally {
    closeLog(open);
  }
}
