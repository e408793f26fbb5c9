import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import wasm from 'node-sqlite3-wasm';
import { describe, expect, it } from 'vitest';
import { callsBelow, callsIn } from '../calls.js';
import { temporaryFolder } from '../fixture.js';

const ROOT = '.local/share/opencode';
const message = (id: string): object => ({
  id, sessionID: 'ses_1', role: 'assistant', modelID: 'm', providerID: 'p', time: { created: 1773392401000, completed: 1773392401800 },
  tokens: { input: 10, output: 5, reasoning: 0, cache: { read: 0, write: 0 } },
}); // prettier-ignore
const part = (callID: string, tool: string, input: object): object => ({
  type: 'tool',
  callID,
  tool,
  state: { status: 'completed', input, output: 'x' },
});

const PARTS: readonly [string, object][] = [
  ['prt_1', { type: 'text', text: 'x' }],
  ['prt_2', part('c1', 'bash', { command: 'ls', description: 'x' })],
  ['prt_3', part('c2', 'read', { filePath: '/a.md' })],
  ['prt_4', part('c3', 'task', { subagent_type: 'explore', prompt: 'x' })],
];
const EXPECTED = { 'opencode:msg_1': ['bash ls', 'read /a.md', 'task explore'], 'opencode:msg_2': [] };

function databaseBelow(home: string): void {
  mkdirSync(join(home, ROOT), { recursive: true });
  const database = new wasm.Database(join(home, ROOT, 'opencode.db'));
  database.exec('CREATE TABLE session (id, project_id, parent_id, directory, version, time_created)');
  database.exec('CREATE TABLE message (id, session_id, data); CREATE TABLE part (id, message_id, session_id, data)');
  database.run("INSERT INTO session VALUES ('ses_1', 'p', NULL, '/home/ada/paper', '1.3.0', 1773392400000)");
  for (const id of ['msg_1', 'msg_2']) database.run("INSERT INTO message VALUES (?, 'ses_1', ?)", [id, JSON.stringify(message(id))]);
  for (const [id, data] of PARTS) database.run("INSERT INTO part VALUES (?, 'msg_1', 'ses_1', ?)", [id, JSON.stringify(data)]);
  database.run("INSERT INTO part VALUES ('prt_5', 'msg_1', 'ses_1', 'no json of a \"tool\"')");
  database.close();
}

describe('the calls of OpenCode', () => {
  it('are parts of the message, in files of their own', async () => {
    const parts = PARTS.map(([id, data]) => [`${ROOT}/storage/part/msg_1/${id}.json`, JSON.stringify(data)]);
    const messages = ['msg_1', 'msg_2'].map((id) => [`${ROOT}/storage/message/ses_1/${id}.json`, JSON.stringify(message(id))]);
    expect(await callsIn('opencode', Object.fromEntries([...parts, ...messages]) as Record<string, string>)).toEqual(EXPECTED);
  });

  it('are parts of the message in the database, whatever else the table holds', async () => {
    const home = temporaryFolder();
    databaseBelow(home);
    expect(await callsBelow('opencode', home)).toEqual(EXPECTED);
  });
});
