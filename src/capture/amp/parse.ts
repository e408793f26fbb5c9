// What an Amp thread means. The ledger holds every call, also those that no message has (title generation), but no cache tokens;
// the messages hold the cache tokens of the calls that answered (a real v27 thread).
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readCount } from '../../model/count.js';
import { ORDINARY } from '../../model/record.js';
import { fromMs, LAST_MS, parseInstant, type Instant } from '../../model/time.js';
import type { Counts } from '../../model/tokens.js';
import { noFacts, type LogFile, type LogState, type RecordSink } from '../agent.js';
import { Counter } from '../counter.js';
import { noteTime, pushNew } from '../facts.js';
import { isObject, objectIn, textIn } from '../json-line.js';

type Fields = Readonly<Record<string, unknown>>;

const objects = (value: unknown): Fields[] => (Array.isArray(value) ? value.filter(isObject) : []);

/** Input excludes the cache: 9 + 972 + 14570 = totalInputTokens 15551. Reasoning is inside output, without a number. */
const countsOf = (counter: Counter, input: unknown, read: unknown, write: unknown, output: unknown): Counts => ({
  input: counter.of(input),
  cache_read: counter.of(read),
  cache_write_5m: counter.of(write),
  cache_write_1h: 0,
  output: counter.of(output),
  reasoning: null,
});

function projectOf(thread: Fields): string | null {
  const trees = objects(objectIn(objectIn(thread, 'env'), 'initial')?.['trees']);
  const uri = textIn(trees[0], 'uri', 4096);
  if (uri === null || !uri.startsWith('file://')) return uri;
  try {
    return fileURLToPath(uri);
  } catch {
    return null;
  }
}

/** Ledger events, with the cache tokens of the message that an inference answered. */
function fromLedger(events: readonly Fields[], messages: readonly Fields[], session: string, sink: RecordSink): void {
  const usages = new Map(messages.map((message) => [message['messageId'], objectIn(message, 'usage')]));
  events.forEach((event, n) => {
    const tokens = objectIn(event, 'tokens') ?? {};
    const answered = event['toMessageId'];
    const usage = event['operationType'] === 'inference' ? (usages.get(answered) ?? null) : null;
    // A message is the answer of one call.
    if (usage !== null) usages.delete(answered);
    const counter = new Counter();
    const counts = countsOf(
      counter,
      tokens['input'],
      tokens['cacheRead'] ?? tokens['cacheReadInputTokens'] ?? usage?.['cacheReadInputTokens'],
      tokens['cacheWrite'] ?? tokens['cacheCreationInputTokens'] ?? usage?.['cacheCreationInputTokens'],
      tokens['output'],
    );
    const key = `${session}|${textIn(event, 'id') ?? `ledger:${n}`}`;
    const at = parseInstant(event['timestamp']);
    sink.record({
      ...ORDINARY,
      key,
      session,
      at,
      model: textIn(event, 'model', 256),
      counts,
      invalid: counter.invalid,
      position: n,
      end: n + 1,
    });
  });
}

/** Threads of January 2026 have no ledger (94 of 121 files): their messages' own usage counts. */
function fromMessages(messages: readonly Fields[], created: Instant | null, session: string, sink: RecordSink): void {
  messages.forEach((message, n) => {
    const usage = objectIn(message, 'usage');
    if (usage === null) return;
    const counter = new Counter();
    const counts = countsOf(
      counter,
      usage['inputTokens'],
      usage['cacheReadInputTokens'],
      usage['cacheCreationInputTokens'],
      usage['outputTokens'],
    );
    const id = message['messageId'];
    const key = `${session}|message:${textIn(message, 'messageId') ?? (typeof id === 'number' ? id : n)}`;
    const at = parseInstant(usage['timestamp']) ?? created;
    sink.record({
      ...ORDINARY,
      key,
      session,
      at,
      model: textIn(usage, 'model', 256),
      counts,
      invalid: counter.invalid,
      position: n,
      end: n + 1,
    });
  });
}

export function beginAmp(log: LogFile): LogState {
  const facts = noFacts();
  facts.session_id = basename(log.name, '.json');
  return { facts, own: null };
}

export function ampDocument(log: LogFile, value: unknown, sink: RecordSink): LogState {
  const state = beginAmp(log);
  if (!isObject(value)) {
    sink.skip('not_an_object');
    return state;
  }
  const { facts } = state;
  const session = textIn(value, 'id') ?? facts.session_id!;
  facts.session_id = session;
  pushNew(facts.sessions, session);
  const folder = projectOf(value);
  if (folder !== null) pushNew(facts.folders, folder);
  const created = readCount(value['created']);
  const createdAt = created.valid && created.count > 0 && created.count <= LAST_MS ? fromMs(created.count) : null;
  noteTime(facts, createdAt);
  const messages = objects(value['messages']);
  const events = objects(objectIn(value, 'usageLedger')?.['events']);
  facts.answered = messages.some((message) => message['role'] === 'assistant');
  facts.counted = events.length > 0 || messages.some((message) => objectIn(message, 'usage') !== null);
  if (events.length > 0) fromLedger(events, messages, session, sink);
  else fromMessages(messages, createdAt, session, sink);
  return state;
}
