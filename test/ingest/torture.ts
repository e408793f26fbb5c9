// Makes of a folder of clean logs one that a crash, a full disk or an enemy might have left: hostile lines between good ones,
// hostile documents and rows beside good ones, and folders full of what is no log. Seeded, so that a failure comes again.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { basename, dirname, join } from 'node:path';
import sqlite from 'node-sqlite3-wasm';
import { makeFolderOf, temporaryFolder } from '../capture/fixture.js';

/** Numbers from 0 up to, not including, `below`. */
export type Random = (below: number) => number;

export function seeded(seed: number): Random {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

/** Whom no file is closed to. */
export const IS_ROOT = process.getuid?.() === 0;

const DEPTH = 100_000;

const DEEP_LIST = `${'['.repeat(DEPTH)}${']'.repeat(DEPTH)}`;

const POLLUTION = '"__proto__":{"polluted":true,"usage":{"input_tokens":7}},"constructor":{"prototype":{"polluted":true}}';

const BOM = '\u{feff}';

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

/** Bytes that no text has, and no newline. */
const garbage = (random: Random): Buffer => Buffer.from([0xff, ...Array.from({ length: 300 }, () => 0x80 + random(0x80))]);

const half = (bytes: Buffer): Buffer => bytes.subarray(0, bytes.length >> 1);

/** JSON objects of types that nobody knows, which tell no usage; nothing of them is skipped. */
const HARMLESS: readonly (string | Buffer)[] = [
  `{"type":"x_torture","deep":${DEEP_LIST}}`,
  `{"type":"x_torture","deep":${'{"a":'.repeat(DEPTH)}1${'}'.repeat(DEPTH)}}`,
  latin1('{"type":"x_torture","text":"caf\xe9"}'),
  // The first byte of two.
  latin1('{"type":"x_torture","text":"cut \xc3"}'),
  '{"type":"x_torture","text":"\\ud800 and \\udfff","\\ud800":1}',
  `{"type":"x_torture",${POLLUTION}}`,
  '{"type":"__proto__"}',
  '{"type":"constructor"}',
  '{"type":"x_torture","n":[1e999,-1e999,-0,9007199254740993,-5,1.5,"12",true]}',
  '{"type":7}',
  '{"type":null,"message":[],"payload":"x","data":3,"tokens":[],"usageMetadata":1,"systemPayload":[],"$set":[]}',
  '{"type":{"type":"assistant"}}',
  '{"type":{"toString":7,"valueOf":7}}',
  `{"type":${DEEP_LIST}}`,
  ...['9999-12-31T23:59:59.999Z', '0000-01-01T00:00:00.000Z', '2026-03-09T08:00:00.000', '2026-02-30T08:00:00.000Z', ''].map(
    (timestamp) => `{"type":"x_torture","timestamp":"${timestamp}"}`,
  ),
  '{"type":"x_torture","timestamp":1741507200000}',
];

const BLANK = ['', ' ', '\t \t', '\r', ' \r'];

/** The other lines, by the reason for which each is skipped. `good`: a line of the log. */
const skippedLines = (good: Buffer, random: Random): Readonly<Record<string, readonly (string | Buffer)[]>> => ({
  zero_filled: [Buffer.alloc(4096)],
  bad_json: [
    half(good),
    garbage(random),
    Buffer.concat([latin1('{"type":"x_torture","text":"'), Buffer.alloc(3), latin1('"}')]),
    // A byte-order mark that isn't at the start of the file; where it is, another one stands before it.
    `${BOM}{"type":"x_torture"}`,
    '['.repeat(DEPTH),
    '{"type":"x_torture","n":NaN}',
  ],
  not_an_object: ['[{"type":"assistant"}]', '7', '"text"', 'null', 'true', DEEP_LIST],
});

const UNKNOWN_FIELD = Buffer.from(',"x_torture":{"usage":{"input_tokens":7},"tokens":{"input":7},"deep":[[[]]]}}');

/** A good line with a field of a version to come. */
const withUnknownField = (line: Buffer): Buffer => Buffer.concat([line.subarray(0, line.lastIndexOf('}')), UNKNOWN_FIELD]);

function linesOf(log: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  let start = 0;
  for (let end = log.indexOf(0x0a); end !== -1; end = log.indexOf(0x0a, start)) {
    lines.push(log.subarray(start, end));
    start = end + 1;
  }
  return lines;
}

/**
 * A log of lines with hostile ones between its own, which stay as they are but for their ends and for fields that nobody knows.
 * One of them has NULs before it, and the log ends in a line that is still being written, or in what a crash left of it.
 *
 * @param lookalikes lines that look like usage in this format, and are none.
 */
export function tortureLines(log: Buffer, lookalikes: readonly string[], random: Random): Buffer {
  const good = linesOf(log);
  const last = good.at(-1)!;
  const lines = good.map((line) => (random(2) === 0 ? line : withUnknownField(line)));
  const damaged = random(lines.length);
  lines[damaged] = Buffer.concat([Buffer.alloc(512), lines[damaged]!]);
  for (const line of [...HARMLESS, ...BLANK, ...lookalikes, ...Object.values(skippedLines(last, random)).flat()]) {
    lines.splice(random(lines.length + 1), 0, Buffer.from(line));
  }
  const ended = lines.flatMap((line) => [line, Buffer.from(random(2) === 0 ? '\n' : '\r\n')]);
  return Buffer.concat([Buffer.from(BOM), ...ended, random(2) === 0 ? half(last) : Buffer.alloc(4096)]);
}

/** Documents, none of which tells usage. `good`: a document of the agent. */
export function hostileDocuments(good: Buffer, lookalikes: readonly string[], random: Random): (string | Buffer)[] {
  return [
    half(good),
    Buffer.alloc(4096),
    garbage(random),
    '{"a":'.repeat(DEPTH),
    '',
    '[]',
    '7',
    '"text"',
    'null',
    BOM,
    ...HARMLESS,
    ...lookalikes,
  ];
}

export const withMark = (document: Buffer): Buffer => Buffer.concat([Buffer.from(BOM), document]);

/** Adds messages and sessions to a database of OpenCode, none of which tells usage. */
export function tortureDatabase(path: string): void {
  const database = new sqlite.Database(path);
  try {
    const messages = [null, '', 'not json', '[]', '7', '\u0000', DEEP_LIST, `{"role":"user",${POLLUTION}}`, `{"deep":${DEEP_LIST}}`];
    messages.forEach((data, n) => {
      database.run('INSERT INTO message VALUES (?, ?, ?, ?, ?)', [`msg_torture${n}`, '__proto__', n, n, data]);
    });
    database.run('INSERT INTO message VALUES (?, ?, ?, ?, ?)', [
      null,
      'constructor',
      -1,
      null,
      '{"role":"assistant","tokens":{"input":7}}',
    ]);
    database.run('INSERT INTO message VALUES (?, ?, ?, ?, ?)', ['', null, null, null, '{"role":"assistant","tokens":{"input":7}}']);
    database.run('INSERT INTO session (id, parent_id, time_created) VALUES (?, ?, ?)', ['ses_torture', '__proto__', 'tomorrow']);
    database.run('INSERT INTO session (id) VALUES (?)', [null]);
  } finally {
    database.close();
  }
}

/** A unix socket. Paths of sockets are short, so it is made elsewhere. */
async function makeSocket(path: string): Promise<void> {
  const first = join(temporaryFolder(), 's');
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(first, resolve));
  renameSync(first, path);
  await new Promise<void>((resolve) => server.close(() => resolve()));
}

