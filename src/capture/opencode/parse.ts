// What an OpenCode message means, in its file and in the database. Input excludes the caches. Whether output includes reasoning
// changed between versions; where a message has a total, the total tells.
import { basename, dirname, join } from 'node:path';
import { reportedCost } from '../../model/cost-field.js';
import { readCount } from '../../model/count.js';
import { ORDINARY, type RecordCopy } from '../../model/record.js';
import { fromMs, LAST_MS, type Instant } from '../../model/time.js';
import { add, exact, ZERO, type Counts } from '../../model/tokens.js';
import { noFacts, type LogFacts, type LogFile, type LogState, type RecordSink } from '../agent.js';
import { Counter } from '../counter.js';
import { noteTime, pushNew } from '../facts.js';
import { namesIn } from '../find-files.js';
import { isObject, objectIn, textIn } from '../json-line.js';
import { readSideJson } from '../side-file.js';
import { withDatabase } from '../sqlite.js';

type Fields = Readonly<Record<string, unknown>>;

/** What is known of a message's session. Times are milliseconds, as OpenCode writes them. */
interface Session {
  readonly id: string;
  readonly parent: string | null;
  readonly folder: string | null;
  readonly version: string | null;
  readonly project: string | null;
  readonly created: number | null;
}

const instantOf = (ms: unknown): Instant | null =>
  typeof ms === 'number' && Number.isFinite(ms) && ms > 0 && ms <= LAST_MS ? fromMs(Math.floor(ms)) : null;

/** Since 1.2 output excludes reasoning. */
function excludesReasoning(version: string | null): boolean {
  const parts = /^(\d+)\.(\d+)/.exec(version ?? '');
  return parts !== null && (Number(parts[1]) > 1 || (Number(parts[1]) === 1 && Number(parts[2]) >= 2));
}

function countsOf(tokens: Fields, version: string | null, counter: Counter): Counts {
  const cache = objectIn(tokens, 'cache');
  const [input, read, written] = [counter.of(tokens['input']), counter.of(cache?.['read']), counter.of(cache?.['write'])];
  const [output, reasoning] = [counter.of(tokens['output']), counter.of(tokens['reasoning'])];
  const total = tokens['total'] === undefined || tokens['total'] === null ? null : counter.of(tokens['total']);
  const inside = input + read + written + output;
  const adds = total === inside + reasoning ? true : total === inside ? false : excludesReasoning(version);
  return {
    input,
    cache_read: read,
    cache_write_5m: written,
    cache_write_1h: 0,
    output: adds ? exact(output + reasoning) : output,
    reasoning: adds ? reasoning : Math.min(reasoning, output),
  };
}

/** As it was written: what is made of it depends on the version that wrote the session. */
function rawText(tokens: Fields): string {
  const cache = objectIn(tokens, 'cache');
  const values = [tokens['input'], cache?.['read'], cache?.['write'], tokens['output'], tokens['reasoning']];
  return values.map((value) => readCount(value).count).join('.');
}

function stepsIn(parts: readonly unknown[]): Fields[] {
  const finished = parts.filter(isObject).filter((part) => part['type'] === 'step-finish');
  return finished.map((part) => objectIn(part, 'tokens')).filter((tokens) => tokens !== null);
}

/** The record of an assistant's message, and what the session's facts learn from any message. */
function readMessage(
  facts: LogFacts,
  session: Session,
  message: Fields,
  parts: readonly unknown[],
  own: { readonly id: string; readonly position: number; readonly rank: number },
  sink: RecordSink,
): void {
  const time = objectIn(message, 'time');
  const at = instantOf(time?.['created']);
  noteTime(facts, at);
  const folder = textIn(objectIn(message, 'path'), 'cwd', 4096);
  if (folder !== null) pushNew(facts.folders, folder);
  if (message['role'] !== 'assistant') return;
  facts.answered = true;
  const steps = stepsIn(parts);
  const tokens = objectIn(message, 'tokens');
  if (tokens === null && steps.length === 0) {
    sink.skip('unknown_shape');
    return;
  }
  facts.counted = true;
  const counter = new Counter();
  // A message keeps the usage of its last step only.
  const asWritten = steps.length > 0 ? steps : [tokens!];
  const all = asWritten.map((step) => countsOf(step, session.version, counter));
  const counts = all.reduce(add, ZERO);
  const created = time?.['created'];
  // A fork copies the messages with new ids and their old times.
  const copied = typeof created === 'number' && session.created !== null && created < session.created;
  const model = textIn(message, 'modelID', 256);
  const record: RecordCopy = {
    ...ORDINARY,
    key: own.id,
    session: session.id,
    at,
    model,
    counts,
    twin: at === null ? null : `${session.project ?? ''}|${at}|${model ?? ''}|${asWritten.map(rawText).join('+')}`,
    copied,
    partial: time?.['completed'] === undefined,
    invalid: counter.invalid,
    rank: own.rank + (copied ? 2 : 0),
    agent_type: session.parent === null ? null : textIn(message, 'agent', 200),
    reported: reportedCost(message['cost']),
    position: own.position,
    end: own.position + 1,
  };
  sink.record(record);
}

