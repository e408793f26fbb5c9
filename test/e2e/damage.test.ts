// Every file of a small store, cut off or with one bit turned: a command says what it said before, or that the store is damaged and
// what to do, with a documented exit code; never another number.
import { cpSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { fixtures } from '../capture/fixture.js';
import { Chance, SOAK } from '../support/chance.js';
import { ClaudeSession } from '../support/claude-session.js';
import { Home, type Envelope, type Result } from '../support/home.js';
import { Resident } from '../support/resident.js';

const chance = new Chance(20_261_128);

const HOUR = 3_600_000;

/** Bundled homes whose usage is booked. */
const LOGS = ['claude/sub-agents', 'claude/fork', 'codex/repeats', 'gemini/two-models', 'cursor/transcript'];

const [FIRST, SECOND] = ['001', '002'].map((number) => `ANALYSIS-${new Date().getUTCFullYear()}-${number}`) as [string, string];

const isTree = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** Commands that read the store. */
const READERS = [
  `analysis show ${FIRST}`,
  'analysis list --all',
  'analysis current',
  'source list',
  'source show s1',
  'usage daily',
  'usage models',
  'usage sessions',
];

/** Commands that change the store; what they are told to change is theirs alone. */
const WRITERS = [
  `analysis mark --id ${SECOND} --stage late`,
  'source update --id s2 --title third',
  'analysis start --task T-1 --tool manual',
];

/** Of an answer that tells times, what it must tell again. */
const lasting = (command: string, data: unknown): unknown => {
  if (!WRITERS.includes(command) || !isTree(data)) return data;
  const { id, revision, analysis, source } = data as Record<string, Record<string, unknown> | undefined>;
  const made = analysis ?? source ?? { id, revision };
  return { id: made['id'], revision: made['revision'], pass: made['pass'], title: made['title'] };
};

/** For `make test` some of the commands, others for each file; the soak asks them all. */
function askedOf(commands: readonly string[], some: number): readonly string[] {
  if (SOAK) return commands;
  const first = chance.below(commands.length);
  return Array.from({ length: some }, (_, i) => commands[(first + i) % commands.length]!);
}

const SYNC = 'usage sync';
const DOCTOR = 'doctor';

/** What is told after the sync. */
const AFTER_SYNC = 'usage daily --tz UTC';

type Damage =
  | { readonly kind: 'cut to nothing' | 'cut in the middle' | 'cut by one byte' }
  | { readonly kind: 'one bit turned'; readonly byte: number; readonly bit: number };

const told = (damage: Damage): string =>
  damage.kind === 'one bit turned' ? `bit ${damage.bit} of byte ${damage.byte} turned` : damage.kind;

interface Case {
  readonly file: string;
  readonly damage: Damage;
}

const wordsOf = (command: string): string[] => command.split(' ');

function harm(path: string, damage: Damage): void {
  const { size } = statSync(path);
  switch (damage.kind) {
    case 'cut to nothing':
      truncateSync(path, 0);
      return;
    case 'cut in the middle':
      truncateSync(path, Math.floor(size / 2));
      return;
    case 'cut by one byte':
      truncateSync(path, size - 1);
      return;
    case 'one bit turned': {
      const bytes = readFileSync(path);
      bytes[damage.byte]! ^= 1 << damage.bit;
      writeFileSync(path, bytes);
    }
  }
}

/** The answer of a command: its exit code and its data. */
interface Answer {
  readonly code: number;
  readonly envelope: Envelope | null;
  readonly stderr: string;
}

function answerOf(command: string, { code, stdout, stderr }: Result): Answer {
  try {
    const envelope = JSON.parse(stdout) as Envelope;
    return { code, envelope: { ...envelope, data: lasting(command, envelope.data) }, stderr };
  } catch {
    return { code, envelope: null, stderr };
  }
}

const same = (answer: Answer, wanted: Answer): boolean =>
  answer.code === wanted.code && isDeepStrictEqual(answer.envelope?.data, wanted.envelope?.data);

/** A refusal that tells what is so and what to do. */
const refuses = ({ code, envelope }: Answer): boolean =>
  code === 12 && envelope?.error?.exit === 12 && envelope.error.message !== '' && envelope.error.suggestions.length > 0;

interface Finding {
  readonly level: string;
  readonly message: string;
  readonly fix: string | null;
}

const findsDamage = ({ code, envelope }: Answer): boolean =>
  code === 1 && (envelope?.data as { findings: Finding[] }).findings.some(({ level, fix }) => level === 'error' && fix !== null);

/** The first place in which two documents differ. */
function difference(found: unknown, wanted: unknown, path = ''): string {
  if (isTree(found) && isTree(wanted)) {
    for (const key of new Set([...Object.keys(wanted), ...Object.keys(found)]))
      if (!isDeepStrictEqual(found[key], wanted[key])) return difference(found[key], wanted[key], `${path}.${key}`);
  }
  return `${path} is ${JSON.stringify(found ?? null).slice(0, 200)}, before the damage ${JSON.stringify(wanted ?? null).slice(0, 200)}`;
}

/** What is wrong with an answer, in words. */
const brief = ({ code, envelope, stderr }: Answer, wanted: Answer): string =>
  `exit ${code}: ${envelope?.ok === true ? difference(envelope.data, wanted.envelope?.data) : JSON.stringify(envelope?.error)} ${stderr.slice(0, 300)}`;

/** A home with books, which can be put back to what they were. */
class Ledger {
  readonly home = new Home();
  readonly #resident = new Resident();
  readonly #kept = join(this.home.path, 'kept');
  /** What each command says of the undamaged store. */
  readonly #wanted = new Map<string, Answer>();

  get #folders(): readonly string[] {
    return ['.local', '.cache'];
  }

  async make(): Promise<void> {
    for (const { name, home } of fixtures()) if (LOGS.includes(name)) cpSync(home, this.home.path, { recursive: true });
    const session = new ClaudeSession(this.home).enter();
    const at = '2026-05-04T10:00:00.000Z';
    session.answer({ input: 5, output: 40, at }).answer({ id: 'msg_streamed', input: 3, output: 1, finished: false, at });
    await this.home.ok('source add --id s1 --title first --year 2024');
    await this.home.ok('source update --id s1 --title second');
    await this.home.ok('source add --id s2 --title other');
    await this.home.ok('analysis start --source-id s1');
    session.answer({ input: 1, output: 100, at });
    await this.home.ok('analysis mark --stage read --notes first');
    session.answer({ input: 2, output: 200, at });
    await this.home.ok('usage sync');
    await this.home.ok('analysis complete');
    await this.home.ok('analysis start --source-id s2');
    // A record that was booked before it was whole has two revisions.
    session.answer({ id: 'msg_streamed', input: 3, output: 70, at });
    await this.home.ok('usage sync');
    session.answer({ input: 4, output: 400, at });
    for (const folder of this.#folders) cpSync(join(this.home.path, folder), join(this.#kept, folder), { recursive: true });
    for (const command of [...READERS, DOCTOR, ...WRITERS, SYNC, AFTER_SYNC]) this.#wanted.set(command, await this.#run(command));
    for (const [command, { code, envelope }] of this.#wanted)
      if (code !== 0) throw new Error(`${command} is exit ${code} before any damage: ${JSON.stringify(envelope)}`);
    this.#putBack();
  }

  end(): void {
    this.#resident.end();
  }

  /** Paths in the store, those that were written first coming first. */
  get files(): string[] {
    return readdirSync(this.home.store, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => statSync(path).size > 0)
      .map((path) => ({ path: relative(this.home.store, path), time: statSync(path).mtimeMs }))
      .sort((a, b) => a.time - b.time || (a.path < b.path ? -1 : 1))
      .map(({ path }) => path);
  }

  size(file: string): number {
    return statSync(join(this.home.store, file)).size;
  }

  bytes(file: string): Buffer {
    return readFileSync(join(this.home.store, file));
  }

  #putBack(): void {
    for (const folder of this.#folders) {
      rmSync(join(this.home.path, folder), { recursive: true });
      cpSync(join(this.#kept, folder), join(this.home.path, folder), { recursive: true, preserveTimestamps: true });
    }
  }

  async #run(command: string): Promise<Answer> {
    return answerOf(command, await this.#resident.run([...wordsOf(command), '--json'], this.home));
  }

  /** What is wrong with an answer; null if nothing is. */
  #judge(command: string, answer: Answer): string | null {
    const wanted = this.#wanted.get(command)!;
    if (same(answer, wanted) || (command === DOCTOR ? findsDamage(answer) : refuses(answer))) return null;
    return `${command}: ${brief(answer, wanted)}`;
  }

  /** The same with the program as users run it; what only a long-lived process says is nobody's trouble. */
  async #again({ file, damage }: Case, command: string): Promise<string | null> {
    this.#putBack();
    harm(join(this.home.store, file), damage);
    if (command === AFTER_SYNC) await this.home.run([...wordsOf(SYNC), '--json']);
    return this.#judge(command, answerOf(command, await this.home.run([...wordsOf(command), '--json'])));
  }

  /** Damages a file, runs everything, and puts the file back. @returns what was wrong. */
  async suffer(one: Case): Promise<string[]> {
    this.#putBack();
    harm(join(this.home.store, one.file), one.damage);
    const doubts: string[] = [];
    const problems: string[] = [];
    const refused: string[] = [];
    const ask = async (command: string): Promise<Answer> => {
      const answer = await this.#run(command);
      if (this.#judge(command, answer) !== null) doubts.push(command);
      return answer;
    };
    for (const command of askedOf(READERS, 4)) if (refuses(await ask(command))) refused.push(command);
    if (refused.length > 0) problems.push(...(await this.#unhelpful(refused[0]!)));
    const found = await ask(DOCTOR);
    if (refused.length > 0 && found.code === 0) problems.push(`doctor finds nothing, but this is exit 12: ${refused.join(', ')}`);
    for (const command of askedOf(WRITERS, 1)) await ask(command);
    // A sync may refuse, and so may what is read after it.
    if ((await ask(SYNC)).code === 0) await ask(AFTER_SYNC);
    for (const command of doubts) {
      const problem = await this.#again(one, command);
      if (problem !== null) problems.push(problem);
    }
    return problems.map((problem) => `${one.file}, ${told(one.damage)}: ${problem}`);
  }

  /** Without --json the message ends stderr, with what to do, and stdout is empty. LanceDB may have said a line of its own before. */
  async #unhelpful(command: string): Promise<string[]> {
    const { code, stdout, stderr } = await this.#resident.run(wordsOf(command), this.home);
    const helps = code === 12 && stdout === '' && /(?:^|\n)✗ .+\n {2}.+[\s\S]*\([A-Z_]+, exit 12\)\n$/.test(stderr);
    return helps ? [] : [`${command} without --json: exit ${code}, stdout "${stdout}", stderr "${stderr}"`];
  }
}

const turned = (ledger: Ledger, file: string): Damage => ({
  kind: 'one bit turned',
  byte: chance.below(ledger.size(file)),
  bit: chance.below(8),
});

const CUTS = ['cut to nothing', 'cut in the middle', 'cut by one byte'] as const;

/** Texts of rows, in whose bytes a turned bit is another value and not a broken file. */
const VALUES = [FIRST, SECOND, 's1@', 'completed', 'started', 'second', 'claude:', 'codex:', 'done', 'claude-'];

/** Bits in the texts of rows. */
function valuesTurned(ledger: Ledger, file: string): Damage[] {
  const bytes = ledger.bytes(file);
  return VALUES.flatMap((value) => {
    const places: number[] = [];
    for (let at = bytes.indexOf(value); at >= 0; at = bytes.indexOf(value, at + 1)) places.push(at);
    if (places.length === 0) return [];
    return [{ kind: 'one bit turned', byte: chance.pick(places) + chance.below(value.length), bit: chance.below(3) } satisfies Damage];
  });
}

/** Table, folder, and whether it is the last that was written there: files of one kind suffer alike. */
function kinds(files: readonly string[]): string[][] {
  const groups = new Map<string, string[]>();
  for (const file of files) {
    const folder = file.includes('/') ? `${file.slice(0, file.lastIndexOf('/'))}${file.endsWith('.json') ? ' hint' : ''}` : file;
    groups.set(folder, [...(groups.get(folder) ?? []), file]);
  }
  return [...groups.values()].flatMap((group) => [[group.at(-1)!], group.slice(0, -1)]).filter((group) => group.length > 0);
}

/** For `make test` a file of each kind, cut off in one of three ways; turned bits, whose places differ from run to run, are for the soak. */
const sample = (ledger: Ledger): Case[] =>
  kinds(ledger.files).map((group) => ({ file: chance.pick(group), damage: { kind: chance.pick(CUTS) } }));

/** Bits that are turned in each file, beside those in values. */
const BITS = 8;

const everything = (ledger: Ledger): Case[] =>
  ledger.files.flatMap((file) => {
    const bits = Array.from({ length: BITS }, () => turned(ledger, file));
    const values = [0, 1].flatMap(() => valuesTurned(ledger, file));
    return [...CUTS.map((kind) => ({ kind })), ...bits, ...values].map((damage) => ({ file, damage }));
  });

describe(`a file of the store that is damaged (TOKENTRAIL_SEED=${chance.seed})`, () => {
  const problems: string[] = [];
  let cases: readonly Case[] = [];

  beforeAll(async () => {
    const ledger = new Ledger();
    await ledger.make();
    cases = SOAK ? everything(ledger) : sample(ledger);
    for (const one of cases) problems.push(...(await ledger.suffer(one)));
    ledger.end();
  }, HOUR);

  it('is one of every kind', () => expect(cases.length).toBeGreaterThan(20));

  it('changes no answer, or is exit 12 with what to do, and is found by doctor', () => expect(problems).toEqual([]));
});
