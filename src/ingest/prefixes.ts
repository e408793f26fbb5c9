// Whether logs are to the last byte what they were before cuts through them. Each log is read once, from its beginning, for all cuts
// that are asked about, since many analyses lie in one log.
import { closeLog, openLog, type OpenLog } from '../capture/open.js';
import { PrefixHash } from '../capture/prefix-hash.js';
import { chunksOf } from '../capture/text.js';
import type { LogCut } from '../model/cut.js';
import { logPath } from './read-log.js';

/** Offset in a log's text → hash of the text before it; offsets beyond its end are left out. */
type Hashes = ReadonlyMap<number, string>;

/** `offsets`: ascending. */
async function hashesAt(open: OpenLog, name: string, offsets: readonly number[]): Promise<Hashes> {
  const hashes = new Map<number, string>();
  const hash = new PrefixHash();
  let next = 0;
  const noteReached = (): void => {
    for (; offsets[next] === hash.bytes; next++) hashes.set(hash.bytes, hash.value);
  };
  noteReached();
  for await (const chunk of chunksOf(open, name, 0)) {
    for (let done = 0; done < chunk.length && next < offsets.length;) {
      const part = chunk.subarray(done, done + offsets[next]! - hash.bytes);
      hash.update(part);
      done += part.length;
      noteReached();
    }
    if (next === offsets.length) break;
  }
  return hashes;
}

async function hashesOf(log: { root: string; name: string }, offsets: readonly number[]): Promise<Hashes> {
  const open = openLog(logPath(log));
  if (typeof open === 'string') return new Map();
  try {
    return await hashesAt(open, log.name, offsets);
  } catch (error) {
    // The disk refused a file that it had opened.
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return new Map();
  } finally {
    closeLog(open);
  }
}

export class Prefixes {
  /** A log may have moved since, so offsets are known by its session. */
  readonly #offsets = new Map<string, Set<number>>();
  readonly #hashes = new Map<string, Promise<Hashes>>();

  /** `cuts`: all that will be asked about. */
  constructor(cuts: readonly LogCut[]) {
    for (const { session_id, position } of cuts) {
      if (position.kind !== 'append') continue;
      const known = this.#offsets.get(session_id);
      if (known === undefined) this.#offsets.set(session_id, new Set([position.bytes]));
      else known.add(position.bytes);
    }
  }

  /** Whether the text of a log before a cut is still the one that was counted. */
  async isSame(log: { root: string; name: string }, { session_id, position }: LogCut): Promise<boolean> {
    if (position.kind !== 'append') return true;
    const key = `${log.root}\u0000${log.name}\u0000${session_id}`;
    let hashes = this.#hashes.get(key);
    if (hashes === undefined) {
      const offsets = [...(this.#offsets.get(session_id) ?? [])].sort((a, b) => a - b);
      this.#hashes.set(key, (hashes = hashesOf(log, offsets)));
    }
    return (await hashes).get(position.bytes) === position.prefix_sha256;
  }
}
