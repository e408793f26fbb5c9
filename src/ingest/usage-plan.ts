// Which revisions bring the books of all sessions to what the logs say now. Pure. A record that a reading no longer gives is kept
// where the bytes that it came from are gone, and superseded where they are still there (semantics 34).
import type { Agent } from '../capture/agent.js';
import type { Instant } from '../model/time.js';
import { dollars, picoOf } from '../model/money.js';
import type { Price } from '../model/price.js';
import { sameCounts, type Counts } from '../model/tokens.js';
import type { Completeness, UsageRow } from '../model/usage-row.js';
import type { PriceBook } from '../pricing/book.js';
import type { AllLogs } from './all-logs.js';
import { isNothing, resolve } from './dedup.js';
import type { Copy } from './groups.js';
import { folderOf } from './points.js';

/** A record that may still be written is held back until it is finished or this old. */
export const OPEN_MICROS = 10 * 60 * 1_000_000;

/** Whether a log can be asked whether it still holds a record. */
export type LogPresence =
  /** It was read, and is the same log as far as its beginning and length tell. */
  | 'here'
  /** It was deleted, or its bytes were replaced. */
  | 'gone'
  /** It can't be read, or is another machine's: nothing is known of it. */
  | 'unknown';

export interface PlanQuestion {
  readonly all: AllLogs;
  /** The keys to look at; null: all that there are. */
  readonly keys: ReadonlySet<string> | null;
  /** Current records of the agent, by record key; at least those of `keys`. */
  readonly rows: ReadonlyMap<string, UsageRow>;
  /** Id of the log with that number. */
  readonly logIdOf: (log: number) => string;
  readonly presenceOf: (logId: string) => LogPresence;
  /** Logs that are read anew since their rows are damaged: a row that no log gives is none. */
  readonly distrusted: ReadonlySet<string>;
  /** Keys of records that are there twice, and must become one. */
  readonly doubled: ReadonlySet<string>;
  /** A folder as it is stored. */
  readonly stored: (folder: string) => string;
  /** By which records are priced that were not before. */
  readonly prices: PriceBook;
  readonly now: Instant;
}

export interface UsagePlan {
  readonly revisions: readonly { readonly row: UsageRow; readonly before: UsageRow | null }[];
  /** Keys of records that are held back. */
  readonly held: readonly string[];
  /** What would be written of them as they are now. */
  readonly open: readonly UsageRow[];
}

const completenessOf = (copy: Copy): Completeness => (!copy.partial ? 'complete' : copy.unreliable ? 'unreliable' : 'partial');

const SAME = [
  'agent', 'counted', 'first_pos', 'end_pos', 'session_id', 'parent_session_id', 'at', 'model', 'project', 'git_branch', 'is_subagent',
  'agent_type', 'calls', 'completeness', 'log_file_id', 'reader_version', 'source_gone', 'terms', 'reported_cost_pico_usd', 'cost_pico_usd', 'rate_card',
] as const satisfies readonly (keyof UsageRow)[]; // prettier-ignore

const isSame = (a: UsageRow, b: UsageRow): boolean => SAME.every((name) => a[name] === b[name]) && sameCounts(a.counts, b.counts);

/** What a record's price depends on is what it was: it keeps the price that it has, whatever the book says by now. */
const isPricedAlready = (before: UsageRow, { at, model, counts, terms }: Copy): boolean =>
  before.rate_card !== null && before.at === at && before.model === model && before.terms === terms && sameCounts(before.counts, counts);

/** The costs of a record, as it is kept. */
export function costsOf(
  prices: PriceBook,
  copy: Copy,
  before: UsageRow | null,
): Pick<UsageRow, 'terms' | 'reported_cost_pico_usd' | 'cost_pico_usd' | 'rate_card'> {
  const { terms, reported } = copy;
  const own = { terms, reported_cost_pico_usd: reported === null ? null : picoOf(reported) };
  if (before !== null && isPricedAlready(before, copy)) {
    const { cost_pico_usd, rate_card } = before;
    return { ...own, cost_pico_usd, rate_card };
  }
  const { pico, card } = prices.estimate(copy);
  return { ...own, cost_pico_usd: pico, rate_card: card };
}

/** What a record cost that the books hold. */
export const priceOfRow = (row: Pick<UsageRow, 'reported_cost_pico_usd' | 'cost_pico_usd' | 'rate_card'>): Price => ({
  reported: row.reported_cost_pico_usd,
  estimated: row.cost_pico_usd,
  card: row.rate_card,
});

/** What twins have in common. */
const likeness = ({ at, model, counts }: Pick<UsageRow, 'at' | 'model' | 'counts'>): string =>
  `${at}|${model ?? ''}|${Object.values(counts).join('.')}`;

