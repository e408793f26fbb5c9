// What a Gemini CLI chat means. A message is written again when its tools have answered, so the last one of an id counts (65 of 82
// ids were repeated). What was rewound or replaced was still spent: it stays counted.
import type { RecordCopy } from '../../model/record.js';
import { ORDINARY } from '../../model/record.js';
import { parseInstant } from '../../model/time.js';
import { exact, type Counts } from '../../model/tokens.js';
import { noFacts, type LogFile, type LogState, type Place, type RecordSink } from '../agent.js';
import { Counter } from '../counter.js';
import { noteTime, pushNew } from '../facts.js';
import { isObject, objectIn, textIn } from '../json-line.js';
import type { Fields as WantedFields } from '../scanner/fields.js';
import { parentInName } from './paths.js';

type Fields = Readonly<Record<string, unknown>>;

const TOKENS = { input: 'value', output: 'value', cached: 'value', thoughts: 'value', tool: 'value', total: 'value' } as const;

export const GEMINI_FIELDS: WantedFields = {
  sessionId: 'value',
  kind: 'value',
  directories: 'value',
  startTime: 'value',
  id: 'value',
  timestamp: 'value',
  type: 'value',
  model: 'value',
  tokens: TOKENS,
  $set: 'value',
};

export function beginGemini(log: LogFile): LogState {
  const facts = noFacts();
  facts.parent = parentInName(log.name);
  const folder = log.about?.['folder'] ?? null;
  if (folder !== null) pushNew(facts.folders, folder);
  return { facts, own: { rank: log.kind === 'append' ? 0 : 1 } };
}

/**
 * Cached is inside input, thoughts are outside output: total = input + output + thoughts in 130 of 130 real messages, in which
 * tool was 0. Where the total has the tool's tokens as well, they are more input.
 */
export function geminiCounts(tokens: Fields, counter: Counter): Counts {
  const [prompt, output, cached, thoughts, tool, total] = (['input', 'output', 'cached', 'thoughts', 'tool', 'total'] as const).map(
    (name) => counter.of(tokens[name]),
  ) as [number, number, number, number, number, number];
  const extra = tool > 0 && total === prompt + output + thoughts + tool ? tool : 0;
  const read = Math.min(cached, prompt);
  return {
    input: exact(prompt - read + extra),
    cache_read: read,
    cache_write_5m: 0,
    cache_write_1h: 0,
    output: exact(output + thoughts),
    reasoning: thoughts,
  };
}

/** How the tokens of a message are to be read. */
type TokenReader = (tokens: Fields, counter: Counter) => Counts;

function readMessage(state: LogState, message: Fields, place: Place, sink: RecordSink, read: TokenReader = geminiCounts): void {
  const { facts } = state;
  const at = parseInstant(message['timestamp']);
  noteTime(facts, at);
  if (message['type'] !== 'gemini') return;
  facts.answered = true;
  const tokens = objectIn(message, 'tokens');
  if (tokens === null) return;
  if (tokens['input'] === undefined && tokens['output'] === undefined) {
    sink.skip('unknown_shape');
    return;
  }
  facts.counted = true;
  const session = facts.session_id ?? 'unknown';
  pushNew(facts.sessions, session);
  const counter = new Counter();
  const counts = read(tokens, counter);
  const copy: RecordCopy = {
    ...ORDINARY,
    key: `${session}|${textIn(message, 'id') ?? `${textIn(message, 'timestamp') ?? ''}:${Object.values(counts).join('.')}`}`,
    session,
    at,
    model: textIn(message, 'model', 256),
    counts,
    subagent: facts.parent !== null,
    invalid: counter.invalid,
    // A document of the old form stays where a chat was continued in the new one, which knows better.
    rank: (state.own as { rank: number }).rank,
    ...place,
  };
  sink.record(copy);
}

function readHead(state: LogState, head: Fields): void {
  const { facts } = state;
  const session = textIn(head, 'sessionId');
  if (session === null) return;
  facts.session_id ??= session;
  pushNew(facts.sessions, session);
  noteTime(facts, parseInstant(head['startTime']));
  if (!Array.isArray(head['directories'])) return;
  for (const folder of head['directories'])
    if (typeof folder === 'string' && folder.length <= 4096) pushNew(facts.folders, folder.toWellFormed());
}

const messagesOf = (value: unknown): Fields[] => {
  const messages = isObject(value) ? value['messages'] : null;
  return Array.isArray(messages) ? messages.filter(isObject) : [];
};

export function geminiLine(state: LogState, line: Fields, place: Place, sink: RecordSink): void {
  readHead(state, line);
  if (line['type'] !== undefined) readMessage(state, line, place, sink);
  // All messages anew; those that are not among them any more were spent all the same.
  for (const message of messagesOf(line['$set'])) readMessage(state, message, place, sink);
}

/** A chat of the old form; Qwen Code kept it, with its own meaning of the tokens. */
export function geminiDocument(log: LogFile, value: unknown, sink: RecordSink, read: TokenReader = geminiCounts): LogState {
  const state = beginGemini(log);
  if (!isObject(value)) {
    sink.skip('not_an_object');
    return state;
  }
  readHead(state, value);
  messagesOf(value).forEach((message, n) => readMessage(state, message, { position: n, end: n + 1 }, sink, read));
  return state;
}
