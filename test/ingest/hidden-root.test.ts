// A root that can't be entered is told of, whichever way its logs are found.
import { chmodSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AGENT_LIST } from '../../src/capture/agents.js';
import { findLogs, isBehind } from '../../src/ingest/find-logs.js';
import { copyOfHome, fixtures, logsOfHome } from '../capture/fixture.js';
import { isRoot, NOBODY } from '../e2e/shown.js';

describe('a root that the user may not enter', () => {
  it.for(AGENT_LIST.map((agent) => [agent.name, agent] as const))('hides the logs of %s, and says so', async ([name, agent], ctx) => {
    if (!isRoot) ctx.skip('only root can ask as another user');
    const home = copyOfHome(fixtures().find((one) => one.agent.name === name)!);
    const logs = await logsOfHome(agent, home);
    chmodSync(join(home, '..'), 0o755);
    for (const folder of ['', ...readdirSync(home, { recursive: true, encoding: 'utf8' })]) chmodSync(join(home, folder), 0o755);
    const roots = agent.roots({ home, variables: {} });
    for (const root of roots.filter((one) => logs.some((path) => path.startsWith(one)))) chmodSync(root, 0o000);
    process.seteuid!(NOBODY);
    try {
      const found = await findLogs(agent, roots);
      expect(found.logs).toEqual([]);
      expect(logs.filter((path) => !isBehind(path, found.blocked))).toEqual([]);
    } finally {
      process.seteuid!(0);
    }
  });
});
