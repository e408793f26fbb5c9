import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { agentNamed } from '../../src/capture/agents.js';
import { peekLog, peekSessions } from '../../src/ingest/peek.js';
import { temporaryFolder } from '../capture/fixture.js';

const { reader } = agentNamed('claude');
const ID = '5e551011-0000-4000-8000-000000000001';

let root: string;
beforeEach(() => (root = temporaryFolder()));

const LOG = { agent: 'claude', name: `-work-p/${ID}.jsonl`, kind: 'append' } as const;

/** The facts of a log of these lines. */
async function peeked(...lines: readonly string[]) {
  const path = join(root, LOG.name);
  if (!existsSync(dirname(path))) mkdirSync(dirname(path));
  writeFileSync(path, lines.join('\n'));
  return peekLog({ ...LOG, root }, reader);
}

const told = (cwd: string, text = ''): string =>
  JSON.stringify({ type: 'user', sessionId: ID, cwd, timestamp: '2026-05-04T10:00:00Z', message: { role: 'user', content: text } });

/** A line that tells nothing, of so many bytes. */
const long = (bytes: number): string => JSON.stringify({ type: 'summary', summary: 'x'.repeat(bytes - 33) });

describe('the beginning of a log', () => {
  it('tells session and folder, the first one that is told', async () => {
    expect(await peeked(told('/home/ada/p'), told('/home/ada/q'))).toMatchObject({ session_id: ID, folders: ['/home/ada/p'] });
  });

  it.each([20_000, 32_700, 40_000, 700_000])('tells them behind a line of %i bytes, and in one', async (bytes) => {
    expect(await peeked(long(bytes), told('/home/ada/p'))).toMatchObject({ session_id: ID, folders: ['/home/ada/p'] });
    expect(await peeked(told('/home/ada/p', 'x'.repeat(bytes)))).toMatchObject({ folders: ['/home/ada/p'] });
  });

  it('is no more than a megabyte', async () => {
    expect(await peeked(long(1_048_000), long(2000), told('/home/ada/p'))).toMatchObject({ folders: [] });
  });

  it('of a log that is not there, or is empty, tells no folder', async () => {
    expect(await peekLog({ ...LOG, root }, reader)).toBeNull();
    expect(await peeked('')).toMatchObject({ folders: [] });
    expect(await peekSessions({ ...LOG, name: 'gone.jsonl', root }, reader)).toEqual([]);
  });
});
