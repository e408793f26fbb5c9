// Which tools each usage record called. A reading of its own, of whole logs: the reader of the books gives each line's records, so that
// they have the names that the books know, and the reader of calls says which calls belong to them. Nothing of it is kept on disk.
import type { Agent, CallReader, LogFile, LogReader, RecordName } from '../capture/agent.js';
import type { Fields } from '../capture/scanner/fields.js';
import type { PhasedCall, ToolCall } from '../model/phase.js';
import type { RecordCopy } from '../model/record.js';
import { MICROS_PER_MS, type Instant } from '../model/time.js';
import { findLogs } from './find-logs.js';
import { logPath, readLog, statLog } from './read-log.js';
import type { UnreadLog } from './scope.js';
import { recordKeyOf } from './usage-plan.js';

/** What is known of calls, by record key as the books have it. A record that no log has is not in it. */
export type CallBook = ReadonlyMap<string, readonly PhasedCall[]>;

/** Gives a call its phase; of the call itself nothing else is kept. */
export type Classify = (call: ToolCall) => PhasedCall;

const NO_CALLS: ReadonlyMap<string, PhasedCall> = new Map();

function withFields(a: Fields, b: Fields): Fields {
  const all: Record<string, 'value' | Fields> = { ...a };
  for (const [name, field] of Object.entries(b)) {
    const known = all[name];
    all[name] = known === undefined || known === 'value' || field === 'value' ? (known ?? field) : withFields(known, field);
  }
  return all;
}

/** Calls by record, and in each by their id, since copies of a line tell a call again. */
class CallShelf {
  readonly #records = new Map<string, Map<string, PhasedCall> | typeof NO_CALLS>();
  readonly #agent: Agent;
  readonly #classify: Classify;

  constructor(agent: Agent, classify: Classify) {
    this.#agent = agent;
    this.#classify = classify;
  }

  /** A record that is there, whether it called anything or not. */
  note(copy: RecordCopy): void {
    const key = recordKeyOf(this.#agent, copy);
    if (!copy.echo && !this.#records.has(key)) this.#records.set(key, NO_CALLS);
  }

  readonly call = (record: RecordName, { id, call }: { readonly id: string | null; readonly call: ToolCall }): void => {
    const key = recordKeyOf(this.#agent, record);
    let calls = this.#records.get(key);
    if (calls === undefined || calls === NO_CALLS) this.#records.set(key, (calls = new Map<string, PhasedCall>()));
    const name = id ?? `#${calls.size}`;
    if (!calls.has(name)) (calls as Map<string, PhasedCall>).set(name, this.#classify(call));
  };

  *books(): Generator<readonly [key: string, calls: readonly PhasedCall[]]> {
    for (const [key, calls] of this.#records) yield [key, [...calls.values()]];
  }
}

/** The reader of the books, which tells the shelf what it finds; it holds the state of one log at a time. */
function listening(reader: LogReader, calls: CallReader, shelf: CallShelf): LogReader {
  let own: unknown = null;
  let copies: RecordCopy[] = [];
  const sink = {
    record: (copy: RecordCopy): void => {
      shelf.note(copy);
      if (!copy.echo) copies.push(copy);
    },
    skip: (): void => undefined,
  };
  return {
    ...reader,
    fields: withFields(reader.fields, calls.fields),
    begin: (log) => {
      own = calls.begin();
      return reader.begin(log);
    },
    line: (state, value, place) => {
      copies = [];
      reader.line(state, value, place, sink);
      calls.line(own, value, copies, state, shelf.call);
    },
    document: (log, value) => {
      copies = [];
      const state = reader.document(log, value, sink);
      calls.document(log, value, copies, shelf.call);
      return state;
    },
    ...(reader.rows === undefined
      ? {}
      : {
          rows: async (log: LogFile, path: string) => {
            copies = [];
            const state = await reader.rows!(log, path, sink);
            await calls.rows?.(path, copies, shelf.call);
            return state;
          },
        }),
  };
}

const NOTHING = { record: (): void => undefined, skip: (): void => undefined };

/** What clocks may differ by. */
const MARGIN_MS = 86_400_000;

/** Whether a log may have records at or after a time: one that was last written before has none. Of a database other files tell, too. */
const mayReach = (log: LogFile, since: Instant | null): boolean =>
  since === null || log.kind === 'rows' || (statLog(log)?.mtimeMs ?? Infinity) >= since / MICROS_PER_MS - MARGIN_MS;

/**
 * Reads the calls of all records in the logs of an agent.
 *
 * @param since earlier records need not be there, so that logs that have no later ones are not read; null: all.
 * @param progress is told how many of how many logs are done.
 */
export async function readCalls(
  agent: Agent,
  roots: readonly string[],
  classify: Classify,
  since: Instant | null,
  progress: (done: number, of: number) => void,
): Promise<{ readonly calls: CallBook; readonly unread: readonly UnreadLog[] }> {
  if (agent.calls === null) return { calls: new Map(), unread: [] };
  const { logs: found, blocked } = await findLogs(agent, roots);
  const logs = [...new Map(found.map((log) => [logPath(log), log])).values()].filter((log) => mayReach(log, since));
  const shelf = new CallShelf(agent, classify);
  const reader = listening(agent.reader, agent.calls, shelf);
  const unread: UnreadLog[] = [...blocked];
  for (const [done, log] of logs.entries()) {
    progress(done, logs.length);
    const reading = await readLog(log, reader, null, NOTHING, () => undefined, false);
    if (reading.kind === 'unreadable') unread.push({ path: logPath(log), reason: reading.reason });
  }
  progress(logs.length, logs.length);
  return { calls: new Map(shelf.books()), unread };
}
