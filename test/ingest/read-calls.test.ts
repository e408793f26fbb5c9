import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { agentNamed } from '../../src/capture/agents.js';
import { AllLogs } from '../../src/ingest/all-logs.js';
import { findLogs } from '../../src/ingest/find-logs.js';
import { readCalls } from '../../src/ingest/read-calls.js';
import { recordKeyOf } from '../../src/ingest/usage-plan.js';
import { fixtures, newReading, temporaryFolder } from '../capture/fixture.js';

const classify = () => ({ phase: 'p', tool: 't' });

describe('the reading of calls', () => {
  it.each(fixtures().map((fixture) => [fixture.name, fixture] as const))(
    'knows every record of %s by its name in the books',
    async (_, fixture) => {
      const { agent, home } = fixture;
      const roots = agent.roots({ home, variables: {} });
      const { calls } = await readCalls(agent, roots, classify, null, () => undefined);
      const all = AllLogs.once(agent, newReading());
      await all.update(await findLogs(agent, roots));
      const names = [...all.counted()].map((copy) => recordKeyOf(agent, copy));
      expect(names.filter((name) => !calls.has(name))).toEqual([]);
    },
  );

  it('leaves logs alone that were last written before the time that is asked for', async () => {
    const home = temporaryFolder();
    const folder = join(home, '.claude', 'projects', '-home-ada');
    mkdirSync(folder, { recursive: true });
    const line = (id: string): string =>
      JSON.stringify({
        type: 'assistant',
        sessionId: 's',
        message: { id, model: 'm', content: [], usage: { input_tokens: 1, output_tokens: 1 } },
      });
    for (const [name, day] of [
      ['old', 1],
      ['new', 20],
    ] as const) {
      writeFileSync(join(folder, `${name}.jsonl`), `${line(`msg_0000000${name}`)}\n`);
      utimesSync(join(folder, `${name}.jsonl`), new Date(Date.UTC(2026, 1, day)), new Date(Date.UTC(2026, 1, day)));
    }
    const since = Date.UTC(2026, 1, 10) * 1000;
    const agent = agentNamed('claude');
    const { calls } = await readCalls(agent, agent.roots({ home, variables: {} }), classify, since, () => undefined);
    expect([...calls.keys()]).toEqual(['claude:msg_0000000new']);
  });
});
