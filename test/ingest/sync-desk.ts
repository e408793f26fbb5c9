// A home with a store of its own, in which syncs are run at a clock that goes on, and what its books say then.
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Agent } from '../../src/capture/agent.js';
import type { SyncParts } from '../../src/ingest/agent-work.js';
import { repriceAgent, type RepricedModel } from '../../src/ingest/reprice.js';
import { syncUsage, type AgentSync } from '../../src/ingest/sync.js';
import type { Instant } from '../../src/model/time.js';
import { NO_RECORDS, withRow, type LogFileRow, type LogTotals, type UsageRow } from '../../src/model/usage-row.js';
import type { Store } from '../../src/store/store.js';
import { newReading, temporaryFolder } from '../capture/fixture.js';
import { NOON, openStore } from '../store/temporary.js';
import type { ClaudeHome } from './claude-home.js';
import { testPrices } from '../support/prices.js';

export const HOUR = 3600 * 1_000_000;

/** A home with a store, and syncs at a clock that goes on. */
export class Desk {
  readonly home: string;
  readonly agent: Agent;
  readonly folder = join(temporaryFolder(), 'store');
  cache = temporaryFolder();
  now: Instant = NOON;
  /** By which records are priced. */
  prices = testPrices;
  #store: Promise<Store> | undefined;

  constructor(home: string, agent: Agent) {
    this.home = home;
    this.agent = agent;
  }

  get store(): Promise<Store> {
    return (this.#store ??= openStore(this.folder));
  }

  async sync(agent: Agent = this.agent, rebuild = false): Promise<AgentSync> {
    this.now += HOUR;
    const [synced] = await syncUsage(this.#parts(agent, rebuild));
    await this.expectBalanced();
    return synced!;
  }

  /** Prices the records anew; not written, what would be. */
  async reprice(write = true): Promise<RepricedModel[]> {
    this.now += HOUR;
    const store = await this.store;
    const reprice = (): Promise<RepricedModel[]> => repriceAgent(store, this.agent, this.#parts(this.agent, false), write);
    const repriced = await (write ? store.exclusively(reprice) : reprice());
    await this.expectBalanced();
    return repriced;
  }

  #parts(agent: Agent, rebuild: boolean): SyncParts {
    return {
      agents: [agent],
      rootsOf: () => agent.roots({ home: this.home, variables: {} }),
      reading: newReading(this.cache),
      folder: this.folder,
      openStore: () => this.store,
      stored: (folder) => folder.replace('/home/ada', '~'),
      now: () => this.now,
      rebuild,
      prices: () => this.prices(),
      machine: 'm1',
      writing: () => undefined,
    };
  }

  /** What is known of each log, by its path. */
  async logs(): Promise<Map<string, LogFileRow>> {
    const files = await (await this.store).logFiles();
    await files.refresh();
    return new Map([...(await files.current()).values()].map((log) => [log.path, log]));
  }

  async rows(): Promise<UsageRow[]> {
    const table = await (await this.store).usage();
    await table.refresh();
    return [...(await table.ofAgent(this.agent.name)).values()];
  }

  /** Current records that count, as `session output gone`, by key. */
  async ledger(): Promise<Record<string, string>> {
    const rows = (await this.rows()).filter(({ counted }) => counted);
    rows.sort((a, b) => (a.record_key < b.record_key ? -1 : 1));
    return Object.fromEntries(rows.map((row) => [row.record_key, told(row.session_id, row.counts.output, row.source_gone)]));
  }

  /** Double entry: the control totals of each log are the sums of its rows. */
  async expectBalanced(): Promise<void> {
    const sums = new Map<string, LogTotals>();
    for (const row of await this.rows()) sums.set(row.log_file_id, withRow(sums.get(row.log_file_id) ?? NO_RECORDS, row, 1));
    const logs = [...(await this.logs()).values()];
    expect(logs.map(({ path, totals_after }) => [path, totals_after])).toEqual(
      logs.map(({ path, log_file_id }) => [path, sums.get(log_file_id) ?? NO_RECORDS]),
    );
    expect(logs.every(({ state }) => state === 'done')).toBe(true);
  }
}

/** A record as a ledger tells it. */
export const told = (session: string, output: number | null, gone: boolean): string =>
  `${session.slice(0, 8)} ${output} ${gone ? 'gone' : ''}`;

export const deskOf = (home: ClaudeHome): Desk => new Desk(home.path, home.agent);
