// What a Qwen Code chat means. Each call is written twice: as an event of telemetry, and with the assistant's line. The events have
// all calls, those of sub-agents too (20 of 22 real files have equal sums, the events of the others more), so where a file has any,
// they alone count.
import { basename } from 'node:path';
import { ORDINARY } from '../../model/record.js';
import { parseInstant, type Instant } from '../../model/time.js';
import { exact, ZERO, type Counts } from '../../model/tokens.js';
import { noFacts, type LogFile, type LogState, type Place, type RecordSink } from '../agent.js';
import { Counter } from '../counter.js';
import { noteTime, pushNew } from '../facts.js';
import { geminiDocument } from '../gemini/parse.js';
import { objectIn, textIn } from '../json-line.js';
import type { Fields as WantedFields } from '../scanner/fields.js';

type Fields = Readonly<Record<string, unknown>>;

export const QWEN_FIELDS: WantedFields = {
  uuid: 'value',
  sessionId: 'value',
  timestamp: 'value',
  type: 'value',
  subtype: 'value',
  cwd: 'value',
  version: 'value',
  gitBranch: 'value',
  model: 'value',
  usageMetadata: {
    promptTokenCount: 'value',
    candidatesTokenCount: 'value',
    cachedContentTokenCount: 'value',
    thoughtsTokenCount: 'value',
    totalTokenCount: 'value',
  },
  systemPayload: {
    uiEvent: {
      'event.name': 'value',
      response_id: 'value',
      model: 'value',
      prompt_id: 'value',
      input_token_count: 'value',
      output_token_count: 'value',
      cached_content_token_count: 'value',
      thoughts_token_count: 'value',
      total_token_count: 'value',
    },
  },
};

/** A copy that weighs more than any with counts takes them back. */
const HEAVIEST = Number.MAX_SAFE_INTEGER;

interface Own {
  /** A line told the session; until then the name stands in. */
  told: boolean;
  /** The file has events of telemetry. */
  telemetry: boolean;
  /** Keys of assistant's lines that were counted for want of events. */
  lines: string[];
}

export function beginQwen(log: LogFile): LogState {
  const facts = noFacts();
  if (log.kind === 'append') facts.session_id = basename(log.name, '.jsonl');
  return { facts, own: { told: false, telemetry: false, lines: [] } satisfies Own };
}

/**
 * Thoughts are inside the candidates, as OpenAI counts: total = prompt + candidates in 1,251 of 1,251 real calls. Only with a
 * login of Google are they outside, which the total shows.
 */
function countsOf(prompt: number, candidates: number, cached: number, thoughts: number, total: number): Counts {
  const outside = thoughts > 0 && total === prompt + candidates + thoughts;
  const output = exact(candidates + (outside ? thoughts : 0));
  const read = Math.min(cached, prompt);
  return {
    input: prompt - read,
    cache_read: read,
    cache_write_5m: 0,
    cache_write_1h: 0,
    output,
    reasoning: Math.min(thoughts, output ?? thoughts),
  };
}

/** `<session>#Explore-ab12#0` is a sub-agent's; the session's own have `########` and a number. */
const isSubagentPrompt = (prompt: string | null): boolean => prompt !== null && /^[^#]+#[^#]/.test(prompt);

function readEvent(state: LogState, line: Fields, at: Instant | null, place: Place, sink: RecordSink): void {
  const event = objectIn(objectIn(line, 'systemPayload'), 'uiEvent');
  if (event?.['event.name'] !== 'qwen-code.api_response') return;
  const own = state.own as Own;
  const { facts } = state;
  facts.answered = true;
  if (event['input_token_count'] === undefined && event['output_token_count'] === undefined) {
    sink.skip('unknown_shape');
    return;
  }
  facts.counted = true;
  own.telemetry = true;
  const session = facts.session_id ?? 'unknown';
  for (const key of own.lines.splice(0)) {
    sink.record({ ...ORDINARY, key, session, at, model: null, counts: ZERO, calls: 0, weight: HEAVIEST, ...place });
  }
  const counter = new Counter();
  const [prompt, candidates, cached, thoughts, total] = [
    counter.of(event['input_token_count']),
    counter.of(event['output_token_count']),
    counter.of(event['cached_content_token_count']),
    counter.of(event['thoughts_token_count']),
    counter.of(event['total_token_count']),
  ] as const;
  const id = textIn(event, 'response_id') ?? textIn(line, 'uuid') ?? `event:${textIn(line, 'timestamp') ?? ''}:${prompt}.${candidates}`;
  sink.record({
    ...ORDINARY,
    key: `${session}|${id}`,
    session,
    at,
    model: textIn(event, 'model', 256),
    counts: countsOf(prompt, candidates, cached, thoughts, total),
    subagent: isSubagentPrompt(textIn(event, 'prompt_id')),
    invalid: counter.invalid,
    branch: textIn(line, 'gitBranch'),
    ...place,
  });
}

function readAnswer(state: LogState, line: Fields, at: Instant | null, place: Place, sink: RecordSink): void {
  const own = state.own as Own;
  const { facts } = state;
  facts.answered = true;
  const usage = objectIn(line, 'usageMetadata');
  if (usage === null || own.telemetry) return;
  if (usage['promptTokenCount'] === undefined && usage['candidatesTokenCount'] === undefined) {
    sink.skip('unknown_shape');
    return;
  }
  facts.counted = true;
  const session = facts.session_id ?? 'unknown';
  const counter = new Counter();
  const counts = countsOf(
    counter.of(usage['promptTokenCount']),
    counter.of(usage['candidatesTokenCount']),
    counter.of(usage['cachedContentTokenCount']),
    counter.of(usage['thoughtsTokenCount']),
    counter.of(usage['totalTokenCount']),
  );
  const id = textIn(line, 'uuid') ?? `line:${textIn(line, 'timestamp') ?? ''}:${Object.values(counts).join('.')}`;
  const key = `${session}|${id}`;
  own.lines.push(key);
  sink.record({
    ...ORDINARY,
    key,
    session,
    at,
    model: textIn(line, 'model', 256),
    counts,
    invalid: counter.invalid,
    branch: textIn(line, 'gitBranch'),
    ...place,
  });
}

export function qwenLine(state: LogState, line: Fields, place: Place, sink: RecordSink): void {
  const { facts } = state;
  const session = textIn(line, 'sessionId');
  const own = state.own as Own;
  if (session !== null && !own.told) {
    own.told = true;
    facts.session_id = session;
    pushNew(facts.sessions, session);
  }
  const folder = textIn(line, 'cwd', 4096);
  if (folder !== null) pushNew(facts.folders, folder);
  facts.git_branch = textIn(line, 'gitBranch') ?? facts.git_branch;
  facts.version = textIn(line, 'version', 64) ?? facts.version;
  const at = parseInstant(line['timestamp']);
  noteTime(facts, at);
  if (line['type'] === 'assistant') readAnswer(state, line, at, place, sink);
  else if (line['type'] === 'system' && line['subtype'] === 'ui_telemetry') readEvent(state, line, at, place, sink);
}

function documentCounts(tokens: Fields, counter: Counter): Counts {
  const count = (name: string): number => counter.of(tokens[name]);
  return countsOf(count('input'), count('output'), count('cached'), count('thoughts'), count('total'));
}

/** Qwen Code began as a fork of Gemini CLI and kept the form of its documents at first. */
export const qwenDocument = (log: LogFile, value: unknown, sink: RecordSink): LogState => geminiDocument(log, value, sink, documentCounts);
