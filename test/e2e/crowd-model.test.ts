// Eight processes at once do what agents do, on one store; what each was told must be in the books, once, and nothing else.
import { readdirSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { Chance, SOAK } from '../support/chance.js';
import { ClaudeSession } from '../support/claude-session.js';
import { Home, type Result } from '../support/home.js';
import { heldLocks, problemsOf, readBooks, type Books } from './audit.js';
import { brokenPasses, expectedRevisions, storedRevisions, unexplained, type Acknowledged, type Refused } from './crowd-model.js';
import type { Shown } from './shown.js';

const LANES = 8;
const OPERATIONS = SOAK ? 50 : 5;
const SOURCES = ['s1', 's2', 's3'];
const KEYS = ['key-1', 'key-2', 'key-3'];

const WEIGHTS = { start: 4, mark: 6, complete: 2, add: 2, addSource: 1, updateSource: 2, sync: 2, list: 1, show: 2, listSources: 1 };

const chance = new Chance(20_261_126);

/** What any of the processes was told so far. */
class Told {
  readonly acknowledged: Acknowledged[] = [];
  readonly refused: Refused[] = [];
  /** Answers that can't be, in words. */
  readonly wrong: string[] = [];
  /** Tokens that the sessions have logged. */
  logged = 0;
  answers = 0;
  /** Analyses that one process began and ended, with what it spent in between. */
  readonly spent = new Map<string, number>();

  ids(command: Acknowledged['command']): string[] {
    return [...new Set(this.acknowledged.filter((one) => one.command === command).map(({ id }) => id))];
  }

  lastRevision(id: string): number {
    return Math.max(0, ...this.acknowledged.filter((one) => one.id === id).map(({ revision }) => revision));
  }
}

interface Answered {
  readonly analysis?: { readonly id: string; readonly revision: number; readonly notes: string | null };
  readonly source?: { readonly id: string; readonly revision: number };
  readonly id?: string;
  readonly revision?: number;
  readonly analyses?: readonly { readonly id: string }[];
  readonly sources?: readonly { readonly id: string }[];
  readonly agents?: readonly { readonly agent: string; readonly records: number }[];
}

/** One process after the other, in a session of its own. */
class Lane {
  readonly #home: Home;
  readonly #told: Told;
  readonly #chance: Chance;
  readonly #name: string;
  readonly #session: ClaudeSession;
  #count = 0;
  #logged = 0;
  readonly #begun = new Map<string, number>();

  constructor(home: Home, told: Told, number: number, chance: Chance) {
    this.#home = home;
    this.#told = told;
    this.#chance = chance;
    this.#name = `p${number}`;
    this.#session = new ClaudeSession(home, `5e551011-0000-4000-8000-0000000000${number + 10}`);
  }

  async work(): Promise<void> {
    this.#spend();
    for (let n = 0; n < OPERATIONS; n++) {
      if (this.#chance.next() < 0.6) this.#spend();
      await this.#operate();
    }
  }

  #spend(): void {
    const output = 1 + this.#chance.below(50);
    this.#session.answer({ input: 0, output });
    this.#logged += output;
    this.#told.logged += output;
    this.#told.answers++;
  }

  async #run(args: readonly string[]): Promise<{ code: number; data: Answered; result: Result }> {
    const env = { CLAUDECODE: '1', CLAUDE_CODE_SESSION_ID: this.#session.id };
    const result = await this.#home.run([...args, '--json'], { env });
    const { data } = JSON.parse(result.stdout || '{}') as { data?: Answered };
    return { code: result.code, data: data ?? {}, result };
  }

  #refused(command: string, id: string, { code, result }: { code: number; result: Result }): void {
    if (code !== 6) this.#told.wrong.push(`${command} ${id}: exit ${code}: ${result.stdout}${result.stderr}`);
    this.#told.refused.push({ command, id, code });
  }

  async #operate(): Promise<void> {
    const begun = this.#told.ids('analysis start');
    const known = this.#told.ids('source add');
    const word = `${this.#name}-${++this.#count}`;
    switch (this.#chance.weighted(WEIGHTS)) {
      case 'mark':
        return begun.length === 0 ? this.#start(word) : this.#mark(this.#chance.pick(begun), word);
      case 'complete':
        return begun.length === 0 ? this.#start(word) : this.#complete(this.#chance.pick(begun), word);
      case 'add':
        await this.#make('analysis add', word, ['--tool', 'manual', '--tokens-in', '100', '--tokens-out', '10']);
        return;
      case 'addSource':
        return this.#source('source add', this.#chance.pick(SOURCES), word);
      case 'updateSource':
        return known.length === 0
          ? this.#source('source add', this.#chance.pick(SOURCES), word)
          : this.#source('source update', this.#chance.pick(known), word);
      case 'sync':
        return this.#sync();
      case 'list':
        return this.#list('analysis list --all', [...begun, ...this.#told.ids('analysis add')], ({ analyses }) => analyses);
      case 'listSources':
        return this.#list('source list', known, ({ sources }) => sources);
      case 'show':
        return begun.length === 0 ? this.#start(word) : this.#show(this.#chance.pick(begun));
      case 'start':
        return this.#start(word);
    }
  }

  async #start(word: string): Promise<void> {
    const key = this.#chance.next() < 0.3 ? this.#chance.pick(KEYS) : null;
    const before = this.#logged;
    const id = await this.#make('analysis start', word, key === null ? [] : ['--idempotency-key', key], key);
    if (key === null && id !== null) this.#begun.set(id, before);
  }

  async #make(
    command: 'analysis start' | 'analysis add',
    word: string,
    flags: readonly string[],
    key: string | null = null,
  ): Promise<string | null> {
    const run = await this.#run([...command.split(' '), '--source-id', this.#chance.pick(SOURCES), '--notes', word, ...flags]);
    if (run.code !== 0) {
      this.#refused(command, word, run);
      return null;
    }
    const { id, revision, notes } = run.data.analysis!;
    // A second start with a key is told of the analysis as it is by now.
    this.#told.acknowledged.push({ command, id, revision: key === null ? revision : 1, word, key });
    if (key === null && notes !== word) this.#told.wrong.push(`${command} ${word} was told of ${id}, whose note is ${notes}`);
    return id;
  }

  async #mark(id: string, word: string): Promise<void> {
    const run = await this.#run(['analysis', 'mark', '--id', id, '--stage', word]);
    if (run.code !== 0) {
      this.#refused('analysis mark', id, run);
      return;
    }
    this.#told.acknowledged.push({ command: 'analysis mark', id, revision: run.data.revision!, word, key: null });
  }

  async #complete(id: string, word: string): Promise<void> {
    const now = this.#logged;
    const run = await this.#run(['analysis', 'complete', '--id', id, '--notes', word]);
    if (run.code !== 0) {
      this.#refused('analysis complete', id, run);
      return;
    }
    this.#told.acknowledged.push({ command: 'analysis complete', id, revision: run.data.analysis!.revision, word, key: null });
    const begun = this.#begun.get(id);
    if (begun !== undefined) this.#told.spent.set(id, now - begun);
  }

  async #source(command: 'source add' | 'source update', id: string, word: string): Promise<void> {
    const run = await this.#run([...command.split(' '), '--id', id, '--title', word]);
    if (run.code !== 0) {
      this.#refused(command, id, run);
      return;
    }
    this.#told.acknowledged.push({ command, id, revision: run.data.source!.revision, word, key: null });
  }

  async #sync(): Promise<void> {
    const before = this.#told.answers;
    const run = await this.#run(['usage', 'sync']);
    if (run.code !== 0) {
      this.#refused('usage sync', '', run);
      return;
    }
    const { records } = run.data.agents!.find(({ agent }) => agent === 'claude')!;
    if (records < before) this.#told.wrong.push(`usage sync found ${records} records where ${before} had been logged`);
  }

  async #list(command: string, known: readonly string[], of: (data: Answered) => readonly { id: string }[] | undefined): Promise<void> {
    const run = await this.#run(command.split(' '));
    // The first one may come before any store is there.
    if (run.code === 12 && known.length === 0 && run.result.stdout.includes('STORE_MISSING')) return;
    if (run.code !== 0) {
      this.#refused(command, '', run);
      return;
    }
    const ids = new Set(of(run.data)!.map(({ id }) => id));
    const lost = known.filter((id) => !ids.has(id));
    if (lost.length > 0) this.#told.wrong.push(`${command} does not tell of ${lost.join(', ')}`);
  }

  async #show(id: string): Promise<void> {
    const known = this.#told.lastRevision(id);
    const run = await this.#run(['analysis', 'show', id]);
    if (run.code !== 0) {
      this.#refused('analysis show', id, run);
      return;
    }
    const { revision } = run.data.analysis!;
    if (revision < known) this.#told.wrong.push(`analysis show ${id} tells revision ${revision} after ${known} was acknowledged`);
  }
}

