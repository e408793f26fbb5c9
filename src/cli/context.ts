// The one place that reads the environment, the clock and the configuration, and puts the parts together.
import { homedir } from 'node:os';
import v8 from 'node:v8';
import { isAbsolute, join, resolve, sep } from 'node:path';
import type { Agent, Surroundings } from '../capture/agent.js';
import { AGENT_LIST, agentNamed } from '../capture/agents.js';
import { isPlainId } from '../capture/find-files.js';
import {
  findSession,
  runningWork,
  type FoundSession,
  type Machine,
  type NoSession,
  type SessionQuestion,
} from '../capture/find-session.js';
import type { SyncParts } from '../ingest/agent-work.js';
import { logSize } from '../ingest/read-log.js';
import { ThreadedReaders } from '../ingest/read-one.js';
import type { Reading, UnreadLog } from '../ingest/scope.js';
import { SessionReading, type SessionTarget } from '../ingest/session.js';
import { readSessions, type AgentSessions } from '../ingest/sessions.js';
import { Books, type BooksParts } from '../lifecycle/books.js';
import { settleDue } from '../lifecycle/settle.js';
import type { ToolFlag } from '../model/agents.js';
import type { Analysis } from '../model/analysis.js';
import type { Warning } from '../model/errors.js';
import { formatInstant, fromMs, type Instant } from '../model/time.js';
import type { PriceBook } from '../pricing/book.js';
import { CursorCache } from '../store/cursors.js';
import { machineOf } from './find-here.js';
import { keepRecords } from './keep-records.js';
import type { Output } from './output.js';
import type { MoneySettings } from './price-settings.js';
import { loadPrices, readMoneyIn } from './prices.js';
import type { Money } from './render/usage.js';
import { Progress } from './progress.js';
import { machineId } from './machine-id.js';
import { PROGRAM } from './program.js';
import { textWithoutHome, findProject, homeNames, isInProject, withHome, withoutHome, workingFolder, type Project } from './project.js';
import { renderEvolution } from './render/store.js';
import { storeFolderOf } from './store-address.js';

export interface ContextOptions {
  readonly output: Output;
  /** --store, if given. */
  readonly store: string | null;
  readonly program: string;
}

export class Context {
  readonly output: Output;
  readonly folder: string;
  readonly surroundings: Surroundings;
  readonly #options: ContextOptions;
  #writes = false;
  #books: Promise<Books> | undefined;
  readonly #project: Project;
  readonly #homes: readonly string[];
  readonly #sessions = new Map<string, Promise<SessionReading>>();
  readonly #warned = new Set<string>();
  /** Whether the books of all sessions were brought up to date, and whether that changed them. */
  synced: 'not' | 'same' | 'changed' = 'not';

  constructor(options: ContextOptions) {
    this.#options = options;
    this.output = options.output;
    this.folder = workingFolder();
    this.#project = findProject(this.folder);
    this.surroundings = { home: homedir(), variables: process.env };
    this.#homes = homeNames(this.surroundings.home);
  }

  now(): Instant {
    return fromMs(Date.now());
  }

  get program(): string {
    return this.#options.program;
  }

