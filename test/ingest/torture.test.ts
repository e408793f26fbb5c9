// Logs with everything in them that a crash, a hostile writer or another version can leave there: the same totals as their clean
// twins, and what was skipped counted by reason.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AgentSessions } from '../../src/ingest/sessions.js';
import { allTold, copyOfHome, fixtures, logsOfHome, newReading, readHome, type Fixture } from '../capture/fixture.js';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

/** A line, and the reason for which it is skipped; null for one that says nothing. */
const HOSTILE: readonly (readonly [line: Buffer, reason: string | null])[] = [
  [Buffer.alloc(64), 'zero_filled'],
  [bytes('{"type":"assistant","message":{"id":"msg_torture_0001","usage":{"output_tokens":9'), 'bad_json'],
  [bytes('\xff\xfe\x01garbage'), 'bad_json'],
  [bytes('{"type":"x","text":"a\x01b","usage":{"output_tokens":9}}'), 'bad_json'],
  [bytes('{"type":"assistant","tokens":{"output":9}}}'), 'bad_json'],
  [bytes('[1,2]'), 'not_an_object'],
  [bytes('7'), 'not_an_object'],
  [bytes('null'), 'not_an_object'],
  [bytes('"text"'), 'not_an_object'],
  [bytes(''), null],
  [bytes(' \t'), null],
  [bytes(`{"type":"x","deep":${'['.repeat(1e5)}${']'.repeat(1e5)}}`), null],
  [bytes('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"type":"x"}'), null],
  [bytes('{"type":"x","text":"caf\xe9 \\ud800 \\u0000"}'), null],
  [bytes('{"type":"never seen","payload":{"type":"new"},"data":[],"message":"text","usage":{"output_tokens":9}}'), null],
  [bytes('{"type":"x","timestamp":"9999-12-31T23:59:60.999Z"}'), null],
  [bytes('{"type":"x","timestamp":"yesterday"}'), null],
  [bytes('{"type":"x","timestamp":17}'), null],
];

const SKIPPED_PER_LOG = [
  { reason: 'bad_json', count: 4 },
  { reason: 'not_an_object', count: 4 },
  { reason: 'zero_filled', count: 1 },
];

const CRLF = bytes('\r\n');

/** The log with hostile lines after its first one, other line ends, a mark at its beginning and a line that is being written. */
function tortured(log: Buffer): Buffer {
  const lines = log.toString('latin1').trimEnd().split('\n').map(bytes);
  const all = [lines[0]!, ...HOSTILE.map(([line]) => line), ...lines.slice(1)];
  const ended = all.flatMap((line) => [line, CRLF]);
  const mark = log[0] === 0xef ? [] : [Buffer.from([0xef, 0xbb, 0xbf])];
  return Buffer.concat([...mark, ...ended, bytes('{"type":"assistant","half":"wri')]);
}

/** What lies in a folder of logs and is none, named as if it were; `ending` as the logs have. */
function litter(path: string): void {
  // Copilot's have the same name in a folder each; beside those its older ones lay.
  const [folder, name] = basename(path) === 'events.jsonl' ? [dirname(dirname(path)), 'aaaaaaaa.jsonl'] : [dirname(path), basename(path)];
  const named = (word: string): string => join(folder, name.replace(/^(.*)(.{4})(\.[a-z]+)$/, `$1${word}$3`));
  symlinkSync(folder, named('loop'));
  symlinkSync('/etc/passwd', named('link'));
  mkdirSync(named('fold'));
  if (process.platform !== 'win32') execFileSync('mkfifo', [named('fifo')]);
  writeFileSync(named('\u001b[31m\n'.slice(0, 4)), '');
}

/** Sessions that have spent anything, without what was skipped and without times, which hostile lines may widen. */
const spent = (read: AgentSessions): unknown[] =>
  allTold(read)
    .filter(({ records }) => records > 0)
    .map(({ session_id, records, usage, by_model, subagents, first_at, last_at }) => ({
      session_id, records, usage, by_model, subagents, first_at, last_at,
    })); // prettier-ignore

const APPENDED = fixtures().filter(({ home, agent }) => agent.name !== 'opencode' && agent.name !== 'amp' && home !== '');

const hasOnlyLines = async (fixture: Fixture): Promise<boolean> =>
  (await logsOfHome(fixture.agent, fixture.home)).every((path) => extname(path) === '.jsonl');

describe.each(APPENDED.map((fixture) => [fixture.name, fixture] as const))('the tortured logs of %s', (name, fixture) => {
  it('give the totals of their clean twins', async () => {
    // Logs of the past that are damaged or hostile already have no clean twin.
    const home = copyOfHome(fixture);
    const logs = (await logsOfHome(fixture.agent, home)).filter((path) => path.endsWith('.jsonl'));
    const clean = await readHome(fixture.agent, fixture.home);
    for (const path of logs) writeFileSync(path, tortured(readFileSync(path)));
    for (const path of logs.slice(0, 1)) litter(path);
    const read = await readHome(fixture.agent, home, newReading());
    expect(spent(read)).toEqual(spent(clean));
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    if (!(await hasOnlyLines(fixture)) || clean.skipped.length > 0) return;
    expect(read.skipped).toEqual(SKIPPED_PER_LOG.map(({ reason, count }) => ({ reason, count: count * logs.length })));
    expect(name).not.toBe('');
  });
});

describe('documents', () => {
  it.each([
    ['gemini/json-document', 'session-2026-03-10T10-00-00000000.json'],
    ['amp/ledger-and-messages', 'T-00000000-0000-4000-8000-000000000000.json'],
    ['opencode/json-storage', 'msg_zzz.json'],
  ])('that are half written or empty are counted and change no total: %s', async (name, other) => {
    const fixture = fixtures().find((one) => one.name === name)!;
    const home = copyOfHome(fixture);
    const [path] = await logsOfHome(fixture.agent, home);
    const text = readFileSync(path!);
    writeFileSync(path!, Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), text]));
    writeFileSync(join(dirname(path!), other), text.subarray(0, text.length >> 1));
    writeFileSync(join(dirname(path!), other.replace('0.json', '1.json').replace('zzz', 'zzy')), '');
    const read = await readHome(fixture.agent, home);
    expect(spent(read)).toEqual(spent(await readHome(fixture.agent, fixture.home)));
    expect(read.skipped).toEqual([
      { reason: 'bad_json', count: 1 },
      { reason: 'empty', count: 1 },
    ]);
  });
});

describe('databases', () => {
  it('that are cut short or none at all are counted and change no total', async () => {
    const fixture = fixtures().find(({ name }) => name === 'opencode/database')!;
    const home = copyOfHome(fixture);
    const [path] = await logsOfHome(fixture.agent, home);
    const content = readFileSync(path!);
    writeFileSync(join(dirname(path!), 'opencode-x.db'), content.subarray(0, content.length >> 1));
    writeFileSync(join(dirname(path!), 'opencode-y.db'), 'no database\n');
    const read = await readHome(fixture.agent, home);
    expect(spent(read)).toEqual(spent(await readHome(fixture.agent, fixture.home)));
    expect(read.skipped).toEqual([{ reason: 'bad_database', count: 2 }]);
  });
});
