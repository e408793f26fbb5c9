// A usage record as the books keep it, and the control totals that guard the records of a log.
import type { AgentName } from './agents.js';
import type { Instant } from './time.js';
import { TOKEN_CLASSES, type Counts } from './tokens.js';

/** `partial`: the output is a lower bound so far; `unreliable`: it stays one, since the agent's version writes placeholders. */
export type Completeness = 'complete' | 'partial' | 'unreliable';

export interface UsageRow {
  readonly record_key: string;
  readonly revision: number;
  readonly recorded_at: Instant;
  readonly counted: boolean;
  readonly first_pos: number;
  readonly end_pos: number;
  readonly agent: AgentName;
  readonly session_id: string;
  readonly parent_session_id: string | null;
  readonly at: Instant | null;
  readonly model: string | null;
  readonly project: string | null;
  readonly git_branch: string | null;
  readonly is_subagent: boolean;
  readonly agent_type: string | null;
  readonly calls: number;
  readonly counts: Counts;
  readonly completeness: Completeness;
  readonly log_file_id: string;
  readonly reader_version: number;
  readonly source_gone: boolean;
  /** What of the request changes its price, as `terms.ts` writes it. */
  readonly terms: string | null;
  /** The agent's own figure, and what the rate card makes of the counts. */
  readonly reported_cost_pico_usd: bigint | null;
  readonly cost_pico_usd: bigint | null;
  /** By which rates it was priced, or why it has no price; null where it was never asked. */
  readonly rate_card: string | null;
  /** When it was taken out of all totals on request; null for all others. */
  readonly purged_at: Instant | null;
}

const SUMMED = [...TOKEN_CLASSES, 'reasoning'] as const;

/**
 * Sums of what is known of the records of a log; a class that a record doesn't know adds nothing. `digest`: of all that reports tell
 * of them, but for what `prices` covers: costs and types of sub-agents. `keys` and `cards`: of their keys and revisions, of their terms
 * and rate cards, at which a report doesn't look. Null where they are not known.
 */
export type LogTotals = Readonly<Record<'records' | (typeof SUMMED)[number], number>> & {
  readonly digest: number | null;
  readonly prices: number | null;
  readonly keys: number | null;
  readonly cards: number | null;
};

const DIGEST_NAMES = ['digest', 'prices', 'keys', 'cards'] as const;

/** Totals of an older store lack digests. */
export const hasAllDigests = (totals: LogTotals): boolean => DIGEST_NAMES.every((name) => totals[name] !== null);

export const NO_RECORDS: LogTotals = {
  records: 0,
  input: 0,
  cache_read: 0,
  cache_write_5m: 0,
  cache_write_1h: 0,
  output: 0,
  reasoning: 0,
  digest: 0,
  prices: 0,
  keys: 0,
  cards: 0,
};

/** What of a record its digest covers: all that a report tells, and whose it is. */
export type Digested = Pick<
  UsageRow,
  | 'agent'
  | 'session_id'
  | 'parent_session_id'
  | 'at'
  | 'model'
  | 'project'
  | 'is_subagent'
  | 'calls'
  | 'counts'
  | 'completeness'
  | 'source_gone'
> &
  Priced;

type Priced = Pick<UsageRow, 'agent_type' | 'reported_cost_pico_usd' | 'cost_pico_usd'>;

const DIGESTS = 2 ** 48;
const HALF = 2 ** 32;
const NULL = 0x2545f491;

/** Words of which there are few: agents, sessions, models, projects. */
const words = new Map<string, number>();

function wordHash(text: string): number {
  let hash = words.get(text);
  if (hash === undefined) {
    hash = 0x811c9dc5;
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
    words.set(text, hash);
  }
  return hash;
}

/** Mixes numbers into 48 bits, which are others when any of the numbers is. */
class Mixer {
  #low: number;
  #high: number;

  constructor(low: number, high: number) {
    this.#low = low;
    this.#high = high;
  }

