// Commands that are killed at moments of chance, on a store that goes on: what was acknowledged is there, what was not is there
// whole or not at all, and nobody has to clean up.
import { existsSync, readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { Chance, SOAK } from '../support/chance.js';
import { ClaudeSession } from '../support/claude-session.js';
import { Home } from '../support/home.js';
import { groups, heldLocks, problemsOf, readBooks, type Books } from './audit.js';
import { wordOf } from './crowd-model.js';
import { shown } from './shown.js';

const ROUNDS = SOAK ? 200 : 5;
const MAKINGS = SOAK ? 40 : 2;

const chance = new Chance(20_261_127);

const KINDS = ['start', 'start with a key', 'mark', 'complete', 'sync'] as const;
type Kind = (typeof KINDS)[number];

/** Files that a command of this kind brings into the store, or a few more. */
const MOST_FILES: Readonly<Record<Kind, number>> = { start: 4, 'start with a key': 8, mark: 4, complete: 4, sync: 11 };

/** How long an unhurried command takes here, as far as is known. */
class Pace {
  readonly #took: number[] = [];

  async timed<T>(work: () => Promise<T>): Promise<T> {
    const begin = performance.now();
    const result = await work();
    this.#took.push(performance.now() - begin);
    return result;
  }

  get usual(): number {
    const last = this.#took.slice(-5);
    return last.length === 0 ? 400 : last.reduce((sum, ms) => sum + ms, 0) / last.length;
  }
}

interface Killed {
  /** The answer, if it was given as a whole. */
  readonly answer: Record<string, unknown> | null;
  /** Its exit code, if it ended before it was killed. */
  readonly code: number | null;
  readonly stdout: string;
  readonly moment: string;
}

const filesIn = (folder: string): Set<string> =>
  new Set(existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : []);

/** Runs a command and kills it: after a part of the time that it takes, or once so many files have come into the store. */
async function killed(home: Home, args: readonly string[], mostFiles: number, usual: number): Promise<Killed> {
  const byFiles = chance.next() < 0.6;
  const files = 1 + chance.below(mostFiles);
  const delay = (0.2 + 0.9 * chance.next()) * usual;
  const before = filesIn(home.store);
  const child = home.start([...args, '--json']);
  let stdout = '';
  child.stdout!.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  const over = new AbortController();
  void ended.then(() => over.abort());
  const isCome = (): boolean => [...filesIn(home.store)].filter((name) => !before.has(name)).length >= files;
  if (byFiles) while (!over.signal.aborted && !isCome()) await sleep(5);
  else await Promise.race([sleep(delay), ended]);
  child.kill('SIGKILL');
  const code = await ended;
  const answer = stdout.endsWith('\n') ? (JSON.parse(stdout) as { ok: boolean; data: Record<string, unknown> }) : null;
  const moment = byFiles ? `after ${files} new files` : `after ${delay.toFixed(0)} ms of ${usual.toFixed(0)}`;
  return { answer: answer?.ok === true ? answer.data : null, code, stdout, moment };
}

/** A store, what was said to it, and what it acknowledged. */
class Trial {
  readonly problems: string[] = [];
  readonly #home = new Home();
  readonly #session = new ClaudeSession(this.#home).enter();
  readonly #pace = new Pace();
  /** The words of all commands, and whether each was acknowledged. */
  readonly #said = new Map<string, boolean>();
  #logged = 0;
  #round = 0;

  async play(rounds: number): Promise<void> {
    this.#spend();
    await this.#works(['analysis', 'start', '--source-id', 's1', '--notes', 'first'], 'first');
    await this.#works(['usage', 'sync'], null);
    for (this.#round = 1; this.#round <= rounds; this.#round++) await this.#play();
    await this.#end();
  }

  #spend(): void {
    const output = 1 + chance.below(50);
    this.#session.answer({ input: 0, output });
    this.#logged += output;
  }

  #problem(kind: Kind, moment: string, words: string): void {
    this.problems.push(`round ${this.#round}, ${kind} killed ${moment}: ${words}`);
  }

  /** Runs a command that must work. @returns its data. */
  async #works(args: readonly string[], word: string | null): Promise<Record<string, unknown>> {
    const data = await this.#pace.timed(() => this.#home.json<Record<string, unknown>>(args));
    if (word !== null) this.#said.set(word, true);
    return data;
  }

  #args(kind: Kind, word: string, id: string): string[] {
    switch (kind) {
      case 'start':
        return ['analysis', 'start', '--source-id', 's1', '--notes', word];
      case 'start with a key':
        return ['analysis', 'start', '--source-id', 's1', '--notes', word, '--idempotency-key', word];
      case 'mark':
        return ['analysis', 'mark', '--id', id, '--stage', word];
      case 'complete':
        return ['analysis', 'complete', '--id', id, '--notes', word];
      case 'sync':
        return ['usage', 'sync'];
    }
  }

  async #play(): Promise<void> {
    const kind = chance.pick(KINDS);
    const word = `r${this.#round}`;
    const id = chance.pick(this.#open(await readBooks(this.#home.store)));
    this.#spend();
    const args = this.#args(kind, word, id);
    const { answer, code, stdout, moment } = await killed(this.#home, args, MOST_FILES[kind], this.#pace.usual);
    if (code !== null && code !== 0) this.#problem(kind, moment, `it had ended with exit ${code}: ${stdout}`);
    if (kind !== 'sync') this.#said.set(word, answer !== null || code === 0);
    for (const name of await heldLocks(this.#home.store)) this.#problem(kind, moment, `${name} is still held`);
    const books = await this.#look(kind, moment, true);
    try {
      await this.#goOn(kind, word, id, args, answer, books, (words) => this.#problem(kind, moment, words));
    } catch (error) {
      this.#problem(kind, moment, `the next command failed: ${String(error)}`);
    }
    await this.#look(kind, `${moment}, and the next command`, kind !== 'sync');
  }

  /** Analyses that are started. */
  #open({ analyses }: Books): string[] {
    const last = [...groups(analyses, 'id').values()].map((rows) => rows.at(-1)!);
    return last.filter((row) => row['status'] === 'started').map((row) => String(row['id']));
  }

  /** Compares what is stored with what was said. */
  async #look(kind: Kind, moment: string, afterKill: boolean): Promise<Books> {
    const books = await readBooks(this.#home.store);
    for (const words of problemsOf(books, { killed: afterKill })) this.#problem(kind, moment, words);
    // Settling is done after another command's answer, and says nothing of its own.
    const stored = books.analyses.filter((row) => row['recorded_by'] !== 'analysis settle').map(wordOf);
    const twice = stored.filter((word, i) => stored.indexOf(word) !== i);
    if (twice.length > 0) this.#problem(kind, moment, `stored more than once: ${twice.join(', ')}`);
    const lost = [...this.#said].filter(([word, acknowledged]) => acknowledged && !stored.includes(word));
    for (const [word] of lost) this.#problem(kind, moment, `"${word}" was acknowledged and is not stored`);
    for (const word of stored.filter((one) => !this.#said.has(one))) this.#problem(kind, moment, `"${word}" is stored, nobody said it`);
    return books;
  }

  /** The command after the killed one. */
  async #goOn(
    kind: Kind,
    word: string,
    id: string,
    args: readonly string[],
    answer: Record<string, unknown> | null,
    books: Books,
    problem: (words: string) => void,
  ): Promise<void> {
    const isStored = books.analyses.some((row) => wordOf(row) === word);
    switch (kind) {
      case 'start':
      case 'mark':
        await this.#works(this.#args(kind, `${word}-next`, id), `${word}-next`);
        break;
      case 'start with a key': {
        const ids = [answer, await this.#works(args, word), await this.#works(args, word)].flatMap((data) =>
          data === null ? [] : [(data as { analysis: { id: string } }).analysis.id],
        );
        if (new Set(ids).size !== 1) problem(`the same key gave ${ids.join(', ')}`);
        break;
      }
      case 'complete': {
        const again = await this.#home.run(args);
        if (again.code !== (isStored ? 6 : 0)) problem(`the next complete is exit ${again.code}: ${again.stderr}`);
        this.#said.set(word, true);
        break;
      }
      case 'sync': {
        await this.#works(args, null);
        const { total } = await this.#works(['usage', 'daily'], null);
        const output = (total as { usage: { output: number } }).usage.output;
        if (output !== this.#logged) problem(`usage daily tells ${output} output tokens where ${this.#logged} were logged`);
      }
    }
  }

  /** After all rounds every stage is where it belongs, and doctor has nothing to say. */
  async #end(): Promise<void> {
    await this.#works(['usage', 'sync'], null);
    const books = await readBooks(this.#home.store);
    this.problems.push(...problemsOf(books, { killed: false }).filter((words) => !words.startsWith('key ')));
    for (const id of this.#open(books)) {
      await this.#home.ok(['analysis', 'complete', '--id', id]);
      const { stages, tail, tokens_check } = await shown(this.#home, id);
      const sum = stages.reduce((all, { tokens_delta }) => all + tokens_delta!, tail!.tokens_delta!);
      if (sum !== tokens_check) this.problems.push(`the stages of ${id} add up to ${sum}, not to ${tokens_check}`);
    }
    const doctor = await this.#home.run('doctor');
    if (doctor.code !== 0) this.problems.push(`doctor is exit ${doctor.code}: ${doctor.stdout}`);
  }
}

describe(`killed at moments of chance (TOKENTRAIL_SEED=${chance.seed})`, () => {
  const HOUR = 3_600_000;

  describe(`${ROUNDS} times on one store`, () => {
    const trial = new Trial();

    beforeAll(() => trial.play(ROUNDS), HOUR);

    it('commands lose nothing that was acknowledged, leave no half row and no lock, and the next one works', () =>
      expect(trial.problems).toEqual([]));
  });

  describe(`${MAKINGS} times while the store is made`, () => {
    const FIRST = [
      ['analysis', 'start', '--source-id', 's1', '--notes', 'one'],
      ['usage', 'sync'],
      ['source', 'add', '--id', 's1'],
      ['init', '--store', '~/.local/share/tokentrail'],
    ];
    const problems: string[] = [];

    async function make(round: number): Promise<void> {
      const home = new Home();
      new ClaudeSession(home).enter().answer({ input: 0, output: 7 });
      const args = chance.pick(FIRST);
      const { answer, moment } = await killed(home, args, 30, 700);
      const problem = (words: string): number => problems.push(`round ${round}, ${args.join(' ')} killed ${moment}: ${words}`);
      for (const name of await heldLocks(home.store)) problem(`${name} is still held`);
      const listed = await home.run('analysis list --all --json');
      if (![0, 12].includes(listed.code)) problem(`analysis list is exit ${listed.code}: ${listed.stdout}`);
      if (answer !== null && listed.code !== 0) problem(`it was acknowledged, and analysis list is exit ${listed.code}`);
      for (const next of [
        ['analysis', 'start', '--source-id', 's1', '--notes', 'two'],
        ['usage', 'sync'],
      ]) {
        const { code, stderr } = await home.run(next);
        if (code !== 0) problem(`${next.join(' ')} is exit ${code}: ${stderr}`);
      }
      for (const words of problemsOf(await readBooks(home.store), { killed: false })) problem(words);
      const doctor = await home.run('doctor');
      if (doctor.code !== 0) problem(`doctor is exit ${doctor.code}: ${doctor.stdout}`);
    }

    beforeAll(async () => {
      for (let round = 1; round <= MAKINGS; round++) await make(round);
    }, HOUR);

    it('the next command makes it', () => expect(problems).toEqual([]));
  });
});