/** The key of a record in the books: an agent whose keys are a family's own needs the session, too. */
export const recordKeyOf = ({ name, reader }: Agent, { key, session }: Pick<Copy, 'key' | 'session'>): string =>
  reader.keyScope === 'everywhere' ? `${name}:${key}` : `${name}:${session}|${key}`;

/** The key that a record of the books has in its logs. */
export const logKeyOf = ({ name, reader }: Agent, { record_key, session_id }: Pick<UsageRow, 'record_key' | 'session_id'>): string =>
  record_key.slice(name.length + 1 + (reader.keyScope === 'everywhere' ? 0 : session_id.length + 1));

/**
 * A record that is kept, which takes part like a copy that owns before all others. A class, since V8 may take objects of a literal for
 * ones that stay, and a backfill puts all records together once.
 */
class KeptCopy implements Copy {
  readonly key: string;
  readonly log = -1;
  readonly session: string;
  readonly at: Instant | null;
  readonly model: string | null;
  readonly counts: Counts;
  readonly calls: number;
  readonly twin = null;
  readonly subagent: boolean;
  readonly copied = false;
  readonly partial: boolean;
  readonly unreliable: boolean;
  readonly invalid = 0;
  readonly echo = false;
  readonly sole = false;
  readonly delegate = false;
  readonly weight = Infinity;
  readonly rank = -1;
  readonly branch: string | null;
  readonly agent_type: string | null;
  readonly terms: string | null;
  readonly reported: string | null;
  readonly position: number;
  readonly end: number;
  readonly until = null;

  constructor(row: UsageRow, key: string) {
    this.key = key;
    this.session = row.session_id;
    this.at = row.at;
    this.model = row.model;
    this.counts = row.counts;
    this.calls = row.calls;
    this.subagent = row.is_subagent;
    this.partial = row.completeness !== 'complete';
    this.unreliable = row.completeness === 'unreliable';
    this.branch = row.git_branch;
    this.agent_type = row.agent_type;
    this.terms = row.terms;
    this.reported = row.reported_cost_pico_usd === null ? null : dollars(row.reported_cost_pico_usd);
    this.position = row.first_pos;
    this.end = row.end_pos;
  }
}

/** @param key the record's key in its logs. */
export const asCopy = (row: UsageRow, key: string): Copy => new KeptCopy(row, key);

class Planner {
  readonly #question: PlanQuestion;
  readonly #rootOf: (session: string) => string;
  readonly #projects = new Map<string, string | null>();
  #kept: ReadonlyMap<string, string> | null = null;
  readonly revisions: { row: UsageRow; before: UsageRow | null }[] = [];
  readonly held: string[] = [];
  readonly open: UsageRow[] = [];

  constructor(question: PlanQuestion) {
    this.#question = question;
    this.#rootOf = question.all.rootOf();
  }

  #projectOf(log: number, session: string): string | null {
    const place = `${log} ${session}`;
    let project = this.#projects.get(place);
    if (project === undefined) {
      const folder = folderOf(this.#question.all, log, session);
      this.#projects.set(place, (project = folder === null ? null : this.#question.stored(folder)));
    }
    return project;
  }

  #rowOf(copy: Copy, key: string, before: UsageRow | null): UsageRow {
    const { all, now, logIdOf } = this.#question;
    const root = this.#rootOf(copy.session);
    return {
      record_key: key,
      revision: (before?.revision ?? 0) + 1,
      recorded_at: before === null ? now : Math.max(now, before.recorded_at + 1),
      counted: true,
      first_pos: copy.position,
      end_pos: copy.end,
      agent: all.agent.name,
      session_id: copy.session,
      parent_session_id: root === copy.session ? null : root,
      at: copy.at,
      model: copy.model,
      project: this.#projectOf(copy.log, copy.session),
      git_branch: copy.branch,
      is_subagent: copy.subagent || root !== copy.session,
      agent_type: copy.agent_type,
      calls: copy.calls,
      counts: copy.counts,
      completeness: completenessOf(copy),
      log_file_id: logIdOf(copy.log),
      reader_version: all.agent.reader.version,
      source_gone: false,
      ...costsOf(this.#question.prices, copy, before),
      purged_at: null,
    };
  }

