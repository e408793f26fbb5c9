// Chance works with logs and analyses of them: what the books say is what a small model says, and every number can be worked out
// again (`verify` says verified, or gone).
import { appendFileSync, existsSync, mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { agentNamed } from '../../src/capture/agents.js';
import { bookedSessions } from '../../src/ingest/booked-sessions.js';
import { syncUsage } from '../../src/ingest/sync.js';
import { attachSession } from '../../src/lifecycle/attach.js';
import { applyBackfill } from '../../src/lifecycle/backfill.js';
import type { Books } from '../../src/lifecycle/books.js';
import { settleAnalysis } from '../../src/lifecycle/settle.js';
import { verifyAll } from '../../src/lifecycle/verify.js';
import type { Analysis } from '../../src/model/analysis.js';
import { knownAmount } from '../../src/model/price.js';
import { formatInstant } from '../../src/model/time.js';
import { Chance, SOAK } from '../support/chance.js';
import { ClaudeSession } from '../support/claude-session.js';
import { complete, Desk, enter, mark, start } from './desk.js';
import { AnalysisModel, SECOND, SessionModel, World, type LogName, type Message } from './pure-model.js';

/** Runs in each part: a thousand of the long ones would tell nothing for hours. */
const RUNS = SOAK ? 50 : 100;
const PARTS = SOAK ? 20 : 1;
/** So many runs share a store, since making one takes as long as a run. */
const PER_STORE = 20;

/** The same world as it is on the disk. */
class Real {
  readonly #desk: Desk;
  readonly #run: number;
  readonly #logs = new Map<SessionModel, ClaudeSession>();
  #keys = 0;

  constructor(desk: Desk, run: number) {
    this.#desk = desk;
    this.#run = run;
  }

  at(now: number): void {
    this.#desk.now = now;
  }

  /** Ids that no other run has. */
  sessionId(n: number): string {
    return `5e551011-0000-4000-8000-${String(this.#run).padStart(8, '0')}${String(n).padStart(4, '0')}`;
  }

  key(): string {
    return `msg_${String(this.#run).padStart(6, '0')}_${String(this.#keys++).padStart(6, '0')}`;
  }

  session(model: SessionModel): ClaudeSession {
    const known = this.#logs.get(model);
    if (known !== undefined) return known;
    const session = new ClaudeSession(this.#desk.home, model.id);
    this.#logs.set(model, session);
    return session;
  }

  path(model: SessionModel, log: LogName): string {
    const { path } = this.session(model);
    return log === 'main' ? path : join(dirname(path), model.id, 'subagents', 'agent-a1.jsonl');
  }

  line(model: SessionModel, log: LogName, { key, at, output, finished }: Message, copiedFrom?: string): string {
    const sub = log === 'sub' ? { isSidechain: true, agentId: 'a1' } : {};
    const copy = copiedFrom === undefined ? {} : { forkedFrom: { sessionId: copiedFrom, messageUuid: 'x' } };
    const answer = { id: key, at: formatInstant(at), input: 0, output, finished, extra: { ...sub, ...copy } };
    return `${this.session(model).line(answer)}\n`;
  }

  append(model: SessionModel, log: LogName, text: string): void {
    const path = this.path(model, log);
    mkdirSync(dirname(path), { recursive: true });
    appendFileSync(path, text);
    this.#touch(path);
  }

  replace(model: SessionModel, text: string): void {
    const path = this.path(model, 'main');
    writeFileSync(path, text);
    this.#touch(path);
  }

  vanish(model: SessionModel): void {
    for (const log of ['main', 'sub'] as const) if (existsSync(this.path(model, log))) rmSync(this.path(model, log));
  }

  #touch(path: string): void {
    utimesSync(path, this.#desk.now / SECOND, this.#desk.now / SECOND);
  }

  /** Books of their own, as another command has them; the store stays open. */
  async books(): Promise<Books> {
    return this.#desk.booksOf(await this.#desk.openStore());
  }

  target(model: SessionModel) {
    return { agent: agentNamed('claude'), session_id: model.id, path: null };
  }

  found(model: SessionModel) {
    return { ...this.#desk.found, session_id: model.id };
  }

  async backfill(analyses: readonly AnalysisModel[]): Promise<void> {
    const books = await this.books();
    const [synced] = await syncUsage(this.#desk.syncParts(agentNamed('claude')));
    const given = new Map(analyses.flatMap(({ id, bare }) => (bare === null ? [] : ([[id, bare.id]] as const))));
    await applyBackfill(books, {
      sessions: await bookedSessions(
        books.store,
        this.#desk.syncParts(agentNamed('claude')),
        new Set(synced!.held === 0 ? ['claude'] : []),
      ),
      given,
      force: false,
      limit: null,
      rootOf: () => null,
      minConfidence: 'low',
      choose: (all) => new Set(all.map(({ id }) => id)),
    });
  }
}

interface Step {
  readonly after: number;
  readonly pick: number;
  readonly other: number;
  readonly n: number;
  readonly lag: number;
}

const anyOf = <T>(list: readonly T[], n: number): T | undefined => (list.length === 0 ? undefined : list[n % list.length]);

const LOGS = 'logs';

/** A command of the run: it passes time, and then does what it can do to the world as it is. */
abstract class Command implements fc.AsyncCommand<World, Real> {
  protected readonly step: Step;

  constructor(step: Step) {
    this.step = step;
  }

  check(): boolean {
    return true;
  }

  async run(world: World, real: Real): Promise<void> {
    world.now += this.step.after;
    real.at(world.now);
    if ((await this.act(world, real)) !== LOGS) await expectBooks(world, real);
  }

  /** @returns LOGS where only logs were written, so that the books can't have changed. */
  abstract act(world: World, real: Real): Promise<void> | typeof LOGS;

  toString(): string {
    const { after, pick, other, n, lag } = this.step;
    return `${this.constructor.name}(+${after / SECOND}s, ${pick}, ${other}, ${n}${lag === 0 ? '' : `, ${lag / SECOND}s ago`})`;
  }
}

/** What the books say of every analysis is what the model says. */
async function expectBooks(world: World, real: Real): Promise<void> {
  const books = await real.books();
  for (const model of world.analyses) {
    const { id, booked } = model;
    const analysis = await books.analysis(id);
    const { counts, stages } = analysis;
    const told = { total: counts.output, stages: stages.map(({ usage }) => usage?.counts.output ?? null) };
    expect({ id, ...told }).toEqual({ id, ...booked });
    expectCosts(model, analysis);
  }
}

/**
 * Output is all that is spent, at $15 per million tokens: what an ended analysis and each of its stages cost follows from it. It may be
 * unknown where records are gone that were counted.
 */
function expectCosts({ isCertain }: AnalysisModel, analysis: Analysis): void {
  const { id, status, sessions, counts, stages, usage, costs, cost_pico_usd, cost_provenance } = analysis;
  if (status === 'started' || sessions.length === 0 || usage === null) return;
  if (costs === null && !isCertain) {
    expect({ id, cost_pico_usd, cost_provenance }).toEqual({ id, cost_pico_usd: null, cost_provenance: 'unpriced' });
    return;
  }
  const costOf = (output: number | null | undefined): string | null =>
    output === null || output === undefined ? null : String(BigInt(output) * 15_000_000n);
  const told = { cost: cost_pico_usd?.toString() ?? null, stages: costs?.stages.map((stage) => stage && knownAmount(stage).toString()) };
  // Where a log was written anew, nothing tells which of its records a stage was.
  const stageCosts = stages.map((stage, k) => (isCertain || costs?.stages[k] !== null ? costOf(stage.usage?.counts.output) : null));
  expect({ id, ...told }).toEqual({ id, cost: costOf(counts.output), stages: stageCosts });
}

/** Every number can be worked out again, or its evidence is gone; it is not, where the logs are what they were. */
async function expectVerified(world: World, real: Real): Promise<void> {
  const books = await real.books();
  for (const analysis of world.analyses) {
    const [verified] = await verifyAll(books, [await books.analysis(analysis.id)], () => undefined);
    const { result, from, differences, notes } = verified!;
    const expected = analysis.isUnmeasured ? ['unmeasured'] : analysis.isCertain ? ['verified'] : ['verified', 'gone'];
    const told = expected.includes(result) ? expected : JSON.stringify({ result, from, differences, notes });
    expect({ id: analysis.id, told }).toEqual({ id: analysis.id, told: expected });
  }
}

const session = (world: World, { pick }: Step): SessionModel => world.sessions[pick % world.sessions.length]!;

/** A time a while ago, but not before the log began. */
const ago = (world: World, model: SessionModel, lag: number): number => {
  const at = world.now - lag;
  return model.exists && at < model.first ? world.now : at;
};

class Answers extends Command {
  act(world: World, real: Real): typeof LOGS {
    const model = session(world, this.step);
    const log = this.step.other % 3 === 0 ? 'sub' : 'main';
    const message = { key: real.key(), at: ago(world, model, this.step.lag), output: this.step.n, finished: true, copied: false };
    real.append(model, log, real.line(model, log, message));
    model.write(log, message, world.now);
    return LOGS;
  }
}

class Begins extends Command {
  act(world: World, real: Real): typeof LOGS {
    const model = session(world, this.step);
    const message = { key: real.key(), at: world.now, output: this.step.n, finished: false, copied: false };
    real.append(model, 'main', real.line(model, 'main', message));
    model.write('main', message, world.now);
    return LOGS;
  }
}

class Goes extends Command {
  act(world: World, real: Real): typeof LOGS {
    const model = session(world, this.step);
    const { last } = model;
    if (last === null || last.finished || last.copied) return LOGS;
    last.output += this.step.n;
    last.finished = this.step.other % 3 > 0;
    real.append(model, 'main', real.line(model, 'main', { ...last, at: world.now }));
    model.touch(world.now);
    return LOGS;
  }
}

class Forks extends Command {
  act(world: World, real: Real): typeof LOGS {
    const from = session(world, this.step);
    const lines = from.logs.get('main')?.messages;
    if (lines === undefined || world.sessions.length > 4) return LOGS;
    const model = newSession(world, real);
    for (const line of lines) {
      const copy = { ...line, copied: true };
      real.append(model, 'main', real.line(model, 'main', copy, from.id));
      model.write('main', copy, world.now);
    }
    return LOGS;
  }
}

class Resets extends Command {
  act(world: World, real: Real): typeof LOGS {
    const model = session(world, this.step);
    const message = { key: real.key(), at: world.now, output: this.step.n, finished: true, copied: false };
    real.replace(model, real.line(model, 'main', message));
    model.reset(message, world.now);
    return LOGS;
  }
}

class Vanishes extends Command {
  act(world: World, real: Real): typeof LOGS {
    const model = session(world, this.step);
    real.vanish(model);
    model.logs.clear();
    return LOGS;
  }
}

class Starts extends Command {
  async act(world: World, real: Real): Promise<void> {
    const model = session(world, this.step);
    const { analysis } = await start(await real.books(), { session: real.found(model) });
    const started = new AnalysisModel(analysis.id, world.now);
    started.start(model, world.now);
    world.analyses.push(started);
  }
}

const open = (world: World): AnalysisModel[] => world.analyses.filter(({ isOpen }) => isOpen);

class Marks extends Command {
  async act(world: World, real: Real): Promise<void> {
    const analysis = anyOf(open(world), this.step.pick);
    if (analysis === undefined) return;
    await mark(await real.books(), analysis.id, 's');
    analysis.mark(world.now);
  }
}

class Completes extends Command {
  async act(world: World, real: Real): Promise<void> {
    const analysis = anyOf(open(world), this.step.pick);
    if (analysis === undefined) return;
    await complete(await real.books(), analysis.id);
    analysis.complete(world.now);
    keep(world, analysis);
  }
}

class Attaches extends Command {
  async act(world: World, real: Real): Promise<void> {
    const analysis = anyOf(
      world.analyses.filter(({ bare }) => bare === null),
      this.step.other,
    );
    const model = session(world, this.step);
    if (analysis === undefined || analysis.has(model) || !model.exists || analysis.startedAt === analysis.completedAt) return;
    const from = analysis.isOpen ? null : analysis.startedAt;
    await attachSession(await real.books(), { id: analysis.id, target: real.target(model), foundBy: 'flag', from, to: null });
    analysis.attach(model);
    if (!analysis.isOpen) keep(world, analysis);
  }
}

class Settles extends Command {
  async act(world: World, real: Real): Promise<void> {
    const analysis = anyOf(world.analyses, this.step.pick);
    if (analysis === undefined) return;
    const { result } = await settleAnalysis(await real.books(), analysis.id);
    expect({ id: analysis.id, result }).toEqual({ id: analysis.id, result: analysis.settle(world.now) });
    if (result === 'settled') keep(world, analysis);
  }
}

/** Work was recorded without tokens, and later filled. */
class Adds extends Command {
  async act(world: World, real: Real): Promise<void> {
    const startedAt = world.now - (1 + this.step.n) * SECOND;
    const completedAt = world.now - (this.step.n % 4) * SECOND;
    const { analysis } = await enter(await real.books(), { tool: 'claude-code', startedAt, completedAt });
    const bare = new AnalysisModel(analysis.id, startedAt, session(world, this.step));
    bare.completedAt = completedAt;
    world.analyses.push(bare);
  }
}

class Backfills extends Command {
  async act(world: World, real: Real): Promise<void> {
    await real.backfill(world.analyses);
    world.backfill();
  }
}

function keep(world: World, { parts }: AnalysisModel): void {
  for (const part of parts) if (part.session.exists) part.session.keep(world.now);
}

function newSession(world: World, real: Real): SessionModel {
  const model = new SessionModel(real.sessionId(world.sessions.length));
  world.sessions.push(model);
  return model;
}

const step = fc.record({
  after: fc.constantFrom(250_000, SECOND, 3_017_000, 20 * SECOND, 700 * SECOND),
  pick: fc.nat(5),
  other: fc.nat(5),
  n: fc.integer({ min: 1, max: 40 }),
  lag: fc.constantFrom(0, 0, 0, SECOND, 2_500_000, 10 * SECOND),
});

const KINDS = [
  Answers,
  Answers,
  Begins,
  Goes,
  Forks,
  Resets,
  Vanishes,
  Starts,
  Starts,
  Marks,
  Completes,
  Attaches,
  Settles,
  Adds,
  Backfills,
];

describe('analyses of logs that grow, fork, are reset and vanish', () => {
  let runs = 0;
  let desk: Desk | null = null;
  afterAll(() => rmSync(desk?.home.path ?? '', { recursive: true, force: true }));

  it.each(Array.from({ length: PARTS }, (_, part) => part))(
    `are booked as a model says, ${RUNS} times: part %i`,
    async (part) => {
      const chance = new Chance(20_261_126 + part);
      // The home of a part goes with it.
      [runs, desk] = [0, null];
      const property = fc.asyncProperty(
        fc.commands(
          KINDS.map((kind) => step.map((given) => new kind(given))),
          { maxCommands: SOAK ? 60 : 11, size: 'max' },
        ),
        async (commands) => {
          if (runs % PER_STORE === 0) {
            if (desk !== null) rmSync(desk.home.path, { recursive: true, force: true });
            desk = new Desk();
          }
          const real = new Real(desk!, ++runs);
          // At a whole second, so that a run that is repeated alone is the same.
          const world = new World((Math.ceil(desk!.now / SECOND) + 1) * SECOND);
          for (let n = 0; n < 2; n++) newSession(world, real);
          await fc.asyncModelRun(() => ({ model: world, real }), commands);
          await expectVerified(world, real);
        },
      );
      await fc.assert(property, {
        seed: chance.seed,
        numRuns: RUNS,
        endOnFailure: true,
        ...(process.env['MPATH'] === undefined ? {} : { path: process.env['MPATH'] }),
      });
    },
    3_600_000,
  );
});
