// `usage sync --watch`: what an agent finished is in the books also if nobody asks for it, and however the agent ends.
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { ClaudeSession } from '../support/claude-session.js';
import { Home } from '../support/home.js';

it('a watch books what agents finish, until it is interrupted', async () => {
  const home = new Home();
  const session = new ClaudeSession(home);
  session.answer({ output: 10 });
  const watch = home.start(['usage', 'sync', '--watch']);
  let told = '';
  watch.stderr!.on('data', (bytes: Buffer) => (told += bytes.toString()));
  const hears = async (words: string): Promise<void> => {
    while (!told.includes(words)) await once(watch.stderr!, 'data');
    told = '';
  };
  await hears('Claude Code: 1 added.');
  session.answer({ output: 30 });
  await hears('Claude Code: 1 added.');
  const { total } = await home.json<{ total: { records: number; usage: { output: number } } }>(['usage', 'daily']);
  expect([total.records, total.usage.output]).toEqual([2, 40]);
  const exited = once(watch, 'exit');
  watch.kill('SIGINT');
  expect(await exited).toEqual([130, null]);
});
