import { renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { noFacts, type LogFile, type Peek } from '../../../src/capture/agent.js';
import { codexLogs, codexLogsOf, codexRoots } from '../../../src/capture/codex/paths.js';
import { makeFolderOf, temporaryFolder } from '../fixture.js';

const id = (n: number): string => `0adac0de-${String(n).padStart(4, '0')}-7000-8000-000000000000`;
const rollout = (day: string, n: number): string => `sessions/${day}/rollout-${day.replaceAll('/', '-')}T08-00-00-${id(n)}.jsonl`;

function rootWith(...names: string[]): string {
  const root = temporaryFolder();
  for (const name of names) {
    makeFolderOf(join(root, name));
    writeFileSync(join(root, name), '');
  }
  return root;
}

const names = (logs: readonly LogFile[]): string[] => logs.map(({ name }) => name).sort();

/** A thread's id is in its name; `parents` says who spawned whom. */
const peekAt =
  (parents: Readonly<Record<number, number>>, asked: string[] = []): Peek =>
  ({ name }) => {
    asked.push(name);
    const n = Number(name.slice(-'0001-7000-8000-000000000000.jsonl'.length).slice(0, 4));
    return Promise.resolve({ ...noFacts(), session_id: id(n), parent: parents[n] === undefined ? null : id(parents[n]) });
  };

describe("Codex' folder", () => {
  it('is ~/.codex, or what CODEX_HOME names', () => {
    expect([codexRoots({ home: '/home/ada', variables: {} }), codexRoots({ home: '/home/ada', variables: { CODEX_HOME: '/c' } })]).toEqual([
      ['/home/ada/.codex'],
      ['/c'],
    ]);
  });
});

describe("Codex' logs", () => {
  it('are rollouts by day, archived and compressed, and nothing else', async () => {
    const root = rootWith(
      rollout('2026/03/09', 1),
      `${rollout('2026/03/08', 2)}.zst`,
      `archived_sessions/rollout-2026-03-07T08-00-00-${id(3)}.jsonl`,
      'history.jsonl',
      'sessions/2026/03/09/notes.jsonl',
      `${rollout('2026/03/09', 4)}.tmp`,
    );
    expect((await codexLogs(root)).length).toBe(3);
  });

  it('of a thread are its own, archived and compressed ones, too', async () => {
    const root = rootWith(
      rollout('2026/03/09', 1),
      `${rollout('2026/03/09', 1)}.zst`,
      `archived_sessions/rollout-2026-03-09T08-00-00-${id(1)}.jsonl`,
      rollout('2026/03/09', 2),
    );
    expect((await codexLogsOf(root, id(1), peekAt({}))).length).toBe(3);
  });

  it('of a thread are those of the threads that it spawned, and that they spawned', async () => {
    const root = rootWith(rollout('2026/03/09', 1), rollout('2026/03/09', 2), rollout('2026/03/10', 3), rollout('2026/03/10', 4));
    expect(names(await codexLogsOf(root, id(1), peekAt({ 2: 1, 3: 2 })))).toEqual([
      rollout('2026/03/09', 1),
      rollout('2026/03/09', 2),
      rollout('2026/03/10', 3),
    ]);
  });

  it('of a thread are spawned ones of the local day before, since names are in local time', async () => {
    const root = rootWith(rollout('2026/03/01', 1), rollout('2026/02/28', 2));
    expect((await codexLogsOf(root, id(1), peekAt({ 2: 1 }))).length).toBe(2);
  });

  it('of a thread are spawned ones that were archived', async () => {
    const archived = `archived_sessions/rollout-2026-03-09T09-00-00-${id(2)}.jsonl`;
    expect(names(await codexLogsOf(rootWith(rollout('2026/03/09', 1), archived), id(1), peekAt({ 2: 1 })))).toContain(archived);
  });

  it('of a thread that is gone are those that it spawned', async () => {
    expect(names(await codexLogsOf(rootWith(rollout('2026/03/09', 2)), id(1), peekAt({ 2: 1 })))).toEqual([rollout('2026/03/09', 2)]);
  });

  it.each(['sessions', 'sessions/2026', 'sessions/2026/03/09', 'archived_sessions'])(
    'of a thread are not looked for behind a link, as little as all logs are: %s',
    async (linked) => {
      const root = rootWith(rollout('2026/03/09', 1), `archived_sessions/rollout-2026-03-09T08-00-00-${id(1)}.jsonl`);
      const elsewhere = join(temporaryFolder(), 'elsewhere');
      renameSync(join(root, linked), elsewhere);
      symlinkSync(elsewhere, join(root, linked));
      expect(names(await codexLogsOf(root, id(1), peekAt({})))).toEqual(names(await codexLogs(root)));
    },
  );

  it.each([`sessions/rollout-2026-03-09T08-00-00-${id(1)}.jsonl`, `sessions/2026/03/rollout-2026-03-09T08-00-00-${id(1)}.jsonl`])(
    'of a thread are found wherever all logs are: %s',
    async (name) => {
      const root = rootWith(name);
      expect(names(await codexLogsOf(root, id(1), peekAt({})))).toEqual(names(await codexLogs(root)));
    },
  );

  it('of days long before a thread are not opened', async () => {
    const asked: string[] = [];
    await codexLogsOf(rootWith(rollout('2026/03/09', 1), rollout('2026/01/05', 2), rollout('2025/12/31', 3)), id(1), peekAt({}, asked));
    expect(asked).toEqual([]);
  });
});
