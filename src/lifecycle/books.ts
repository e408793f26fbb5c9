// The books: where a rule's decision becomes a revision. What is promised of every change is kept here, once: it is decided while
// the lock is held, on the last revision, with a snapshot taken inside; it is inserted only if nobody was first; it is on disk
// when the command answers.
import type { Agent } from '../capture/agent.js';
import type { SessionReading, SessionTarget } from '../ingest/session.js';
import type { Analysis } from '../model/analysis.js';
import { isLogged, type SessionPart } from '../model/cut.js';
import { assertThat, TokentrailError } from '../model/errors.js';
import { formatAnalysisId } from '../model/ids.js';
import { formatInstant, utcYear, type Instant } from '../model/time.js';
import type { PriceBook } from '../pricing/book.js';
import type { AnalysisLogs } from '../store/analysis-logs.js';
import type { Sources } from '../store/sources.js';
import type { Store } from '../store/store.js';

/** What the books need from outside. */
export interface BooksParts {
  readonly store: Store;
  readonly now: () => Instant;
  /** Opens a session for reading, from where its cursor ends. */
  readonly openSession: (target: SessionTarget) => Promise<SessionReading>;
  /** Reads the running session ahead, if that is cheap; never fails. */
  readonly warmUp: () => Promise<void>;
  readonly agentNamed: (name: SessionPart['agent']) => Agent;
  /** The price book, loaded when something is to be priced. */
  readonly prices: () => Promise<PriceBook>;
  /** Writes a session's records to the books of all sessions; the lock is held. */
  readonly keep: (store: Store, session: SessionReading) => Promise<void>;
}

/** Fields that the books set themselves. */
type Recorded = 'revision' | 'recorded_at' | 'recorded_by' | 'prev_sha256' | 'row_sha256';

export type Draft = Omit<Analysis, Recorded>;

/** How often a decision is made again after someone was first; with a lock it never is. */
export const ATTEMPTS = 40;

export const contended = (): TokentrailError =>
  new TokentrailError('STORE_LOCKED', 'Other processes kept changing the same rows of the store.', {
    suggestions: ['Run the command again.'],
  });

/** @param at the time whose books were asked for; null: now */
export const notFound = (id: string, at: Instant | null = null): TokentrailError =>
  new TokentrailError(
    'ANALYSIS_NOT_FOUND',
    `There is no analysis "${id}" in this store${at === null ? '' : ` that was recorded by ${formatInstant(at)}`}.`,
    {
      suggestions: [
        at === null
          ? 'See `tokentrail analysis list`; another store is named with --store.'
          : 'See `tokentrail analysis list --at TIME`, or leave --at out.',
      ],
      details: { id },
    },
  );

export class Books {
  readonly #parts: BooksParts;
  readonly #sessions = new Map<string, Promise<SessionReading>>();

  constructor(parts: BooksParts) {
    this.#parts = parts;
  }

  get store(): Store {
    return this.#parts.store;
  }

  now(): Instant {
    return this.#parts.now();
  }

  prices(): Promise<PriceBook> {
    return this.#parts.prices();
  }

  logs(): Promise<AnalysisLogs> {
    return this.store.guarded(() => this.store.analysisLogs());
  }

  sources(): Promise<Sources> {
    return this.store.guarded(() => this.store.sources());
  }

  /** The last revision that was recorded by `at` (null: now). @throws ANALYSIS_NOT_FOUND */
  async analysis(id: string, at: Instant | null = null): Promise<Analysis> {
    const logs = await this.logs();
    const found = await this.store.guarded(() => logs.last(id, at));
    if (found === null) throw notFound(id, at);
    return found;
  }

  /** All revisions, the first one first. @throws ANALYSIS_NOT_FOUND */
  async history(id: string): Promise<Analysis[]> {
    const logs = await this.logs();
    const revisions = await this.store.guarded(() => logs.history(id));
    if (revisions.length === 0) throw notFound(id);
    return revisions;
  }

