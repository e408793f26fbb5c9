// What the events of a Copilot CLI session mean. A call's usage is never written; each process of a session writes at its end what
// its part of the session used, by model. Before that only the output of each message is known, and nothing of its input.
import { ORDINARY } from '../../model/record.js';
import { parseInstant, type Instant } from '../../model/time.js';
import { UNKNOWN, type Counts } from '../../model/tokens.js';
import { noFacts, type LogFile, type LogState, type Place, type RecordSink } from '../agent.js';
import { Counter } from '../counter.js';
import { noteTime, pushNew } from '../facts.js';
import { isObject, objectIn, textIn } from '../json-line.js';
import type { Fields as WantedFields } from '../scanner/fields.js';
import { sessionInName } from './paths.js';

type Fields = Readonly<Record<string, unknown>>;

export const COPILOT_FIELDS: WantedFields = {
  type: 'value',
  id: 'value',
  timestamp: 'value',
  data: {
    sessionId: 'value',
    copilotVersion: 'value',
    context: { cwd: 'value', branch: 'value' },
    newModel: 'value',
    messageId: 'value',
    outputTokens: 'value',
    model: 'value',
    modelMetrics: 'value',
  },
};

interface Own {
  /** As the last change of it said. */
  model: string | null;
  /** Summaries that were written. */
  shutdowns: number;
  /** Keys of the messages of this process since the last summary, whose output its sum has too. */
  messages: string[];
  /** Messages that no summary has, since their process ended without one. */
  uncovered: number;
}

export function beginCopilot(log: LogFile): LogState {
  const facts = noFacts();
  facts.session_id = sessionInName(log.name);
  return { facts, own: { model: null, shutdowns: 0, messages: [], uncovered: 0 } satisfies Own };
}

/** What the summaries leave open. */
function flag(state: LogState): void {
  const own = state.own as Own;
  const flags = state.facts.flags.filter((name) => name !== 'no_shutdown' && name !== 'input_incomplete');
  if (own.messages.length + own.uncovered > 0) flags.push(own.shutdowns === 0 ? 'no_shutdown' : 'input_incomplete');
  state.facts.flags = flags;
}

function readMessage(state: LogState, data: Fields, id: string, at: Instant | null, place: Place, sink: RecordSink): void {
  const own = state.own as Own;
  const { facts } = state;
  facts.answered = true;
  if ((data['outputTokens'] ?? null) === null) return;
  facts.counted = true;
  const counter = new Counter();
  const output = counter.of(data['outputTokens']);
  const session = facts.session_id!;
  const key = `${session}|${textIn(data, 'messageId') ?? id}`;
  own.messages.push(key);
  sink.record({
    ...ORDINARY,
    key,
    session,
    at,
    model: textIn(data, 'model', 256) ?? own.model,
    counts: { ...UNKNOWN, output },
    invalid: counter.invalid,
    weight: output,
    branch: facts.git_branch,
    ...place,
  });
}

/** Input includes both caches: 363,143 = 3,528 + 321,789 + 37,826 in a real summary; reasoning is inside output. */
function countsOf(usage: Fields, counter: Counter): Counts {
  const input = counter.of(usage['inputTokens']);
  const read = Math.min(counter.of(usage['cacheReadTokens']), input);
  const written = Math.min(counter.of(usage['cacheWriteTokens']), input - read);
  const output = counter.of(usage['outputTokens']);
  const reasoning = usage['reasoningTokens'] === undefined ? null : Math.min(counter.of(usage['reasoningTokens']), output);
  return { input: input - read - written, cache_read: read, cache_write_5m: written, cache_write_1h: 0, output, reasoning };
}

function readSummary(state: LogState, data: Fields, id: string, at: Instant | null, place: Place, sink: RecordSink): void {
  const own = state.own as Own;
  const { facts } = state;
  const metrics = objectIn(data, 'modelMetrics');
  if (metrics === null) {
    sink.skip('unknown_shape');
    return;
  }
  const session = facts.session_id!;
  const told = Object.entries(metrics).flatMap(([model, metric]) => {
    const usage = objectIn(metric, 'usage');
    if (usage !== null && isObject(metric)) return [{ model, metric, usage }];
    sink.skip('unknown_shape');
    return [];
  });
  // One that tells nothing has nobody's output.
  if (told.length > 0) {
    for (const key of own.messages.splice(0)) {
      sink.record({ ...ORDINARY, key, session, at, model: null, counts: UNKNOWN, until: place.position, ...place });
    }
    own.shutdowns++;
  }
  for (const { model, metric, usage } of told) {
    facts.answered = true;
    facts.counted = true;
    const counter = new Counter();
    const counts = countsOf(usage, counter);
    const calls = counter.of(objectIn(metric, 'requests')?.['count']);
    sink.record({
      ...ORDINARY,
      key: `${session}|${id}|${model.slice(0, 256).toWellFormed()}`,
      session,
      at,
      model: model === '' ? null : model.slice(0, 256).toWellFormed(),
      counts,
      calls,
      invalid: counter.invalid,
      weight: counts.output ?? 0,
      branch: facts.git_branch,
      ...place,
    });
  }
}

export function copilotLine(state: LogState, line: Fields, place: Place, sink: RecordSink): void {
  const { facts } = state;
  const at = parseInstant(line['timestamp']);
  noteTime(facts, at);
  const data = objectIn(line, 'data') ?? {};
  const type = textIn(line, 'type') ?? '';
  const id = textIn(line, 'id') ?? `${type}@${textIn(line, 'timestamp') ?? place.position}`;
  switch (type) {
    case 'session.start': {
      facts.session_id = textIn(data, 'sessionId') ?? facts.session_id;
      facts.version = textIn(data, 'copilotVersion', 64) ?? facts.version;
      const context = objectIn(data, 'context');
      const folder = textIn(context, 'cwd', 4096);
      if (folder !== null) pushNew(facts.folders, folder);
      facts.git_branch = textIn(context, 'branch') ?? facts.git_branch;
      break;
    }
    case 'session.model_change':
      (state.own as Own).model = textIn(data, 'newModel', 256) ?? (state.own as Own).model;
      break;
    case 'session.resume':
      // Another process: the next summary is of what follows.
      (state.own as Own).uncovered += (state.own as Own).messages.splice(0).length;
      break;
    case 'assistant.message':
      readMessage(state, data, id, at, place, sink);
      break;
    case 'session.shutdown':
      readSummary(state, data, id, at, place, sink);
      break;
  }
  pushNew(facts.sessions, facts.session_id!);
  flag(state);
}