/** What a folder of logs may hold that is no log, by the word in its name. `content`: what a log of the agent could hold. */
export async function tortureFolder(folder: string, nameOf: (word: string) => string, content: Buffer): Promise<void> {
  const path = (word: string): string => join(folder, nameOf(word));
  const outside = join(temporaryFolder(), 'outside');
  writeFileSync(outside, content);
  makeFolderOf(path('link'));
  symlinkSync(outside, path('link'));
  symlinkSync(nameOf('self'), path('self'));
  symlinkSync('.', join(folder, 'loop'));
  execFileSync('mkfifo', [path('pipe')]);
  await makeSocket(path('socket'));
  mkdirSync(path('folder'));
  writeFileSync(path('empty'), '');
  for (const word of ['new\nline', 'esc\u001b[31m', '-rf', 'x'.repeat(200)]) writeFileSync(path(word), 'not json\n');
  if (!IS_ROOT) {
    writeFileSync(path('closed'), content);
    chmodSync(path('closed'), 0o000);
  }
  const [before, after] = path('@').split('@');
  writeFileSync(Buffer.concat([Buffer.from(before!), Buffer.from([0xff]), Buffer.from(after!)]), content);
}

/** Links each folder of a log under a second name beside it. */
export function linkFolders(logs: readonly string[]): void {
  for (const folder of new Set(logs.map((log) => dirname(log)))) symlinkSync(basename(folder), `${folder}-again`);
}
