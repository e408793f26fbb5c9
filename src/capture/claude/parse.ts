// What a line of a Claude Code transcript means. A line holds one content block of a response with the usage of the whole
// response so far, so a response is the group of its lines; only one whole line of a group counts (agent-logs 1.4).
import { basename } from 'node:path';
import { reportedCost } from '../../model/cost-field.js';
import { readCount } from '../../model/count.js';
import { ORDINARY, type RecordCopy } from '../../model/record.js';
import { termsText } from '../../model/terms.js';
import { parseInstant, type Instant } from '../../model/time.js';
import type { Counts } from '../../model/tokens.js';
import { noFacts, type LogFile, type LogState, type Place, type RecordSink } from '../agent.js';
import { noteTime, pushNew } from '../facts.js';
import { isObject, objectIn, textIn } from '../json-line.js';
import type { Fields as WantedFields } from '../scanner/fields.js';
import { isSubagentLog, sessionInName } from './paths.js';

type Fields = Readonly<Record<string, unknown>>;

// Gateways give every message the same short id ("msg"); an id of the API has 28 characters.
export const SHORTEST_OWN_ID = 8;

// Before 2.1.77 a response without stop_reason keeps the placeholder output of its first line: of versions 2.1.12–2.1.29 1–3 % of
// the output is recorded, of 2.1.30–2.1.42 29–90 %.
const FIRST_RELIABLE = [2, 1, 77] as const;

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

const USAGE = {
  input_tokens: 'value',
  cache_creation_input_tokens: 'value',
  cache_read_input_tokens: 'value',
  output_tokens: 'value',
  cache_creation: { ephemeral_5m_input_tokens: 'value', ephemeral_1h_input_tokens: 'value' },
  server_tool_use: { web_search_requests: 'value' },
  service_tier: 'value',
  inference_geo: 'value',
  speed: 'value',
  iterations: 'value',
} as const;

export const CLAUDE_FIELDS: WantedFields = {
  type: 'value',
  sessionId: 'value',
  cwd: 'value',
  gitBranch: 'value',
  version: 'value',
  timestamp: 'value',
  uuid: 'value',
  requestId: 'value',
  isSidechain: 'value',
  attributionAgent: 'value',
  forkedFrom: 'value',
  costUSD: 'value',
  message: { id: 'value', model: 'value', stop_reason: 'value', usage: USAGE },
  data: { type: 'value', message: { message: { id: 'value', model: 'value', usage: USAGE } } },
};

interface Own {
  /** Session that the file's name tells, or for want of one the name itself. */
  readonly named: string;
  readonly subagentLog: boolean;
}

export function beginClaude(log: LogFile): LogState {
  const own: Own = { named: sessionInName(log.name) ?? basename(log.name, '.jsonl'), subagentLog: isSubagentLog(log.name) };
  const facts = noFacts();
  // A file that carries the history of another session is still its own session's; one that was renamed tells it inside.
  if (!own.subagentLog && UUID.test(own.named)) facts.session_id = own.named;
  return { facts, own };
}

function isUnreliable(version: string | null): boolean {
  const parts = /^(\d+)\.(\d+)\.(\d+)/.exec(version ?? '');
  if (parts === null) return false;
  for (let i = 0; i < 3; i++) {
    const difference = Number(parts[i + 1]) - FIRST_RELIABLE[i]!;
    if (difference !== 0) return difference < 0;
  }
  return false;
}

/**
 * Anthropic's counters are disjoint already, and output includes thinking, without a number for it. The split of cache writes
 * adds up to their total in 82,358 of 82,358 lines that have it; where it is missing all of them are five-minute writes.
 */
function readUsage(usage: Fields): { counts: Counts; invalid: number } {
  let invalid = 0;
  const count = (value: unknown): number => {
    const reading = readCount(value);
    if (!reading.valid) invalid++;
    return reading.count;
  };
  const written = count(usage['cache_creation_input_tokens']);
  const split = objectIn(usage, 'cache_creation');
  const fiveMinutes = count(split?.['ephemeral_5m_input_tokens']);
  const oneHour = count(split?.['ephemeral_1h_input_tokens']);
  const isSplit = fiveMinutes + oneHour > 0;
  return {
    counts: {
      input: count(usage['input_tokens']),
      cache_read: count(usage['cache_read_input_tokens']),
      cache_write_5m: isSplit ? fiveMinutes : written,
      cache_write_1h: isSplit ? oneHour : 0,
      output: count(usage['output_tokens']),
      reasoning: null,
    },
    invalid,
  };
}

/** Words for an ordinary request: `standard` tier and speed, no place, or any place (agent-logs 1.4). */
const ORDINARY_WORDS: ReadonlySet<string> = new Set(['', 'standard', 'default', 'auto', 'global', 'not_available', 'none']);

/** `speed`, `service_tier` and `inference_geo` are other prices, and searches on the web cost beside the tokens. */
function readTerms(usage: Fields): string | null {
  const word = (name: string): string => (textIn(usage, name) ?? '').toLowerCase();
  const [speed, tier, place] = [word('speed'), word('service_tier'), word('inference_geo')];
  const modes = [speed, tier].filter((mode) => !ORDINARY_WORDS.has(mode));
  if (!ORDINARY_WORDS.has(place)) modes.push(place === 'us' ? 'us' : `geo:${place}`);
  const { count, valid } = readCount(objectIn(usage, 'server_tool_use')?.['web_search_requests']);
  return modes.length === 0 && count === 0 ? null : termsText({ modes, web_searches: valid ? count : 0 });
}

