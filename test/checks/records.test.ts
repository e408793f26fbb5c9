import { appendFileSync, cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { checkRecords } from '../../src/checks/records.js';
import { fixtures } from '../capture/fixture.js';
import { QuickHome } from '../support/quick-home.js';

describe('doctor --deep', () => {
  let home: QuickHome;
  let log: string;

  beforeEach(async () => {
    home = new QuickHome();
    const [first] = fixtures().filter(({ name }) => name.startsWith('claude/'));
    cpSync(first!.home, home.path, { recursive: true });
    await home.run('usage sync');
    const projects = join(home.path, '.claude/projects');
    log = join(
      projects,
      (readdirSync(projects, { recursive: true }) as string[]).find((name) => name.endsWith('.jsonl'))!,
    );
  });

  const records = async (): Promise<{ level: string; details: { unbooked: number; differing: string[]; records: number } }> => {
    const { stdout } = await home.run('doctor --deep --json');
    const { data } = JSON.parse(stdout) as { data: { findings: { check: string }[] } };
    return data.findings.find(({ check }) => check === 'records') as never;
  };

  it('says that the books say the same', async () => {
    expect(await records()).toMatchObject({ level: 'ok', details: { unbooked: 0, differing: [] } });
  });

  it('tells of records that are not booked yet', async () => {
    const line = readFileSync(log, 'utf8')
      .split('\n')
      .find((text) => text.includes('"assistant"'))!;
    appendFileSync(
      log,
      `${line.replaceAll(/"id":"msg_[^"]*"/g, '"id":"msg_new"').replaceAll(/"requestId":"[^"]*"/g, '"requestId":"req_new"')}\n`,
    );
    expect((await records()).details.unbooked).toBe(1);
  });

  it('finds a record that the books have otherwise', async () => {
    writeFileSync(
      log,
      readFileSync(log, 'utf8').replaceAll(/"output_tokens":(\d+)/g, (_, n: string) => `"output_tokens":${Number(n) + 1}`),
    );
    const found = await records();
    expect([found.level, found.details.differing.length > 0]).toEqual(['warning', true]);
  });

  it('writes nothing', async () => {
    const before = readdirSync(home.store, { recursive: true }).sort();
    await records();
    expect(readdirSync(home.store, { recursive: true }).sort()).toEqual(before);
  });
});

it('an agent without logs is passed over', () =>
  expect(checkRecords([{ agent: 'amp', logs: 0, records: 0, unbooked: 0, differing: [] }])).toEqual([]));
