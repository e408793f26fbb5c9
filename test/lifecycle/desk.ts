// A place to work at: a temporary home with a session of Claude Code, a real store, and a clock that the test moves.
import { join } from 'node:path';
import { AGENT_LIST, agentNamed } from '../../src/capture/agents.js';
import type { Agent } from '../../src/capture/agent.js';
import { withoutHome } from '../../src/cli/project.js';
import type { SyncParts } from '../../src/ingest/agent-work.js';
import { keepSession } from '../../src/ingest/keep.js';
import { oneByOne } from '../../src/ingest/read-one.js';
import type { Reading } from '../../src/ingest/scope.js';
import { SessionReading, type SessionTarget } from '../../src/ingest/session.js';
import { addAnalysis, type AddInput, type Added } from '../../src/lifecycle/add.js';
import { Books } from '../../src/lifecycle/books.js';
import { completeAnalysis, type Completed, type CompleteInput } from '../../src/lifecycle/complete.js';
import { markStage, type Marked, type MarkInput } from '../../src/lifecycle/mark.js';
import { startAnalysis, type Started, type StartInput } from '../../src/lifecycle/start.js';
import type { FoundSession } from '../../src/capture/find-session.js';
import { formatInstant, type Instant } from '../../src/model/time.js';
import type { Store } from '../../src/store/store.js';
import { CursorCache } from '../../src/store/cursors.js';
import { ClaudeSession, type Answer } from '../support/claude-session.js';
import { Home } from '../support/home.js';
import { NOON, openStore } from '../store/temporary.js';
import { testPrices } from '../support/prices.js';

export const SECOND = 1_000_000;

export class Desk {
  readonly home = new Home();
  readonly session = new ClaudeSession(this.home);
  now: Instant = NOON;
  #store: Promise<Store> | undefined;

  /** Moves the clock on. */
  pass(seconds: number): this {
    this.now += seconds * SECOND;
    return this;
  }

  /** The session answers now, by the clock of the desk. */
  answers(answer: Answer = {}): this {
    this.session.answer({ at: formatInstant(this.now), ...answer });
    return this;
  }

  get target(): SessionTarget {
    return { agent: agentNamed('claude'), session_id: this.session.id, path: null };
  }

  get found(): FoundSession {
    return {
      kind: 'session',
      tool: 'claude-code',
      agent: agentNamed('claude'),
      session_id: this.session.id,
      path: null,
      found_by: 'environment',
      logNotYet: false,
    };
  }

  get #reading(): Reading {
    const cache = new CursorCache(join(this.home.path, 'cache'));
    const stored = (name: string): string => withoutHome(name, [this.home.path]);
    return { cache, warn: () => undefined, progress: () => undefined, beforeLong: () => undefined, readers: oneByOne, stored };
  }

  reading(target: SessionTarget = this.target): Promise<SessionReading> {
    const roots = AGENT_LIST.find(({ name }) => name === target.agent.name)!.roots({ home: this.home.path, variables: {} });
    return SessionReading.open(target, { roots }, this.#reading);
  }

  /** What keeping records needs. */
  syncParts(agent: Agent): SyncParts {
    return {
      agents: [agent],
      rootsOf: (one) => one.roots({ home: this.home.path, variables: {} }),
      reading: this.#reading,
      folder: this.home.store,
      openStore: () => openStore(this.home.store, () => this.now),
      stored: (folder) => folder,
      now: () => this.now,
      machine: 'test',
      rebuild: false,
      prices: testPrices,
      writing: () => undefined,
    };
  }

  /** A store that stays open. */
  openStore(): Promise<Store> {
    return (this.#store ??= openStore(this.home.store, () => this.now));
  }

  /** Books of their own, as another process has them. */
  async books(): Promise<Books> {
    return this.booksOf(await openStore(this.home.store, () => this.now));
  }

  booksOf(store: Store): Books {
    return new Books({
      store,
      now: () => this.now,
      prices: testPrices,
      agentNamed,
      warmUp: () => Promise.resolve(),
      openSession: (target) => this.reading(target),
      keep: (kept, session) => keepSession(kept, session, this.syncParts(session.target.agent)),
    });
  }
}

const START: StartInput = {
  session: null,
  tool: 'claude-code',
  sourceId: 's1',
  kind: 'analysis',
  task: null,
  pass: null,
  model: null,
  command: null,
  process: null,
  tags: [],
  notes: null,
  analysisFile: null,
  tokensBaseline: null,
  idempotencyKey: null,
  project: '~/work/paper',
  gitCommit: null,
  gitBranch: null,
};

export const start = (books: Books, over: Partial<StartInput> = {}): Promise<Started> => startAnalysis(books, { ...START, ...over });

export const mark = (books: Books, id: string, stage: string, over: Partial<MarkInput> = {}): Promise<Marked> =>
  markStage(books, { id, stage, status: 'done', notes: null, envelope: null, running: null, process: null, ...over });

const COMPLETE: Omit<CompleteInput, 'id'> = {
  status: null,
  notes: null,
  analysisFile: null,
  claimsExtracted: [],
  claimsUpdated: [],
  inputsSourceIds: [],
  inputsAnalysisIds: [],
  tokensFinal: null,
  amend: null,
  running: null,
};

export const complete = (books: Books, id: string, over: Partial<CompleteInput> = {}): Promise<Completed> =>
  completeAnalysis(books, { id, ...COMPLETE, ...over });

const ADD: AddInput = {
  tool: 'manual',
  sourceId: 's1',
  kind: 'analysis',
  status: 'completed',
  task: null,
  pass: null,
  model: null,
  command: null,
  frameworkVersion: null,
  methodologyVersion: null,
  startedAt: null,
  completedAt: null,
  durationSeconds: null,
  tokensIn: null,
  tokensOut: null,
  totalTokens: null,
  usageFrom: null,
  foundBy: 'usage_from',
  window: null,
  inputsSourceIds: [],
  inputsAnalysisIds: [],
  claimsExtracted: [],
  claimsUpdated: [],
  tags: [],
  notes: null,
  analysisFile: null,
  gitCommit: null,
  project: null,
};

export const enter = (books: Books, over: Partial<AddInput> = {}): Promise<Added> => addAnalysis(books, { ...ADD, ...over });
