// Reads what is new in one log into its records, in this thread or in one of several.
import { availableParallelism } from 'node:os';
import { setImmediate as turn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Agent, LogFile } from '../capture/agent.js';
import { compiledScanner } from '../capture/scanner/fields.js';
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

/** What a thread is asked: some logs at a time, since a message costs as much as reading a small one. */
export interface ThreadTask {
  readonly number: number;
  readonly task: LogTask;
}

export type ThreadResult = { readonly number: number; readonly result: LogResult } | { readonly error: unknown };

/** Fewer new bytes than this are read sooner than a thread begins. */
const THREADS_FROM_BYTES = 24 * 1024 * 1024;

const MOST_THREADS = 8;

/** Lines and their fields live for a moment only; more room for them is memory for nothing. */
const YOUNG_MEGABYTES = 8;

/** After so much that this thread read, the others get a word in. */
const TURN_BYTES = 1024 * 1024;

/** Bytes that a thread is given at a time. */
const BATCH_BYTES = 8 * 1024 * 1024;

interface Waiting {
  readonly number: number;
  readonly agent: Agent;
  readonly task: LogTask;
  readonly bytes: number;
  readonly done: (result: LogResult) => void;
  readonly failed: (error: unknown) => void;
}

/** In as many threads as the machine has cores, this one among them, where there is enough to read. */
export class ThreadedReaders implements Readers {
  readonly #script: URL;
  readonly #sizeOf: (log: LogFile) => number;
  /** Threads, each with the numbers of the tasks that it has. */
  readonly #threads = new Map<Worker, Set<number>>();
  readonly #given = new Map<number, Waiting>();
  /** The smallest first. */
  #waiting: Waiting[] = [];
  #numbers = 0;

  /** `script`: the program of a thread. */
  constructor(script: URL, sizeOf: (log: LogFile) => number) {
    this.#script = script;
    this.#sizeOf = sizeOf;
  }

  async *readAll(agent: Agent, tasks: readonly LogTask[]): AsyncGenerator<readonly [number, LogResult]> {
    const sizes = tasks.map(({ log, entry }) => Math.max(0, this.#sizeOf(log) - (entry?.size ?? 0)));
    const all = sizes.reduce((sum, bytes) => sum + bytes, 0);
    if (all < THREADS_FROM_BYTES || tasks.length < 2 || availableParallelism() < 2) {
      yield* oneByOne.readAll(agent, tasks);
      return;
    }
    const ready: (readonly [number, LogResult])[] = [];
    const failures: unknown[] = [];
    let wake: () => void = () => undefined;
    const added = tasks.map((task, i): Waiting => ({
      number: this.#numbers++,
      agent,
      task,
      bytes: sizes[i]!,
      done: (result) => {
        ready.push([i, result]);
        wake();
      },
      failed: (error) => {
        failures.push(error);
        wake();
      },
    }));
    // Threads take the largest, so that none is left alone with one at the end; this one takes the smallest, so that none waits for it.
    this.#waiting = [...this.#waiting, ...added].sort((a, b) => a.bytes - b.bytes);
    this.#begin(tasks.length - 1);
    for (let left = tasks.length; left > 0; left--) {
      while (ready.length + failures.length === 0) {
        if (this.#waiting.length > 0) await this.#readHere();
        else await new Promise<void>((resolve) => (wake = resolve));
      }
      if (failures.length > 0) throw failures[0];
      yield ready.pop()!;
    }
  }

  /** Reads some of the logs that wait in this thread, then lets the other threads say what they have. */
  async #readHere(): Promise<void> {
    for (let bytes = 0; bytes < TURN_BYTES && this.#waiting.length > 0;) {
      const next = this.#waiting.shift()!;
      bytes += next.bytes;
      next.done(await readOne(next.agent, next.task));
    }
    await turn();
  }

  #begin(most: number): void {
    const others = Math.min(MOST_THREADS, availableParallelism()) - 1;
    while (this.#threads.size < Math.min(others, most)) {
      const thread = new Worker(this.#script, {
        resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MEGABYTES },
        workerData: compiledScanner(),
      });
      const own = new Set<number>();
      this.#threads.set(thread, own);
      thread.on('message', (results: readonly ThreadResult[]) => {
        for (const result of results) this.#take(own, result);
        this.#give(thread, own);
      });
      thread.on('error', (error) => {
        for (const number of own) this.#given.get(number)?.failed(error);
      });
    }
    for (const [thread, own] of this.#threads) this.#give(thread, own);
  }

  #take(own: Set<number>, result: ThreadResult): void {
    if ('error' in result) {
      for (const number of own) this.#given.get(number)?.failed(result.error);
      return;
    }
    own.delete(result.number);
    this.#given.get(result.number)!.done(result.result);
    this.#given.delete(result.number);
  }

  /** A batch to be read, and one to go on with meanwhile. */
  #give(thread: Worker, own: Set<number>): void {
    for (let batches = own.size === 0 ? 2 : 1; batches > 0 && this.#waiting.length > 0; batches--) {
      const batch: ThreadTask[] = [];
      for (let bytes = 0; bytes < BATCH_BYTES && this.#waiting.length > 0;) {
        const next = this.#waiting.pop()!;
        bytes += next.bytes;
        own.add(next.number);
        this.#given.set(next.number, next);
        batch.push({ number: next.number, task: next.task });
      }
      thread.postMessage(batch);
    }
  }

  async end(): Promise<void> {
    const threads = [...this.#threads.keys()];
    this.#threads.clear();
    await Promise.all(threads.map((thread) => thread.terminate()));
  }
}
