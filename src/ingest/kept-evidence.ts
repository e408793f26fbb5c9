// What the books kept of a session's records, to work out cuts again when its logs are gone.
import type { Agent } from '../capture/agent.js';
import type { AgentName } from '../model/agents.js';
import { isSameLog } from '../model/cut.js';
import type { Instant } from '../model/time.js';
import { checkTotals, requireTotals } from '../store/control-totals.js';
import type { Store } from '../store/store.js';
import { sameCounts } from '../model/tokens.js';
import type { PriceBook } from '../pricing/book.js';
import { priceAgain } from '../pricing/card.js';
import { picoOf } from '../model/money.js';
import type { Price } from '../model/price.js';
import { LogSums, type LogFileRow, type UsageRow } from '../model/usage-row.js';
import { movedNames, type CutNames, type Evidence } from './evidence.js';
import type { Copy } from './groups.js';
import type { SessionTarget } from './session.js';
import { asCopy, logKeyOf, priceOfRow, recordKeyOf } from './usage-plan.js';

/** What the books kept of a session, each row proved. */
interface KeptRows {
  readonly rows: readonly UsageRow[];
  readonly paths: ReadonlyMap<string, string>;
}

/** What the books kept of sessions, read once for each however many analyses lie in it. */
export class KeptSessions {
  readonly #store: Store;
  readonly #at: Instant | null;
  #recordedBy: Instant | null = null;
  readonly #sessions = new Map<string, Promise<KeptRows>>();
  #logs: { readonly version: number; readonly files: Promise<ReadonlyMap<string, LogFileRow>> } | null = null;

  /** @param at as the books were recorded by then; null: as they are. */
  constructor(store: Store, at: Instant | null = null) {
    this.#store = store;
    this.#at = at;
  }

  /** When the last of the records was recorded that were used; null if there were none. */
  get recordedBy(): Instant | null {
    return this.#recordedBy;
  }

  /** Notes that some of them are used. */
  use(rows: readonly UsageRow[]): void {
    for (const { recorded_at } of rows) this.#recordedBy = Math.max(this.#recordedBy ?? recorded_at, recorded_at);
  }

  /** @throws STORE_DAMAGED if the records of its logs are not those that were stored */
  of(agent: AgentName, session: string): Promise<KeptRows> {
    const key = `${agent}\u0000${session}`;
    let found = this.#sessions.get(key);
    if (found === undefined) this.#sessions.set(key, (found = this.#read(agent, session)));
    return found;
  }

  /** What is known of all logs, read again only where it has changed: there may be thousands, and as many sessions that ask. */
  async #files(): Promise<ReadonlyMap<string, LogFileRow>> {
    const logs = await this.#store.logFiles();
    const version = await logs.version();
    if (this.#logs?.version !== version) this.#logs = { version, files: logs.current() };
    return this.#logs.files;
  }

  async #read(agent: AgentName, session: string): Promise<KeptRows> {
    if (!this.#store.hasUsage) return { rows: [], paths: new Map() };
    return this.#store.guarded(async () => {
      const usage = await this.#store.usage();
      const files = await this.#files();
      const rows = (await usage.ofSession(agent, session, this.#at)).filter(({ counted }) => counted);
      await requireSums(usage, new Set(rows.map(({ log_file_id }) => log_file_id)), files);
      return { rows, paths: new Map(rows.map(({ log_file_id }) => [log_file_id, files.get(log_file_id)?.path ?? ''])) };
    });
  }
}

/**
 * What was kept of a session and told by its last cut: the books may hold what stood later in a log that was written anew.
 *
 * @param filled when it was filled from the books, after the work was done: what was gone by then was known, wherever it had stood.
 * @returns null if nothing was kept.
 * @throws STORE_DAMAGED
 */