/** What is found after the crowd has gone. */
interface Evidence {
  readonly told: Told;
  readonly books: Books;
  readonly shown: readonly Shown[];
  readonly listed: readonly string[];
  readonly doctor: { readonly code: number; readonly findings: readonly { readonly level: string; readonly message: string }[] };
  readonly daily: { readonly output: number; readonly records: number };
  readonly locks: readonly string[];
  readonly leftOver: readonly string[];
}

async function crowd(): Promise<Evidence> {
  const home = new Home();
  const told = new Told();
  const lanes = Array.from({ length: LANES }, (_, n) => new Lane(home, told, n, chance.fork()));
  await Promise.all(lanes.map((lane) => lane.work()));
  const locks = await heldLocks(home.store);
  await home.ok('usage sync');
  const books = await readBooks(home.store);
  const shown: Shown[] = [];
  for (const id of told.spent.keys()) shown.push((await home.json<{ analysis: Shown }>(['analysis', 'show', id])).analysis);
  const { analyses } = await home.json<{ analyses: { id: string; revision: number }[] }>('analysis list --all');
  const doctor = await home.run('doctor --json');
  const { total } = await home.json<{ total: { records: number; usage: { output: number } } }>('usage daily');
  return {
    told,
    books,
    shown,
    listed: analyses.map(({ id }) => id).sort(),
    doctor: { code: doctor.code, ...(JSON.parse(doctor.stdout) as { data: Pick<Evidence['doctor'], 'findings'> }).data },
    daily: { output: total.usage.output, records: total.records },
    locks,
    leftOver: readdirSync(home.store, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.tmp')),
  };
}

describe(`eight processes with ${OPERATIONS} mixed commands each (TOKENTRAIL_SEED=${chance.seed})`, () => {
  let found: Evidence;

  beforeAll(async () => {
    found = await crowd();
  }, 1_200_000);

  it('are told nothing that can not be', () => expect(found.told.wrong).toEqual([]));

  it('find each acknowledged command in the books exactly once, and nothing else', () =>
    expect(storedRevisions(found.books)).toEqual(expectedRevisions(found.told.acknowledged)));

  it('are only refused what another one had done', () => expect(unexplained(found.told.refused, found.told.acknowledged)).toEqual([]));

  it('leave revisions without gaps, whole rows, all stages, unbroken hashes and control totals that hold', () =>
    expect(problemsOf(found.books, { killed: false })).toEqual([]));

  it('are given passes 1 to n of each source', () => expect(brokenPasses(found.books)).toEqual([]));

  it('are shown by a list, each analysis once', () =>
    expect(found.listed).toEqual(
      [...new Set(found.told.acknowledged.flatMap(({ id }) => (id.startsWith('ANALYSIS-') ? [id] : [])))].sort(),
    ));

  it('book to an analysis what its session spent, and its stages add up to that', () => {
    const sums = found.shown.map(({ id, tokens_check, stages, tail }) => ({
      id,
      check: tokens_check,
      stages: stages.reduce((sum, { tokens_delta }) => sum + tokens_delta!, tail!.tokens_delta!),
    }));
    expect(sums).toEqual([...found.told.spent].map(([id, spent]) => ({ id, check: spent, stages: spent })));
  });

  it('leave the books of all sessions with what was logged', () =>
    expect(found.daily).toEqual({ output: found.told.logged, records: found.told.answers }));

  it('leave a store in which doctor finds nothing', () =>
    expect({ code: found.doctor.code, bad: found.doctor.findings.filter(({ level }) => level === 'error' || level === 'warning') }).toEqual(
      {
        code: 0,
        bad: [],
      },
    ));

  it('leave no lock held and no temporary file', () => expect([...found.locks, ...found.leftOver]).toEqual([]));
});