  #revise(before: UsageRow, change: Partial<UsageRow>): void {
    const row = { ...before, ...change };
    if (isSame(row, before)) return;
    const { now } = this.#question;
    this.revisions.push({ row: { ...row, revision: before.revision + 1, recorded_at: Math.max(now, before.recorded_at + 1) }, before });
  }

  #isOpen(copy: Copy): boolean {
    const { all, now } = this.#question;
    if (!copy.partial || copy.unreliable) return false;
    // A time of the future tells nothing; the file's own does, unless that is of the future, too.
    const age = now - Math.min(copy.at ?? Infinity, all.entry(copy.log).mtimeMs * 1000);
    return age >= 0 && age < OPEN_MICROS;
  }

  /** Whether the bytes that told a record's last numbers were cut off its log, which tells smaller ones now. */
  #isCut({ log, counts }: Copy, before: UsageRow): boolean {
    const { all, logIdOf } = this.#question;
    const { kind, scan } = all.entry(log);
    if (kind !== 'append' || !before.counted || before.log_file_id !== logIdOf(log) || before.end_pos <= scan.bytes) return false;
    return (counts.output ?? 0) < (before.counts.output ?? 0);
  }

  /** Whether a copy with a key of its own repeats a record whose bytes are gone, which counts already. */
  #isKeptElsewhere(copy: Copy): boolean {
    if (copy.twin === null) return false;
    this.#kept ??= this.#keptRecords();
    const session = this.#kept.get(likeness(copy));
    return session !== undefined && session !== copy.session;
  }

  /** What the records that no log gives any more are alike by → their session. */
  #keptRecords(): Map<string, string> {
    const { all, rows } = this.#question;
    const kept = new Map<string, string>();
    for (const row of rows.values()) {
      const own = logKeyOf(all.agent, row);
      if (!row.counted || all.index.copies(own).some(({ session }) => session === row.session_id)) continue;
      kept.set(likeness(row), row.session_id);
    }
    return kept;
  }

  /** The price of a record that no log gives any more: of one that was kept before prices were. */
  #priceOf(row: UsageRow): Partial<UsageRow> {
    if (row.rate_card !== null) return {};
    const { pico, card } = this.#question.prices.estimate(row);
    return { cost_pico_usd: pico, rate_card: card };
  }

  /** `rows`: the current records of that key, mostly one or none. */
  plan(key: string, rows: readonly UsageRow[]): void {
    const { all, presenceOf, distrusted, doubled } = this.#question;
    const copies = all.index.copies(key).filter((copy) => !copy.echo);
    const kept = new Map<string, boolean>();
    for (const row of rows) {
      if (!row.counted || copies.some(({ session }) => session === row.session_id)) continue;
      const presence = presenceOf(row.log_file_id);
      // The bytes are there: another version of the reader takes them for something else.
      if (presence === 'here' && row.reader_version !== all.agent.reader.version) continue;
      if (distrusted.has(row.log_file_id)) continue;
      kept.set(row.record_key, presence !== 'unknown' || row.source_gone);
    }
    const ghosts = rows.filter(({ record_key }) => kept.has(record_key)).map((row) => asCopy(row, key));
    const standing = ghosts.length === 0 ? all.index.standing(key) : this.#resolved([...copies, ...ghosts]);
    const winners = new Set<string>();
    for (const copy of standing) {
      if (copy.log < 0) continue;
      const recordKey = recordKeyOf(all.agent, copy);
      winners.add(recordKey);
      const before = rows.find(({ record_key }) => record_key === recordKey) ?? null;
      // What was purged stays so, whatever the logs say.
      if (before !== null && before.purged_at !== null) continue;
      if (this.#isOpen(copy)) {
        this.held.push(key);
        this.open.push(this.#rowOf(copy, recordKey, before));
        continue;
      }
      if (before?.counted !== true && this.#isKeptElsewhere(copy)) continue;
      if (before !== null && this.#isCut(copy, before)) {
        this.#revise(before, { source_gone: true });
        continue;
      }
      const row = this.#rowOf(copy, recordKey, before);
      if (before === null || !isSame(row, before) || doubled.has(recordKey)) this.revisions.push({ row, before });
    }
    for (const row of rows) {
      if (winners.has(row.record_key) || row.purged_at !== null) continue;
      const gone = kept.get(row.record_key);
      if (gone !== undefined) this.#revise(row, { source_gone: gone, ...this.#priceOf(row) });
      else this.#revise(row, { counted: false });
    }
  }

  #resolved(copies: Copy[]): Copy[] {
    const { all } = this.#question;
    if (copies.every(({ log }) => log < 0)) return copies;
    const found = resolve(copies, { keeps: all.agent.reader.keeps, keyScope: all.agent.reader.keyScope }, all.relations);
    return found.filter((copy) => copy.log >= 0 && !isNothing(copy) && all.index.owns(copy));
  }
}

/** The revisions that the books need. */
export function planUsage(question: PlanQuestion): UsagePlan {
  const { all, keys, rows } = question;
  const planner = new Planner(question);
  const byKey = new Map<string, UsageRow[]>();
  for (const row of rows.values()) {
    const own = logKeyOf(all.agent, row);
    const known = byKey.get(own);
    if (known === undefined) byKey.set(own, [row]);
    else known.push(row);
  }
  for (const key of keys ?? all.index.keys()) planner.plan(key, byKey.get(key) ?? []);
  if (keys === null) for (const [key, own] of byKey) if (all.index.copies(key).length === 0) planner.plan(key, own);
  return planner;
}