  #variable(name: string): string | null {
    return this.surroundings.variables[name] || null;
  }

  #folderOf(variable: string, ...fallback: string[]): string {
    const named = this.#variable(variable);
    return join(named !== null && isAbsolute(named) ? named : join(this.surroundings.home, ...fallback), 'tokentrail');
  }

  /** Replaces the home folder by `~`, as paths are stored (semantics 29). */
  tilde(path: string): string {
    const home = this.#homes.find((folder) => path === folder || path.startsWith(folder + sep));
    return home === undefined ? path : `~${path.slice(home.length)}`;
  }

  expand(path: string): string {
    return path === '~' || path.startsWith('~/') ? this.surroundings.home + path.slice(1) : path;
  }

  /** Whether the answer is read at a terminal. */
  get terminal(): boolean {
    return process.stdout.isTTY;
  }

  #warnOnce(warning: Warning): void {
    if (this.#warned.has(warning.code)) return;
    this.#warned.add(warning.code);
    this.output.warn(warning);
  }

  /** Says why numbers that were just booked are a lower bound or unknown. */
  warnOfLimits({ id, capture_status, capture_reason }: Analysis): void {
    const told = capture_reason !== null && (capture_status === 'partial' || capture_reason === 'log_not_yet');
    if (!told) return;
    const message = `The tokens of ${id} are ${capture_status === 'partial' ? 'a lower bound' : 'not known'} so far: ${capture_reason}.`;
    this.output.warn({ code: 'PARTIAL', message, id, reason: capture_reason });
  }

  /** Says that a list is not all there is. */
  sayRest(shown: number, matching: number): void {
    if (shown < matching) this.output.say(`${shown} of ${matching}; see --limit for more.`);
  }

  warn(warnings: readonly Warning[]): void {
    for (const warning of warnings) this.output.warn(warning);
  }

  /** A path given by flag, as it is stored: absolute, home as `~`. */
  storedPath(path: string | undefined): string | null {
    return path === undefined ? null : this.tilde(this.path(path));
  }

  /** A text of the user's as it is stored: paths below the home without it. */
  storedText = (text: string | undefined): string | null => (text === undefined ? null : textWithoutHome(text, this.#homes));

  /** A path given by flag or argument, absolute. */
  path(given: string): string {
    return resolve(this.folder, this.expand(given));
  }

  /** A folder that is to be made: the one given, or one named by the time. */
  newFolder(given: string | undefined, name: string): string {
    return given === undefined ? `${name}-${formatInstant(this.now()).replaceAll(/[:.]/g, '-')}` : this.path(given);
  }

  /** Says how much of how much is done, at a terminal. */
  progress(what: string): (done: number, of: number) => void {
    return new Progress(this.output, what).step;
  }

  get project(): Project {
    return this.#project;
  }

  get projectName(): string {
    return this.tilde(this.project.root);
  }

  /** Tells this machine's logs from others' in one store. */
  machineId(): string {
    return machineId(this.#folderOf('XDG_STATE_HOME', '.local', 'state'));
  }

  /** The folder of the store for work in this folder. */
  storeFolder(): Promise<string> {
    return this.storeFolderFor(this.folder, this.#options.store ?? this.#variable('TOKENTRAIL_STORE'));
  }

  /** The same for work in another one, with the store that is named there. */
  storeFolderFor(folder: string, given: string | null): Promise<string> {
    const project = folder === this.folder ? this.#project : findProject(folder);
    const [dataFolder, expand] = [this.#folderOf('XDG_DATA_HOME', '.local', 'share'), (path: string) => this.expand(path)];
    return storeFolderOf({ given, folder, project, configFiles: this.#configFilesOf(project), dataFolder, expand });
  }

  /** Configuration files: the project's, then the user's. */
  get configFiles(): readonly string[] {
    return this.#configFilesOf(this.#project);
  }

  #configFilesOf({ configFile }: Project): readonly string[] {
    const own = join(this.#folderOf('XDG_CONFIG_HOME', '.config'), 'config.yaml');
    return configFile === null ? [own] : [configFile, own];
  }

  readonly #readers = new ThreadedReaders(new URL('reader-thread.js', PROGRAM), logSize);

  get reading(): Reading {
    return {
      cache: new CursorCache(join(this.#folderOf('XDG_CACHE_HOME', '.cache'), 'cursors')),
      warn: (warning) => this.#warnOnce(warning),
      progress: new Progress(this.output, 'Reading logs').step,
      readers: this.#readers,
      stored: (name) => withoutHome(name, this.#homes),
      // A log of hundreds of megabytes is mostly garbage once it is parsed: collect it early instead of growing for it.
      beforeLong: () => v8.setFlagsFromString('--optimize-for-size'),
    };
  }

  /** The books, for commands that write: creates the store if it is missing, and says so. */
  books(): Promise<Books> {
    return this.booksIn(null);
  }

  /** The same in a given folder, which the configuration does not name yet. */
  booksIn(folder: string | null): Promise<Books> {
    this.#books ??= this.#openBooks('write', folder);
    return this.#books;
  }

  /** The books, for commands that change what is there: a store that is missing is an error. */
  async existingBooks(): Promise<Books> {
    const { Store } = await import('../store/store.js');
    await Store.requireExisting(await this.storeFolder());
    return this.books();
  }

  /** The books, for commands that only read: never creates anything. */
  readBooks(): Promise<Books> {
    this.#books ??= this.#openBooks('read', null);
    return this.#books;
  }

  async #openBooks(mode: 'read' | 'write', given: string | null): Promise<Books> {
    const folder = given ?? (await this.storeFolder());
    const { Store } = await import('../store/store.js');
    const now = (): Instant => this.now();
    this.#writes ||= mode === 'write';
    const options = { folder, now, program: this.program, progress: this.progress('Copying the store as it was') };
    const store = await (mode === 'read' ? Store.openForReading(options) : Store.openForWriting(options));
    if (store.created) this.output.say(`Created the store ${this.tilde(folder)}.`);
    const [warmUp, openSession] = [() => this.#warmUp(), (target: SessionTarget) => this.openSession(target)];
    const keep: BooksParts['keep'] = async (to, session) =>
      keepRecords(to, session, await this.syncParts([session.target.agent], false), this.output);
    const prices = () => this.prices();
    return new Books({ store, now, agentNamed, warmUp, openSession, keep, prices });
  }

  /** Whether the store was opened to be written to. */
  get writes(): boolean {
    return this.#writes;
  }

  /** A path as it is stored: without the home, also in the names of folders that agents make of it. */
  readonly stored = (path: string): string => withoutHome(this.tilde(path), this.#homes);

  /** What a writing command does after its answer. */
  async close(): Promise<void> {
    const books = await this.#books?.catch(() => undefined);
    const store = books?.store;
    if (books !== undefined && this.#writes) await settleDue(books, (id, error) => this.#sayUnsettled(id, error));
    await this.#readers.end();
    const evolution = await store?.evolution().catch(() => null);
    if (evolution && !store!.created && this.output.command !== 'store migrate')
      this.output.say(renderEvolution(evolution, (path) => this.tilde(path)));
    await this.keepSmall();
  }

  /** Merges small files of the store, if it is time: for a command that goes on. */
  async keepSmall(): Promise<void> {
    await (await this.#books?.catch(() => undefined))?.store.keepSmall(new Date(this.now() / 1000));
  }

  /** Said beside an answer that was given: the analysis is as it was, and is tried again. */
  #sayUnsettled(id: string, error: unknown): void {
    const why = error instanceof Error ? error.message : String(error);
    this.output.say(`${id} could not be settled: ${why} See \`tokentrail analysis settle --id ${id}\`.`);
  }

  /** A session read up to now; opened once. Best asked for before the store is, whose library takes 70 MiB. */
  openSession(target: SessionTarget): Promise<SessionReading> {
    const key = [target.agent.name, target.session_id, target.path ?? ''].join('\u0000');
    let session = this.#sessions.get(key);
    if (session === undefined) this.#sessions.set(key, (session = this.#readSession(target)));
    return session;
  }

  /** Ids of sessions that the environment names, of any agent. */
  get namedSessionIds(): string[] {
    return AGENT_LIST.flatMap(({ environment }) => environment.sessionIds).flatMap((name) => this.#variable(name) ?? []);
  }

  /** The session that the environment names, if its last reading is cached: then only what was written since is read. */
  async #warmUp(): Promise<void> {
    for (const agent of AGENT_LIST) {
      const session_id = agent.environment.sessionIds.map((name) => this.#variable(name)).find((id) => id !== null) ?? null;
      if (session_id === null || !isPlainId(session_id)) continue;
      const target = { agent, session_id, path: null };
      if (SessionReading.isCached(target, this.reading)) await this.openSession(target).catch(() => undefined);
    }
  }

  #readSession(target: SessionTarget): Promise<SessionReading> {
    const path = target.path === null ? null : withHome(this.expand(target.path), this.#homes);
    return SessionReading.open({ ...target, path }, { roots: this.roots(target.agent) }, this.reading);
  }

  roots(agent: Agent): string[] {
    return agent.roots(this.surroundings).map((root) => resolve(this.folder, root));
  }

  /** All sessions of an agent. */
  sessions(agent: Agent): Promise<AgentSessions> {
    return readSessions(agent, this.roots(agent), this.reading);
  }

  /** Says which logs were found and could not be read. */
  warnOfUnread(agent: Agent, unread: readonly UnreadLog[]): void {
    if (unread.length === 0) return;
    const reasons = [...new Set(unread.map(({ reason }) => reason))].sort().join(', ');
    const message = `${unread.length} ${agent.label} log${unread.length === 1 ? '' : 's'} could not be read (${reasons}); see \`tokentrail doctor --json\`.`;
    this.output.warn({ code: 'LOGS_SKIPPED', message, agent: agent.name, logs: unread.map(({ path, reason }) => ({ path, reason })) });
  }

  /** Whether a working folder lies in the project of `folder`; null if no folder is given. */
  projectTest(folder: string | undefined): ((path: string) => boolean) | null {
    if (folder === undefined) return null;
    const project = findProject(resolve(this.folder, this.expand(folder)));
    return (path) => isInProject(project, path);
  }

  inProject(folder: string): boolean {
    return isInProject(this.project, folder);
  }

  findSession(question: SessionQuestion): Promise<FoundSession | NoSession> {
    const path = question.sessionPath === null ? null : resolve(this.folder, this.expand(question.sessionPath));
    return findSession({ ...question, sessionPath: path }, this.#machine);
  }

  /** Whose work it is where nothing is measured: the agent that runs, and its session's id. */
  workOf(tool: ToolFlag | null): Promise<NoSession> {
    return runningWork(tool, this.#machine);
  }

  get #machine(): Machine {
    return machineOf({
      variables: this.surroundings.variables,
      now: () => this.now(),
      roots: (agent) => this.roots(agent),
      openSession: (target) => this.openSession(target),
      inProject: (folder) => this.inProject(folder),
      tilde: this.stored,
    });
  }

  #prices: Promise<PriceBook> | undefined;
  #settings: ReturnType<typeof readMoneyIn> | undefined;

  /** What the configuration says of money. @throws CONFIG_INVALID if it is wrong and `strict` is asked for; else that is told. */
  async #money(strict: boolean): Promise<MoneySettings> {
    const { money, problem } = await (this.#settings ??= readMoneyIn(this.configFiles));
    if (problem !== null && strict) throw problem;
    if (problem !== null) this.#warnOnce({ code: problem.code, message: `${problem.message} It goes on without that setting.` });
    return money;
  }

  /** The price book, with the user's own rules; loaded once. @param strict wrong settings are an error. */
  prices(strict = false): Promise<PriceBook> {
    this.#prices ??= this.#money(strict).then((money) => loadPrices(money, (warning) => this.#warnOnce(warning)));
    return this.#prices;
  }

  /** What this user may spend: by the user's own configuration, since every project's sessions are in it. */
  async ownBudget(): Promise<MoneySettings['budget']> {
    return (await readMoneyIn(this.configFiles.slice(-1))).money.budget;
  }

  /** How costs are shown. */
  async money(): Promise<Money> {
    const { plans, display } = await this.#money(false);
    return { plans, display };
  }

  /** What a reading of logs for the books of all sessions needs. */
  async syncParts(agents: readonly Agent[], rebuild: boolean): Promise<SyncParts> {
    return {
      agents,
      rootsOf: (agent) => this.roots(agent),
      reading: this.reading,
      folder: await this.storeFolder(),
      openStore: async () => (await this.books()).store,
      stored: (folder) => this.tilde(folder),
      now: () => this.now(),
      rebuild,
      machine: this.machineId(),
      prices: () => this.prices(),
      writing: this.progress('Booking records'),
    };
  }
}
