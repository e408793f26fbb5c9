// What a log tells of its session, without reading it all.
import { factsIn, type LogFacts, type LogFile, type LogReader, type RecordSink } from '../capture/agent.js';
import { readJsonLine } from '../capture/json-line.js';
import { closeLog, openLog } from '../capture/open.js';
import { headOf } from '../capture/text.js';
import { logPath, readLog } from './read-log.js';

const IGNORE: RecordSink = { record: () => undefined, skip: () => undefined };

/** Most logs tell it in their first lines; in some, long ones stand before. */
const PEEK_BYTES = [32 * 1024, 1024 * 1024];

/** What the lines of a log's beginning tell, up to the one after which session and folder are known. */
function factsOf(head: Buffer, log: LogFile, reader: LogReader): LogFacts {
  const state = reader.begin(log);
  let position = 0;
  for (let end = head.indexOf(0x0a); position < head.length; end = head.indexOf(0x0a, position)) {
    const stop = end === -1 ? head.length : end;
    const line = readJsonLine(head, position, stop, position);
    if (line !== null && 'value' in line) reader.line(state, line.value, { position, end: stop + 1 }, IGNORE);
    if (isTold(state.facts)) break;
    position = stop + 1;
  }
  return state.facts;
}

const isTold = ({ session_id, folders }: LogFacts): boolean => session_id !== null && folders.length > 0;

/** A log's facts from its first lines; null if it can't be read or tells nothing. */
export async function peekLog(log: LogFile, reader: LogReader): Promise<LogFacts | null> {
  if (log.kind !== 'append') return (await peekSessions(log, reader))[0] ?? null;
  const open = openLog(logPath(log));
  if (typeof open === 'string') return null;
  try {
    let facts: LogFacts | null = null;
    for (const bytes of PEEK_BYTES) {
      const head = await headOf(open, log.name, bytes);
      facts = factsOf(head, log, reader);
      if (isTold(facts) || head.length < bytes) break;
    }
    return facts;
  } finally {
    closeLog(open);
  }
}

/** The facts of each session that a log holds. A document and a database tell them only as a whole. */
export async function peekSessions(log: LogFile, reader: LogReader): Promise<readonly LogFacts[]> {
  if (log.kind === 'append') {
    const facts = await peekLog(log, reader);
    return facts === null ? [] : [facts];
  }
  const reading = await readLog(log, reader, null, IGNORE, () => undefined);
  return reading.kind === 'read' ? factsIn(reading.entry.state) : [];
}
