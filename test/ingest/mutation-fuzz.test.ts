// Logs of every fixture, changed at random places from a fixed seed. Whatever they say, the reading ends, and what it gives is sound:
// counts that are whole numbers or unknown, parts that add up, and the same numbers however they were read.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AGENT_LIST } from '../../src/capture/agents.js';
import type { Agent } from '../../src/capture/agent.js';
import { SessionReading } from '../../src/ingest/session.js';
import type { Usage } from '../../src/model/cut.js';
import { TOKEN_CLASSES, type Counts } from '../../src/model/tokens.js';
import { allTold, copyOfHome, fixtures, newReading, readHome, type Fixture } from '../capture/fixture.js';
import { SOAK } from '../support/chance.js';
import { afterEdits, anyEdits, unitsIn, writeUnits, type Edit } from './mutations.js';

const SEED = 20260309;
const RUNS = SOAK ? 60 : 10;

/** Two slow cores take a few seconds for it; a reading that hangs would take for ever. */
const LIMITS = { timeout: 60_000 };

const NAMES = [...TOKEN_CLASSES, 'reasoning'] as const;

/** A last line of no meaning, which makes a log long enough to be scanned for fields instead of parsed. */
const PADDING = `${JSON.stringify({ type: 'x_padding', text: 'x'.repeat(130 * 1024) })}\n`;

const isSound = (value: number | null): boolean => value === null || (Number.isSafeInteger(value) && value >= 0);

const faultsOfCounts = (where: string, counts: Counts): string[] =>
  NAMES.filter((name) => !isSound(counts[name])).map((name) => `${where}: ${name} is ${counts[name]}`);

/** What the models' counts of a class add up to; null where one of them is unknown. */
const sumOfModels = ({ by_model }: Usage, name: (typeof NAMES)[number]): number | null =>
  Object.values(by_model).reduce<number | null>((sum, { [name]: value }) => (sum === null || value === null ? null : sum + value), 0);

function faultsOfSums(usage: Usage): string[] {
  return NAMES.flatMap((name) => {
    const [whole, models, part] = [usage.counts[name], sumOfModels(usage, name), usage.subagents?.[name] ?? null];
    if (whole === null) return [];
    const faults = models === null || models === whole ? [] : [`${name} is ${whole}, of the models ${models}`];
    return part === null || part <= whole ? faults : [...faults, `${name} is ${whole}, of sub-agents ${part}`];
  });
}

const faultsIn = (usage: Usage): string[] => [
  ...faultsOfCounts('all', usage.counts),
  ...Object.entries(usage.by_model).flatMap(([model, counts]) => faultsOfCounts(model, counts)),
  ...(usage.subagents === null ? [] : faultsOfCounts('sub-agents', usage.subagents)),
  ...faultsOfSums(usage),
];

/** A home with the logs of a fixture after some edits. */
function changedHome(fixture: Fixture, edits: readonly Edit[], padding = ''): string {
  const home = copyOfHome(fixture);
  const units = unitsIn(fixture.home);
  writeUnits(home, units, afterEdits(units, edits), padding);
  return home;
}

const CHANGEABLE = new Map(
  fixtures()
    .filter(({ home }) => unitsIn(home).length > 0)
    .map((fixture) => [fixture.name, fixture]),
);

/** Runs `check` on changed homes of all fixtures of an agent. */
async function forChanged(agent: Agent, seed: number, check: (fixture: Fixture, edits: readonly Edit[]) => Promise<void>): Promise<void> {
  const names = [...CHANGEABLE.keys()].filter((name) => name.startsWith(`${agent.name}/`));
  await fc.assert(
    // By its name, so that a counterexample can be read.
    fc.asyncProperty(fc.constantFrom(...names), anyEdits, async (name, edits) => {
      await check(CHANGEABLE.get(name)!, edits);
    }),
    { seed, numRuns: RUNS },
  );
}

describe.each(AGENT_LIST.map((agent) => [agent.name, agent] as const))('changed logs of %s', (_, agent) => {
  const rootsOf = (home: string): string[] => agent.roots({ home, variables: {} });

  it('give sound counts for every session', LIMITS, async () => {
    await forChanged(agent, SEED, async (fixture, edits) => {
      const { sessions } = await readHome(agent, changedHome(fixture, edits));
      expect(sessions.flatMap(({ usage }) => faultsIn(usage))).toEqual([]);
    });
  });

  it('give the same again from a warm cache', LIMITS, async () => {
    await forChanged(agent, SEED + 1, async (fixture, edits) => {
      const home = changedHome(fixture, edits);
      const reading = newReading();
      const first = allTold(await readHome(agent, home, reading));
      expect(allTold(await readHome(agent, home, reading))).toEqual(first);
    });
  });

  it('give sound counts for each session alone, and the same again from a warm cache', LIMITS, async () => {
    await forChanged(agent, SEED + 2, async (fixture, edits) => {
      const home = changedHome(fixture, edits);
      const reading = newReading();
      for (const { session_id } of (await readHome(agent, home)).sessions) {
        const open = (): Promise<SessionReading> =>
          SessionReading.open({ agent, session_id, path: null }, { roots: rootsOf(home) }, reading);
        const first = (await open()).snapshot(0);
        expect(faultsIn(first.usage)).toEqual([]);
        expect((await open()).snapshot(0)).toEqual(first);
      }
    });
  });

  it('give the same where sessions were read alone before', LIMITS, async () => {
    await forChanged(agent, SEED + 3, async (fixture, edits) => {
      const home = changedHome(fixture, edits);
      const reading = newReading();
      const cold = await readHome(agent, home);
      for (const { session_id } of cold.sessions) {
        await SessionReading.open({ agent, session_id, path: null }, { roots: rootsOf(home) }, reading);
      }
      expect(allTold(await readHome(agent, home, reading))).toEqual(allTold(cold));
    });
  });

  it('give the same where lines are scanned for fields as where they are parsed', LIMITS, async () => {
    await forChanged(agent, SEED + 4, async (fixture, edits) => {
      const parsed = allTold(await readHome(agent, changedHome(fixture, edits)));
      expect(allTold(await readHome(agent, changedHome(fixture, edits, PADDING)))).toEqual(parsed);
    });
  });

  it('give the same where the changes were made between two readings', LIMITS, async () => {
    await forChanged(agent, SEED + 5, async (fixture, edits) => {
      const home = copyOfHome(fixture);
      const reading = newReading();
      await readHome(agent, home, reading);
      const units = unitsIn(home);
      writeUnits(home, units, afterEdits(units, edits));
      expect(allTold(await readHome(agent, home, reading))).toEqual(allTold(await readHome(agent, home)));
    });
  });
});