  mix(value: number): void {
    let low = Math.imul(this.#low ^ value, 0x85ebca6b);
    low ^= low >>> 15;
    const high = Math.imul(this.#high + value + low, 0xc2b2ae35);
    this.#low = low;
    this.#high = high ^ (high >>> 13);
  }

  word(text: string | null): void {
    this.mix(text === null ? NULL : wordHash(text));
  }

  number(value: number | null): void {
    this.mix(value === null ? NULL : value | 0);
    this.mix(value === null ? 0 : Math.floor(value / HALF) + 1);
  }

  /** Through a bigint's halves only where a number does not hold it. */
  money(value: bigint | null): void {
    const number = value === null ? null : Number(value);
    if (value === null || Number.isSafeInteger(number)) this.number(number);
    else {
      this.mix(Number(BigInt.asIntN(32, value)));
      this.mix(Number(BigInt.asIntN(32, value >> 32n)) + 1);
    }
  }

  get digest(): number {
    return (this.#high & 0xffff) * HALF + (this.#low >>> 0);
  }
}

/**
 * 48 bits that are others when any of its fields is another one. It finds what a disk damages, not what somebody forges: sums of it
 * must be cheap, since every report works them out over all records.
 */
export function digestOf(row: Digested): number {
  const mixer = new Mixer(0x9e3779b9, 0x7f4a7c15);
  mixer.word(row.agent);
  mixer.word(row.session_id);
  mixer.word(row.parent_session_id);
  mixer.word(row.model);
  mixer.word(row.project);
  mixer.word(row.completeness);
  mixer.number(row.at);
  mixer.number(row.calls);
  for (const name of SUMMED) mixer.number(row.counts[name]);
  mixer.mix((row.is_subagent ? 1 : 0) + (row.source_gone ? 2 : 0));
  return mixer.digest;
}

/** The same of its costs, and of the type of sub-agent that it is listed under. */
function priceDigestOf({ agent_type, reported_cost_pico_usd, cost_pico_usd }: Priced): number {
  const mixer = new Mixer(0x2f0b4c27, 0x61c88647);
  mixer.word(agent_type);
  mixer.money(reported_cost_pico_usd);
  mixer.money(cost_pico_usd);
  return mixer.digest;
}

/** The same of how it was priced. */
function cardDigestOf({ terms, rate_card }: Pick<UsageRow, 'terms' | 'rate_card'>): number {
  const low = Math.imul(wordHash(terms ?? '\u0000') ^ 0x9e3779b9, 0x85ebca6b);
  const high = Math.imul(wordHash(rate_card ?? '\u0000') + low, 0xc2b2ae35);
  return ((high >>> 8) & 0xffff) * HALF + ((low ^ high) >>> 0);
}

/** The same of what names a row. */
function keyDigestOf({ record_key, revision }: Pick<UsageRow, 'record_key' | 'revision'>): number {
  let [low, high] = [0x811c9dc5, 0x9dc5811c];
  const text = `${record_key}@${revision}`;
  for (let i = 0; i < text.length; i++) {
    low = Math.imul(low ^ text.charCodeAt(i), 0x01000193);
    high = Math.imul(high ^ low, 0x85ebca6b);
  }
  return (high & 0xffff) * HALF + (low >>> 0);
}

/** Adds up the totals of a log, a record at a time; those that only a whole row tells are null unless all were added whole. */
export class TotalsAdder {
  #records = 0;
  #digest = 0;
  #prices = 0;
  #keys = 0;
  #cards = 0;
  #whole = 0;
  readonly #sums = SUMMED.map(() => 0);

  add(row: Digested): void {
    this.#records++;
    for (let i = 0; i < SUMMED.length; i++) this.#sums[i]! += row.counts[SUMMED[i]!] ?? 0;
    this.#digest = (this.#digest + digestOf(row)) % DIGESTS;
    this.#prices = (this.#prices + priceDigestOf(row)) % DIGESTS;
  }

  addWhole(row: UsageRow): void {
    this.add(row);
    this.#whole++;
    this.#keys = (this.#keys + keyDigestOf(row)) % DIGESTS;
    this.#cards = (this.#cards + cardDigestOf(row)) % DIGESTS;
  }

  get totals(): LogTotals {
    const sums = Object.fromEntries(SUMMED.map((name, i) => [name, this.#sums[i]!])) as Record<(typeof SUMMED)[number], number>;
    const isWhole = this.#whole === this.#records;
    const rest = { keys: isWhole ? this.#keys : null, cards: isWhole ? this.#cards : null };
    return { records: this.#records, ...sums, digest: this.#digest, prices: this.#prices, ...rest };
  }
}

/** The totals of logs, by id, of whole rows that count. */
export class LogSums {
  readonly #adders = new Map<string, TotalsAdder>();

  add(row: UsageRow): void {
    let adder = this.#adders.get(row.log_file_id);
    if (adder === undefined) this.#adders.set(row.log_file_id, (adder = new TotalsAdder()));
    if (row.counted) adder.addWhole(row);
  }

  get totals(): Map<string, LogTotals> {
    return new Map([...this.#adders].map(([id, adder]) => [id, adder.totals]));
  }
}

/** The totals with a record added (`sign` 1) or taken away (−1); one that isn't counted changes nothing. */
export function withRow(totals: LogTotals, row: UsageRow, sign: 1 | -1): LogTotals {
  if (!row.counted) return totals;
  const next: Record<string, number | null> = { records: totals.records + sign };
  for (const name of SUMMED) next[name] = totals[name] + sign * (row.counts[name] ?? 0);
  const add = (name: (typeof DIGEST_NAMES)[number], of: () => number): void => {
    const before = totals[name];
    next[name] = before === null ? null : (before + sign * of() + DIGESTS) % DIGESTS;
  };
  add('digest', () => digestOf(row));
  add('prices', () => priceDigestOf(row));
  add('keys', () => keyDigestOf(row));
  add('cards', () => cardDigestOf(row));
  return next as LogTotals;
}

const agree = (a: number | null, b: number | null): boolean => a === null || b === null || a === b;

/** Whether they are of the same records; a digest that is not known agrees with any. */
export const sameTotals = (a: LogTotals, b: LogTotals): boolean =>
  a.records === b.records && SUMMED.every((name) => a[name] === b[name]) && DIGEST_NAMES.every((name) => agree(a[name], b[name]));

/** What a row of `log_files` says. */
export interface LogFileRow {
  readonly log_file_id: string;
  readonly revision: number;
  readonly recorded_at: Instant;
  readonly state: 'pending' | 'done';
  readonly agent: AgentName;
  readonly session_id: string | null;
  readonly path: string;
  readonly origin: string;
  readonly kind: 'append' | 'document' | 'rows';
  readonly size: number;
  readonly written_at: Instant;
  readonly read_to: number;
  readonly head_sha256: string;
  readonly prefix_sha256: string | null;
  readonly reader_version: number;
  readonly about: LogAbout;
  readonly totals_before: LogTotals;
  readonly totals_after: LogTotals;
  readonly gone_at: Instant | null;
}

/** What a log says of each session that it holds, kept for when the log is gone. */
export interface LogAbout {
  readonly sessions: readonly {
    readonly session_id: string | null;
    /** The session at the top that it works for, mostly itself. */
    readonly root: string | null;
    readonly parent: string | null;
    readonly forked_from: readonly string[];
    /** Of the session at the top, where this log is to tell them. */
    readonly flags: readonly string[];
    /** Flag of a session at the top with answers and no count at all; null for others. */
    readonly uncounted: string | null;
    readonly turns: number | null;
    readonly last_at: Instant | null;
  }[];
  readonly skipped: Readonly<Record<string, number>>;
}

/** A record as reports see it. */
export const pointOf = (row: UsageRow): UsagePoint => ({
  agent: row.agent,
  session: row.parent_session_id ?? row.session_id,
  at: row.at,
  model: row.model,
  project: row.project,
  subagent: row.is_subagent,
  calls: row.calls,
  counts: row.counts,
  agent_type: row.agent_type,
  reported: row.reported_cost_pico_usd,
  estimated: row.cost_pico_usd,
  partial: row.completeness !== 'complete',
  gone: row.source_gone,
});

/** A usage record, as far as reports need it. */
export interface UsagePoint {
  readonly agent: AgentName;
  /** The session at the top. */
  readonly session: string;
  readonly at: Instant | null;
  readonly model: string | null;
  readonly project: string | null;
  readonly subagent: boolean;
  readonly calls: number;
  readonly counts: Counts;
  /** Type of the sub-agent that spent it; null for others, and where the log doesn't tell. */
  readonly agent_type: string | null;
  /** Pico-dollars: the agent's own figure, and what its rate card makes of it; null where there is none. */
  readonly reported: bigint | null;
  readonly estimated: bigint | null;
  /** Its output is a lower bound. */
  readonly partial: boolean;
  readonly gone: boolean;
}
