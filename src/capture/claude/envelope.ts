// The document that `claude -p --output-format json` prints when it is done: what the session spent so far, by model, and what it cost
// by Claude Code's own figure. `modelUsage` and `total_cost_usd` go on adding up when a session is resumed.
import { reportedCost } from '../../model/cost-field.js';
import { readCount } from '../../model/count.js';
import type { Counts } from '../../model/tokens.js';
import { isObject, objectIn, textIn } from '../json-line.js';

export interface EnvelopeModel {
  /** Null where the envelope tells no models. */
  readonly model: string | null;
  readonly counts: Counts;
  /** Dollars, by Claude Code's own figure; null where it tells none. */
  readonly reported: string | null;
  readonly web_searches: number;
}

export interface Envelope {
  readonly session_id: string;
  readonly models: readonly EnvelopeModel[];
  readonly turns: number | null;
  readonly duration_ms: number | null;
  readonly duration_api_ms: number | null;
}

type Fields = Readonly<Record<string, unknown>>;

/** A field that must be a count where it is there; null: it is none. */
function countIn(fields: Fields, name: string): number | null {
  const { count, valid } = readCount(fields[name]);
  return valid ? count : null;
}

const tells = (fields: Fields, name: string): boolean => (fields[name] ?? null) !== null;

const optional = (fields: Fields, name: string): number | null => (tells(fields, name) ? countIn(fields, name) : null);

/** Null if a class is no count. */
function countsOf(
  input: number | null,
  read: number | null,
  fiveMinutes: number | null,
  oneHour: number | null,
  output: number | null,
): Counts | null {
  if (input === null || read === null || fiveMinutes === null || oneHour === null || output === null) return null;
  return { input, cache_read: read, cache_write_5m: fiveMinutes, cache_write_1h: oneHour, output, reasoning: null };
}

/** How many of the cache writes are for an hour; the envelope tells it of the whole only, so it is known where that is one model's. */
function hourlyOf(usage: Fields | null, written: number): number {
  const split = objectIn(usage, 'cache_creation');
  const hourly = split === null ? 0 : (countIn(split, 'ephemeral_1h_input_tokens') ?? 0);
  return usage !== null && countIn(usage, 'cache_creation_input_tokens') === written && hourly <= written ? hourly : 0;
}

function modelOf(name: string, value: unknown, usage: Fields | null): EnvelopeModel | null {
  if (!isObject(value) || !tells(value, 'inputTokens') || !tells(value, 'outputTokens')) return null;
  const written = countIn(value, 'cacheCreationInputTokens');
  if (written === null) return null;
  const hourly = hourlyOf(usage, written);
  const counts = countsOf(
    countIn(value, 'inputTokens'),
    countIn(value, 'cacheReadInputTokens'),
    written - hourly,
    hourly,
    countIn(value, 'outputTokens'),
  );
  const web_searches = countIn(value, 'webSearchRequests');
  return counts === null || web_searches === null ? null : { model: name, counts, reported: reportedCost(value['costUSD']), web_searches };
}

/** Where older versions tell no models: the whole. */
function wholeOf(result: Fields, usage: Fields): EnvelopeModel | null {
  if (!tells(usage, 'input_tokens') || !tells(usage, 'output_tokens')) return null;
  const written = countIn(usage, 'cache_creation_input_tokens');
  if (written === null) return null;
  const hourly = hourlyOf(usage, written);
  const counts = countsOf(
    countIn(usage, 'input_tokens'),
    countIn(usage, 'cache_read_input_tokens'),
    written - hourly,
    hourly,
    countIn(usage, 'output_tokens'),
  );
  const searches = objectIn(usage, 'server_tool_use');
  const web_searches = searches === null ? 0 : countIn(searches, 'web_search_requests');
  if (counts === null || web_searches === null) return null;
  return { model: null, counts, reported: reportedCost(result['total_cost_usd']), web_searches };
}

/** The result among what was printed: the document itself, or with --verbose the last of a list. */
function resultIn(value: unknown): Fields | null {
  const last: unknown = Array.isArray(value) ? value.findLast((one) => isObject(one) && one['type'] === 'result') : value;
  return isObject(last) && last['type'] === 'result' ? last : null;
}

/**
 * Reads an envelope.
 *
 * @param value the parsed document.
 * @returns null if it is none, or a number in it is no count: nothing of it is to be booked then.
 */
export function readEnvelope(value: unknown): Envelope | null {
  const result = resultIn(value);
  const session_id = textIn(result, 'session_id', 200);
  if (result === null || session_id === null) return null;
  const usage = objectIn(result, 'usage');
  const told = objectIn(result, 'modelUsage');
  const names = told === null ? [] : Object.keys(told).sort();
  const single = names.length === 1 ? usage : null;
  const models =
    names.length > 0 ? names.map((name) => modelOf(name, told![name], single)) : [usage === null ? null : wholeOf(result, usage)];
  const known = models.filter((model) => model !== null);
  if (known.length === 0 || known.length < models.length) return null;
  return {
    session_id,
    models: known,
    turns: optional(result, 'num_turns'),
    duration_ms: optional(result, 'duration_ms'),
    duration_api_ms: optional(result, 'duration_api_ms'),
  };
}