function factsOf({ id, parent, folder, version, created }: Session): LogFacts {
  const facts = noFacts();
  facts.session_id = id;
  facts.parent = parent;
  facts.version = version;
  pushNew(facts.sessions, id);
  if (folder !== null) pushNew(facts.folders, folder);
  noteTime(facts, instantOf(created));
  return facts;
}

/** The session of a message's file: its folder's name, and what the session's own file says. */
function sessionOf(log: LogFile, id: string | null): Session {
  const about = log.about ?? {};
  const created = about['created'] ?? null;
  return {
    id: id ?? basename(dirname(log.name)),
    parent: about['parent'] ?? null,
    folder: about['folder'] ?? null,
    version: about['version'] ?? null,
    project: about['project'] ?? null,
    created: created === null ? null : Number(created),
  };
}

/** A database tells its sessions itself. */
export const beginOpencode = (log: LogFile): LogState =>
  log.kind === 'rows' ? { facts: noFacts(), own: null, sessions: [] } : { facts: factsOf(sessionOf(log, null)), own: null };

/** The parts of a message lie in a folder of its name. */
export function partsOf(log: LogFile, id: string): unknown[] {
  if (!/^[A-Za-z0-9_-]+$/.test(id)) return [];
  const folder = join(log.root, 'storage', 'part', id);
  return namesIn(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => readSideJson(join(folder, name)));
}

export function opencodeDocument(log: LogFile, value: unknown, sink: RecordSink): LogState {
  if (!isObject(value)) {
    sink.skip('not_an_object');
    return beginOpencode(log);
  }
  const session = sessionOf(log, textIn(value, 'sessionID'));
  const facts = factsOf(session);
  const id = textIn(value, 'id') ?? basename(log.name, '.json');
  const parts = value['role'] === 'assistant' ? partsOf(log, id) : [];
  // Where the database has the message too, it knows better.
  readMessage(facts, session, value, parts, { id, position: 0, rank: 1 }, sink);
  return { facts, own: null };
}

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value.toWellFormed() : null);

function parsed(value: unknown): unknown {
  try {
    return typeof value === 'string' ? JSON.parse(value) : null;
  } catch {
    return null;
  }
}

export async function opencodeRows(_log: LogFile, path: string, sink: RecordSink): Promise<LogState> {
  const rows = await withDatabase(path, (query) => ({
    sessions: query('SELECT id, project_id, parent_id, directory, version, time_created FROM session ORDER BY time_created, id'),
    // As they were written: of copies the one in the earliest session comes first, and what is new comes after every cut.
    messages: query('SELECT id, session_id, data FROM message ORDER BY rowid'),
    parts: query(`SELECT message_id, data FROM part WHERE data LIKE '%step-finish%' ORDER BY id`),
  }));
  const empty: LogState = { facts: noFacts(), own: null, sessions: [] };
  if (rows.messages === null || rows.sessions === null) {
    sink.skip('unknown_shape');
    return empty;
  }
  const sessions = new Map<string, Session>();
  for (const row of rows.sessions) {
    const id = text(row['id']);
    if (id === null) continue;
    const [parent, folder, version, project] = [row['parent_id'], row['directory'], row['version'], row['project_id']].map(text);
    const created = Number(row['time_created'] ?? NaN);
    sessions.set(id, {
      id,
      parent: parent ?? null,
      folder: folder ?? null,
      version: version ?? null,
      project: project ?? null,
      created: Number.isFinite(created) ? created : null,
    });
  }
  const parts = new Map<string, unknown[]>();
  for (const row of rows.parts ?? []) {
    const id = String(row['message_id']);
    parts.set(id, [...(parts.get(id) ?? []), parsed(row['data'])]);
  }
  const facts = new Map([...sessions].map(([id, session]) => [id, factsOf(session)]));
  rows.messages.forEach((row, position) => {
    const message = parsed(row['data']);
    const sessionId = text(row['session_id']);
    const id = text(row['id']);
    if (!isObject(message) || sessionId === null || id === null) {
      sink.skip('bad_json');
      return;
    }
    const session = sessions.get(sessionId) ?? { id: sessionId, parent: null, folder: null, version: null, project: null, created: null };
    if (!facts.has(sessionId)) facts.set(sessionId, factsOf(session));
    readMessage(facts.get(sessionId)!, session, message, parts.get(id) ?? [], { id, position, rank: 0 }, sink);
  });
  return { ...empty, sessions: [...facts.values()] };
}