export async function keptEvidence(
  kept: KeptSessions,
  { agent, session_id, path }: SessionTarget,
  at: Instant,
  { logs, paths }: CutNames,
  filled: Instant | null,
): Promise<Evidence | null> {
  const { rows: all, paths: pathOf } = await kept.of(agent.name, session_id);
  const found = all.filter((row) => row.at === null || row.at <= at);
  // A log that was given by path counts alone.
  const isNamed = (name: string): boolean => logs.some((log) => isSameLog(log.path, name));
  const rows = path === null ? found : found.filter((row) => isNamed(pathOf.get(row.log_file_id) ?? ''));
  if (rows.length === 0) return null;
  kept.use(rows);
  const wasKnown = (row: UsageRow): boolean => filled !== null && row.source_gone && row.recorded_at <= filled;
  const here = [...new Set(rows.map(({ log_file_id }) => pathOf.get(log_file_id) ?? ''))];
  return {
    source: 'books',
    reader: `${agent.name}@${Math.max(...rows.map(({ reader_version }) => reader_version))}`,
    records: rows.map((row) => ({
      copy: asCopy(wasKnown(row) ? { ...row, first_pos: 0 } : row, logKeyOf(agent, row)),
      log: pathOf.get(row.log_file_id) ?? '',
    })),
    tellsReasoning: agent.reader.tellsReasoning,
    isSubagent: (session) => session !== session_id && path === null,
    names: movedNames(paths, here),
    sums: new Map(),
    priceOf: null,
  };
}

/** What a record needs to be priced again. */
type PricedRow = Pick<UsageRow, 'counts' | 'reported_cost_pico_usd' | 'cost_pico_usd' | 'rate_card'>;

/**
 * What a record cost that is kept: of one that was counted before it was finished, what its card makes of its counts then. An agent
 * tells what the whole of it cost, so that of its beginning no price is known.
 */
function priceIn(row: PricedRow, { counts, terms }: Pick<Copy, 'counts' | 'terms'>): Price {
  if (sameCounts(counts, row.counts)) return priceOfRow(row);
  const { reported_cost_pico_usd, rate_card: card } = row;
  return { reported: null, estimated: reported_cost_pico_usd === null ? priceAgain(card, counts, terms) : null, card };
}

/** Prices of an agent's records: those that they were kept with, by their key in the books, else by the book, if there is one. */
function pricesBy(rows: ReadonlyMap<string, PricedRow>, agent: Agent, book: PriceBook | null): (copy: Copy) => Price {
  return (copy) => {
    const row = rows.get(recordKeyOf(agent, copy));
    if (row !== undefined && (row.rate_card !== null || book === null)) return priceIn(row, copy);
    if (book === null) return { reported: null, estimated: null, card: null };
    const { pico, card } = book.estimate(copy);
    const reported = copy.reported === null ? null : picoOf(copy.reported);
    if (reported !== null && copy.partial) return { reported: null, estimated: null, card };
    return { reported, estimated: pico, card };
  };
}

/** The same by what the books kept of a session alone: what was never priced has no price. @throws STORE_DAMAGED */
export async function recordedPrices(kept: KeptSessions, { agent, session_id }: SessionTarget): Promise<(copy: Copy) => Price> {
  const { rows } = await kept.of(agent.name, session_id);
  return pricesBy(new Map(rows.map((row) => [row.record_key, row])), agent, null);
}

/**
 * The same for the records of a session that the books kept.
 *
 * @param anew as they will be once they were priced anew.
 * @throws STORE_DAMAGED
 */
export async function keptPrices(
  kept: KeptSessions,
  { agent, session_id }: SessionTarget,
  book: PriceBook,
  anew: boolean,
): Promise<(copy: Copy) => Price> {
  const { rows } = await kept.of(agent.name, session_id);
  const asKept = (row: UsageRow): PricedRow => {
    if (!anew) return row;
    const { pico, card } = book.estimate(row);
    return { ...row, cost_pico_usd: pico, rate_card: card };
  };
  return pricesBy(new Map(rows.map((row) => [row.record_key, asKept(row)])), agent, book);
}

/** What the logs tell, with what they don't tell any more. */
export function withKept(told: Evidence, kept: Evidence | null): Evidence {
  const known = new Set(told.records.map(({ copy }) => copy.key));
  const others = kept?.records.filter(({ copy }) => !known.has(copy.key)) ?? [];
  return others.length === 0 ? told : { ...told, source: 'books', records: [...told.records, ...others] };
}

type UsageTable = Awaited<ReturnType<Store['usage']>>;

/** The sums of these logs are those that were stored. */
async function requireSums(usage: UsageTable, ids: ReadonlySet<string>, files: ReadonlyMap<string, LogFileRow>): Promise<void> {
  const sums = new LogSums();
  for (const row of await usage.ofLogs([...ids])) sums.add(row);
  requireTotals(checkTotals(new Map([...files].filter(([id]) => ids.has(id))), sums.totals));
}
