// What a hook's payload says of its session: ids, folder, transcript, the name of the tool. What else is in it (prompts, inputs and
// outputs of tools, messages) is not looked at. Loaded at every tool call of an agent: it imports nothing that is not needed.
import type { HookEvent, Refusal, SpooledEvent } from '../model/hook-event.js';
import type { Instant } from '../model/time.js';
import { kindOf } from './events.js';
import type { HookAgent } from '../model/hook-event.js';

/** What is known of a call beside its payload. */
export interface HookCall {
  readonly id: string;
  readonly at: Instant;
  /** Null where the command line names one that there is not. */
  readonly agent: HookAgent | null;
  /** The event by the command line; the payload's own name where it is left out. */
  readonly event: string;
  readonly store: string | null;
  /** The home, by all its names. */
  readonly homes: readonly string[];
  /** Folder in which the hook was called, for payloads that name none; null if that is not known. */
  readonly folder: string | null;
  /** Root of the project of a folder. */
  readonly projectOf: (folder: string) => string;
  /** Bytes of a file; null if it is not there. */
  readonly sizeOf: (path: string) => number | null;
}

const MOST_KEYS = 40;

type Fields = Readonly<Record<string, unknown>>;

/** The first of these fields that holds a text of a usual length. */
function textOf(payload: Fields, names: readonly string[], most = 1024): string | null {
  for (const name of names) {
    const value = Object.hasOwn(payload, name) ? payload[name] : undefined;
    if (typeof value === 'string' && value !== '' && value.length <= most) return value.toWellFormed();
  }
  return null;
}

const keysOf = (payload: Fields): string[] =>
  Object.keys(payload)
    .slice(0, MOST_KEYS)
    .map((key) => key.slice(0, 64).toWellFormed());

function withoutHome(path: string | null, homes: readonly string[]): string | null {
  const home = homes.find((name) => name !== '/' && name !== '' && (path === name || path?.startsWith(`${name}/`)));
  return path === null || home === undefined ? path : `~${path.slice(home.length)}`;
}

function parsed(text: string | null): Fields | Refusal {
  if (text === null) return 'too_large';
  if (text.trim() === '') return 'empty';
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'not_json';
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : 'not_an_object';
}

/**
 * Reads a payload.
 *
 * @param text as it came on stdin; null if it was too large.
 */
export function readPayload(text: string | null, call: HookCall): SpooledEvent {
  const { id, at, store, homes } = call;
  const agent = call.agent ?? 'claude';
  const payload = parsed(text);
  const fields: Fields = typeof payload === 'string' ? {} : payload;
  const named = call.event !== '' ? call.event : (textOf(fields, ['hook_event_name', 'hookEventName'], 64) ?? '');
  const event = named.slice(0, 64).toWellFormed();
  const refuse = (refused: Refusal): SpooledEvent => ({ id, at, agent, event, store, refused, keys: keysOf(fields) });
  if (call.agent === null) return refuse('unknown_agent');
  if (typeof payload === 'string') return refuse(payload);
  if (event === '') return refuse('no_event');
  const kind = kindOf(agent, event);
  if (kind === null) return refuse('unknown_event');
  const session_id = textOf(payload, ['session_id', 'sessionId'], 256);
  if (session_id === null) return refuse('no_session_id');
  const tool_name = textOf(payload, ['tool_name', 'toolName'], 256);
  if (kind === 'tool' && tool_name === null) return refuse('no_tool_name');
  const transcript = textOf(payload, ['transcript_path', 'transcriptPath'], 4096);
  const cwd = textOf(payload, ['cwd'], 4096) ?? call.folder;
  const isEdge = kind === 'start' || kind === 'end';
  const found: Omit<HookEvent, 'id' | 'at' | 'agent' | 'event' | 'store'> = {
    kind,
    session_id,
    cwd: withoutHome(cwd, homes),
    project: isEdge && cwd !== null ? withoutHome(call.projectOf(cwd), homes) : null,
    transcript: withoutHome(transcript, homes),
    transcript_bytes: transcript === null || !isEdge ? null : call.sizeOf(transcript),
    reason: isEdge ? textOf(payload, ['source', 'reason', 'trigger'], 64) : null,
    tool_name,
  };
  return { id, at, agent, event, store, ...found };
}
