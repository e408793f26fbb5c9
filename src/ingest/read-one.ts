// Reads what is new in one log into its records, in this thread or in one of several.
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Agent, LogFile } from '../capture/agent.js';
import type { AgentName } from '../model/agents.js';
import type { RecordCopy } from '../model/record.js';
import { mergeInLog } from './dedup.js';
import { Records, type RecordParts } from './records.js';
import { readLog, type LogEntry, type LogReading } from './read-log.js';

/** A log to be read, and what the last reading of it left. */
export interface LogTask {
  readonly log: LogFile;
  readonly entry: LogEntry | null;
  readonly records: RecordParts | null;
  /** Whether the bytes are hashed, so that a later reading can go on from here. */
  readonly hashed: boolean;
}

export interface LogResult {
  readonly reading: LogReading;
  /** All records of the log; those of the last reading where nothing was written since. */
  readonly records: RecordParts;
  /** Keys that were seen in this reading. */
  readonly touched: readonly string[];
}

export async function readOne({ reader }: Agent, { log, entry, records, hashed }: LogTask): Promise<LogResult> {
  const merged = new Map<string, RecordCopy>();
  const touched = new Set<string>();
  if (entry !== null && records !== null) for (const copy of new Records(records).copies(0)) merged.set(copy.key, copy);
  const record = (copy: RecordCopy): void => {
    const known = merged.get(copy.key);
    merged.set(copy.key, known === undefined ? copy : mergeInLog(known, copy, reader.keeps));
    if (entry !== null) touched.add(copy.key);
  };
  const sink = { record, skip: () => undefined };
  const reading = await readLog(log, reader, entry, sink, () => merged.clear(), hashed);
  if (reading.kind !== 'read') return { reading, records: records ?? Records.NONE.parts, touched: [] };
  return { reading, records: Records.from([...merged.values()]).parts, touched: [...touched] };
}

/** Reads many logs at once. */
export interface Readers {
  /** Results come in any order, with the number of their task. */
  readAll(agent: Agent, tasks: readonly LogTask[]): AsyncIterable<readonly [number: number, result: LogResult]>;
  /** Ends what was started for it. */
  end(): Promise<void>;
}

/** In this thread, one after the other. */
export const oneByOne: Readers = {
  async *readAll(agent, tasks) {
    for (const [number, task] of tasks.entries()) yield [number, await readOne(agent, task)];
  },
  end: () => Promise.resolve(),
};

/** What a thread is asked, and what it answers. */
export interface ThreadTask {
  readonly agent: AgentName;
  readonly number: number;
  readonly task: LogTask;
}

export type ThreadResult = { readonly number: number; readonly result: LogResult } | { readonly number: number; readonly error: unknown };

/** Fewer new bytes than this are read sooner than a thread begins. */
const THREADS_FROM_BYTES = 24 * 1024 * 1024;

const MOST_THREADS = 8;

/** How many tasks a thread has at hand, so that it never waits for the next. */
const AHEAD = 4;

const newBytes = ({ entry, size }: { entry: LogEntry | null; size: number }): number => Math.max(0, size - (entry?.size ?? 0));

/** In as many threads as the machine has cores, where there is enough to read. */
export class ThreadedReaders implements Readers {
  readonly #script: URL;
  readonly #sizeOf: (log: LogFile) => number;
  #threads: Worker[] = [];

  /** `script`: the program of a thread. */
  constructor(script: URL, sizeOf: (log: LogFile) => number) {
    this.#script = script;
    this.#sizeOf = sizeOf;
  }

  async *readAll(agent: Agent, tasks: readonly LogTask[]): AsyncGenerator<readonly [number, LogResult]> {
    const sized = tasks.map((task, number) => ({ number, bytes: newBytes({ entry: task.entry, size: this.#sizeOf(task.log) }) }));
    const all = sized.reduce((sum, { bytes }) => sum + bytes, 0);
    const cores = Math.min(MOST_THREADS, availableParallelism(), tasks.length);
    if (all < THREADS_FROM_BYTES || cores < 2) {
      yield* oneByOne.readAll(agent, tasks);
      return;
    }
    // The largest first, so that no thread is left alone with one at the end.
    const waiting = sized.sort((a, b) => a.bytes - b.bytes).map(({ number }) => number);
    while (this.#threads.length < cores) this.#threads.push(new Worker(this.#script));
    yield* this.#share(agent, tasks, waiting);
  }

  async *#share(agent: Agent, tasks: readonly LogTask[], waiting: number[]): AsyncGenerator<readonly [number, LogResult]> {
    const ready: ThreadResult[] = [];
    let wake: () => void = () => undefined;
    const give = (thread: Worker): void => {
      const number = waiting.pop();
      if (number !== undefined) thread.postMessage({ agent: agent.name, number, task: tasks[number]! } satisfies ThreadTask);
    };
    const listeners = this.#threads.map((thread) => {
      const answer = (result: ThreadResult): void => {
        ready.push(result);
        give(thread);
        wake();
      };
      const fail = (error: unknown): void => {
        ready.push({ number: -1, error });
        wake();
      };
      thread.on('message', answer).on('error', fail);
      for (let i = 0; i < AHEAD; i++) give(thread);
      return { thread, answer, fail };
    });
    try {
      for (let left = tasks.length; left > 0; left--) {
        if (ready.length === 0) await new Promise<void>((resolve) => (wake = resolve));
        const next = ready.pop()!;
        if ('error' in next) throw next.error;
        yield [next.number, next.result];
      }
    } finally {
      for (const { thread, answer, fail } of listeners) thread.off('message', answer).off('error', fail);
    }
  }

  async end(): Promise<void> {
    const threads = this.#threads;
    this.#threads = [];
    await Promise.all(threads.map((thread) => thread.terminate()));
  }
}
