// Which records the copies in many logs stand for: by key, and where copies carry keys of their own, by what makes them twins.
import type { LogReader } from '../capture/agent.js';
import { isNothing, resolve, type Relations } from './dedup.js';
import type { Copy } from './groups.js';
import type { Records } from './records.js';

type Owner = Pick<Copy, 'key' | 'session'>;

/** No further copy. */
const END = -1;

export class KeyIndex {
  readonly #logs: ReadonlyMap<number, Records>;
  readonly #reader: LogReader;
  readonly #relations: Relations;
  /** key → its first place. A place is a copy in a log; of each the log, the number of its record in it, and the key's next place. */
  readonly #places = new Map<string, number>();
  readonly #log: Int32Array;
  readonly #record: Int32Array;
  readonly #next: Int32Array;
  /** Some copies carry keys of their own. */
  readonly hasTwins: boolean;
  #owners: ReadonlyMap<string, Owner> | null = null;

  /** `logs`: the records of each log, by its number. */
  constructor(logs: ReadonlyMap<number, Records>, reader: LogReader, relations: Relations) {
    this.#logs = logs;
    this.#reader = reader;
    this.#relations = relations;
    let size = 0;
    for (const records of logs.values()) size += records.length;
    this.#log = new Int32Array(size);
    this.#record = new Int32Array(size);
    this.#next = new Int32Array(size).fill(END);
    let hasTwins = false;
    let place = 0;
    for (const [log, records] of logs) {
      hasTwins ||= records.hasTwins;
      for (let i = 0; i < records.length; i++, place++) {
        this.#log[place] = log;
        this.#record[place] = i;
        const first = this.#places.get(records.key(i));
        if (first === undefined) this.#places.set(records.key(i), place);
        else {
          this.#next[place] = this.#next[first]!;
          this.#next[first] = place;
        }
      }
    }
    this.hasTwins = hasTwins;
  }

  #copyAt(place: number): Copy {
    const log = this.#log[place]!;
    return this.#logs.get(log)!.at(this.#record[place]!, log);
  }

  #copiesFrom(first: number): Copy[] {
    const copies: Copy[] = [];
    for (let place = first; place !== END; place = this.#next[place]!) copies.push(this.#copyAt(place));
    return copies;
  }

  /** The keys of all records. */
  keys(): IterableIterator<string> {
    return this.#places.keys();
  }

  /** All copies of a key, counted or not. */
  copies(key: string): Copy[] {
    return this.#copiesFrom(this.#places.get(key) ?? END);
  }

  #stands(first: number): Copy[] {
    const copies = this.#copiesFrom(first);
    // Most keys have one copy.
    if (copies.length === 1) return isNothing(copies[0]!) && !copies[0]!.echo ? [] : copies;
    return resolve(copies, this.#reader, this.#relations);
  }

  /** The records of a key that count. */
  standing(key: string): Copy[] {
    const first = this.#places.get(key);
    return first === undefined ? [] : this.#stands(first).filter((copy) => !copy.echo && this.owns(copy));
  }

  /** False for a copy with a key of its own whose original is in another session. */
  owns(copy: Copy): boolean {
    if (copy.twin === null) return true;
    this.#owners ??= this.#findOwners();
    const owner = this.#owners.get(copy.twin);
    return owner === undefined || owner.key === copy.key || owner.session === copy.session;
  }

  /** What each key stands for: records that count, or an echo of one that is missing. */
  *resolved(): Generator<Copy> {
    for (const first of this.#places.values()) for (const copy of this.#stands(first)) if (this.owns(copy)) yield copy;
  }

  /** twin → who owns it: an original before copies, then the one in the earliest log, then in the earliest session. */
  #findOwners(): Map<string, Owner> {
    const owners = new Map<string, Copy>();
    if (!this.hasTwins) return owners;
    for (const first of this.#places.values()) {
      for (const copy of this.#stands(first)) {
        const owner = copy.twin === null ? undefined : owners.get(copy.twin);
        if (copy.twin !== null && (owner === undefined || this.#isBefore(copy, owner))) owners.set(copy.twin, copy);
      }
    }
    return owners;
  }

  #isBefore(a: Copy, b: Copy): boolean {
    if (a.rank !== b.rank) return a.rank < b.rank;
    const [x, y] = [this.#relations.orderOf(a.log), this.#relations.orderOf(b.log)];
    return x === y ? a.position < b.position : x < y;
  }
}