/**
 * `message.id` alone, in all files: a replay may have a new requestId. Where there is none, the line's uuid stands in, and for want
 * of that what the line says: the same in every copy of the file.
 */
function keyOf(line: Fields, message: Fields, session: string, counts: Counts): string {
  const id = textIn(message, 'id');
  const lineKey = textIn(line, 'uuid') ?? `line:${session}|${textIn(line, 'timestamp') ?? ''}|${Object.values(counts).join('.')}`;
  if (id === null) return lineKey;
  return id.length >= SHORTEST_OWN_ID ? id : `${id}|${session}|${textIn(line, 'requestId') ?? lineKey}`;
}

function readAnswer(state: LogState, line: Fields, at: Instant | null, place: Place, sink: RecordSink): void {
  const message = objectIn(line, 'message');
  const model = textIn(message, 'model', 256);
  // Synthetic lines are the program's own words; their usage is all zero.
  if (message === null || model === '<synthetic>') return;
  state.facts.answered = true;
  const usage = objectIn(message, 'usage');
  if (usage === null) return;
  if (usage['input_tokens'] === undefined && usage['output_tokens'] === undefined) {
    sink.skip('unknown_shape');
    return;
  }
  state.facts.counted = true;
  const own = state.own as Own;
  const session = textIn(line, 'sessionId') ?? state.facts.session_id ?? own.named;
  pushNew(state.facts.sessions, session);
  const copied = isObject(line['forkedFrom']);
  const subagent = own.subagentLog || line['isSidechain'] === true;
  const { counts, invalid } = readUsage(usage);
  const key = keyOf(line, message, session, counts);
  const partial = (message['stop_reason'] ?? null) === null;
  // A literal, not a spread: this is done for every line of every answer.
  const copy: RecordCopy = {
    key,
    session,
    at,
    model,
    counts,
    calls: 1,
    twin: null,
    until: null,
    subagent,
    copied,
    partial,
    unreliable: partial && isUnreliable(textIn(line, 'version') ?? state.facts.version),
    invalid,
    echo: false,
    sole: false,
    delegate: false,
    weight: counts.output ?? 0,
    // Owner: the copy that isn't marked as one, then the one of the main chain (agent-logs 1.4e).
    rank: (copied ? 2 : 0) + (subagent ? 1 : 0),
    branch: textIn(line, 'gitBranch'),
    agent_type: textIn(line, 'attributionAgent', 200),
    terms: readTerms(usage),
    reported: reportedCost(line['costUSD']),
    position: place.position,
    end: place.end,
  };
  readAdvisor(usage['iterations'], copy, sink);
  sink.record(copy);
}

/** The advisor's calls are not in the top level; entries of other types are, and must not be added. */
function readAdvisor(iterations: unknown, answer: RecordCopy, sink: RecordSink): void {
  if (!Array.isArray(iterations)) return;
  iterations.forEach((entry: unknown, n) => {
    if (!isObject(entry) || entry['type'] !== 'advisor_message') return;
    const { counts, invalid } = readUsage(entry);
    const model = textIn(entry, 'model', 256);
    const key = `${answer.key}:iter:${n}`;
    // Its numbers are final as soon as they are written.
    const own = { terms: readTerms(entry), reported: null, partial: false, unreliable: false };
    sink.record({ ...answer, ...own, key, model, counts, invalid, weight: counts.output ?? 0 });
  });
}

/** A sub-agent's message embedded in the main transcript. It repeats a line of the sub-agent's own file, and is never counted. */
function readProgress(state: LogState, line: Fields, at: Instant | null, place: Place, sink: RecordSink): void {
  const data = objectIn(line, 'data');
  if (data?.['type'] !== 'agent_progress') return;
  const message = objectIn(objectIn(data, 'message'), 'message');
  const usage = objectIn(message, 'usage');
  const id = textIn(message, 'id');
  if (usage === null || id === null || textIn(message, 'model') === '<synthetic>') return;
  const session = textIn(line, 'sessionId') ?? state.facts.session_id ?? (state.own as Own).named;
  const { counts } = readUsage(usage);
  state.facts.echoes = true;
  sink.record({
    ...ORDINARY,
    key: id,
    session,
    at,
    model: textIn(message, 'model', 256),
    counts,
    subagent: true,
    echo: true,
    rank: 9,
    ...place,
  });
}

export function claudeLine(state: LogState, line: Fields, place: Place, sink: RecordSink): void {
  const { facts } = state;
  const session = textIn(line, 'sessionId');
  if (session !== null) {
    facts.session_id ??= session;
    pushNew(facts.sessions, session);
  }
  const folder = textIn(line, 'cwd', 4096);
  if (folder !== null) pushNew(facts.folders, folder);
  facts.git_branch = textIn(line, 'gitBranch') ?? facts.git_branch;
  facts.version = textIn(line, 'version', 64) ?? facts.version;
  const forkedFrom = textIn(objectIn(line, 'forkedFrom'), 'sessionId');
  if (forkedFrom !== null && forkedFrom !== facts.session_id) pushNew(facts.forked_from, forkedFrom);
  const at = parseInstant(line['timestamp']);
  noteTime(facts, at);
  if (line['type'] === 'assistant') readAnswer(state, line, at, place, sink);
  else if (line['type'] === 'progress') readProgress(state, line, at, place, sink);
}
