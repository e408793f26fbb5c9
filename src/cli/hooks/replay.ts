// Replays payloads as agents send them: whether each is understood and nothing of what was said is kept, and whether the program, called
// as an agent calls it and in a folder of its own, ends with 0 and says nothing.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readPayload } from '../../hooks/payload.js';
import { HOOK_AGENTS, isRefused, type HookAgent, type SpooledEvent } from '../../model/hook-event.js';
import { readSpool } from '../../store/spool.js';
import { spoolFolder } from '../spool-folder.js';
import { TEMPLATES } from '../program.js';
import { scriptPath } from './program.js';

/** A payload as an agent sends it; where its texts would be, a word that must be kept nowhere. */
export interface RecordedPayload {
  readonly agent: HookAgent;
  readonly event: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** The word. */
export const PRIVATE = 'PRIVATE-TEXT';

/** One for each event of each agent, as its documentation and its source have it. */
export function recordedPayloads(folder: URL = new URL('hooks/', TEMPLATES)): RecordedPayload[] {
  return HOOK_AGENTS.flatMap((agent) => {
    const list = JSON.parse(readFileSync(new URL(`${agent}.json`, folder), 'utf8')) as Omit<RecordedPayload, 'agent'>[];
    return list.map((one) => ({ agent, ...one }));
  });
}

export interface Replayed {
  readonly agent: HookAgent;
  readonly event: string;
  readonly understood: boolean;
  /** The word was found in what is kept. */
  readonly leaked: boolean;
  /** Of the first payload of each agent, which goes through a process of its own as the agent starts it; null for the others. */
  readonly process: Ran | null;
}

export interface Ran {
  /** Null if it could not be started. */
  readonly exit: number | null;
  /** Bytes on stdout and stderr: what is on the first goes into the model's context. */
  readonly printed: number;
  /** It left one line, the same that is made of the payload here. */
  readonly kept: boolean;
}

function run({ agent, event, payload }: RecordedPayload, state: string): Promise<Omit<Ran, 'kept'>> {
  return new Promise((resolve) => {
    const env = { PATH: process.env['PATH'], HOME: state, XDG_STATE_HOME: state };
    const child = spawn(process.execPath, [scriptPath(), 'hook', event, '--agent', agent], { env, cwd: state });
    let printed = 0;
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => void (printed += chunk.length));
    child.on('error', () => resolve({ exit: null, printed }));
    child.on('close', (exit) => resolve({ exit, printed }));
    child.stdin.on('error', () => undefined).end(JSON.stringify(payload));
  });
}

/** What is made of a payload, but for when and by which call. */
const toldBy = (recorded: RecordedPayload): SpooledEvent =>
  readPayload(JSON.stringify(recorded.payload), {
    ...recorded,
    id: '',
    at: 0,
    store: null,
    homes: ['/home/ada'],
    folder: null,
    projectOf: (folder) => folder,
    sizeOf: () => null,
  });

const nameOf = (event: SpooledEvent): string => (isRefused(event) ? '' : JSON.stringify([event.agent, event.event, event.session_id]));

async function runAlone(recorded: RecordedPayload): Promise<Ran> {
  const state = mkdtempSync(join(tmpdir(), 'tokentrail-hooks-'));
  try {
    const ran = await run(recorded, state);
    const { events } = readSpool(spoolFolder({ XDG_STATE_HOME: state }, state));
    return { ...ran, kept: events.length === 1 && nameOf(events[0]!) === nameOf(toldBy(recorded)) };
  } finally {
    rmSync(state, { recursive: true, force: true });
  }
}

/** Replays all of them. */
export async function replayPayloads(): Promise<Replayed[]> {
  const payloads = recordedPayloads();
  const isFirst = ({ agent }: RecordedPayload, i: number): boolean => payloads.findIndex((one) => one.agent === agent) === i;
  return Promise.all(
    payloads.map(async (recorded, i): Promise<Replayed> => {
      const { agent, event } = recorded;
      const told = toldBy(recorded);
      const leaked = JSON.stringify(told).includes(PRIVATE);
      return { agent, event, understood: !isRefused(told), leaked, process: isFirst(recorded, i) ? await runAlone(recorded) : null };
    }),
  );
}