  /** The session of a part, read up to now. The first reading may be long, so it is best asked for before the lock is held. */
  async session(target: SessionTarget): Promise<SessionReading> {
    const key = `${target.agent.name}\u0000${target.session_id}\u0000${target.path ?? ''}`;
    const known = this.#sessions.get(key);
    if (known === undefined) {
      const opened = this.#parts.openSession(target);
      this.#sessions.set(key, opened);
      return opened;
    }
    const session = await known;
    await session.update();
    return session;
  }

  /**
   * Keeps the records of an analysis' sessions, so that its numbers can be worked out again when their logs are gone; the lock is
   * held. What is measured does not depend on it, so where the books of all sessions are damaged it goes on without.
   */
  async keep({ sessions }: Pick<Analysis, 'sessions'>): Promise<void> {
    for (const part of sessions.filter(isLogged)) {
      const session = await this.session(this.targetOf(part));
      if (session.exists) await this.#parts.keep(this.store, session);
    }
  }

  targetOf({ agent, session_id, path }: SessionPart): SessionTarget {
    return { agent: this.#parts.agentNamed(agent), session_id, path };
  }

  /**
   * Adds a revision to an analysis.
   *
   * @param change decides on the current state, without the reason that was given for it, while the lock is held; it may be called again if someone else was first.
   * @throws ANALYSIS_NOT_FOUND, STORE_LOCKED, and whatever `change` throws; then nothing is recorded.
   */
  async revise(id: string, command: string, change: (current: Analysis, at: Instant) => Promise<Analysis>): Promise<Analysis> {
    const logs = await this.logs();
    // While the store is asked, the session that is probably the analysis' can be read.
    const [seen] = await Promise.all([this.analysis(id), this.#parts.warmUp()]);
    const before = await logs.version();
    await Promise.all(seen.sessions.filter(isLogged).map((part) => this.session(this.targetOf(part))));
    return this.store.exclusively(async () => {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        await logs.refresh();
        const current = attempt === 0 && (await logs.version()) === before ? seen : await this.analysis(id);
        const at = Math.max(this.now(), current.recorded_at + 1);
        const next: Analysis = {
          ...(await change({ ...current, reason: null }, at)),
          id: current.id,
          revision: current.revision + 1,
          recorded_at: at,
          recorded_by: command,
          prev_sha256: current.row_sha256,
          row_sha256: null,
        };
        if (await logs.insert(next)) return next;
      }
      // While the lock is held nobody else writes: a row that is in the way and is not found is damaged.
      await logs.prove();
      throw contended();
    });
  }

  /**
   * Opens an analysis under the next free number of this year.
   *
   * @param key an idempotency key: if it is known, the analysis that it stands for is returned and nothing is decided.
   */
  async create(
    command: string,
    key: string | null,
    decide: (id: string, at: Instant, logs: AnalysisLogs) => Promise<Draft>,
  ): Promise<Analysis> {
    const logs = await this.logs();
    return this.store.exclusively(async () => {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        await logs.refresh();
        const bound = key === null ? null : await logs.idOfKey(key);
        const done = bound === null ? null : await logs.last(bound);
        if (done !== null) return done;
        const at = this.now();
        const year = utcYear(at);
        const id = bound ?? formatAnalysisId({ year, number: (await logs.highestNumber(year)) + 1 });
        if (key !== null && bound === null && !(await logs.insertKey(key, id, at, command))) continue;
        const draft = await decide(id, at, logs);
        assertThat(draft.id === id, 'an analysis keeps the id that it was given');
        const first: Analysis = { ...draft, revision: 1, recorded_at: at, recorded_by: command, prev_sha256: null, row_sha256: null };
        if (await logs.insert(first)) return first;
      }
      // While the lock is held nobody else writes: a row that is in the way and is not found is damaged.
      await logs.prove();
      throw contended();
    });
  }
}
