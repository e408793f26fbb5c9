// Real-shaped logs, changed at random: whatever they say, reading them never throws, never hangs, and never gives a wrong kind of number.
import { readFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SessionReading } from '../../src/ingest/session.js';
import type { AgentSessions } from '../../src/ingest/sessions.js';
import { TOKEN_CLASSES } from '../../src/model/tokens.js';
import { allTold, copyOfHome, fixtures, logsOfHome, newReading, readHome } from '../capture/fixture.js';

const SEED = 20261124;

/** Values that no field expects. */
const odd = fc.constantFrom<unknown>(
  null, true, -5, 1.5, 1e308, 2 ** 53, 2 ** 53 - 1, '12', '', 'x', [], {}, [[{}]], { input_tokens: { a: 1 } }, '\ud800', '__proto__',
); // prettier-ignore

/** Changes one place of a value, chosen by numbers. */
function mutated(value: unknown, [where, how, put]: readonly [number, number, unknown]): unknown {
  if (typeof value !== 'object' || value === null) return put;
  const keys = Object.keys(value);
  if (keys.length === 0) return put;
  const key = keys[where % keys.length]!;
  const inner = (value as Record<string, unknown>)[key];
  const deeper = typeof inner === 'object' && inner !== null && how > 2;
  const entries = Object.entries(value).flatMap(([name, one]): [string, unknown][] => {
    if (name !== key) return [[name, one]];
    if (deeper) return [[name, mutated(one, [Math.floor(where / keys.length), how, put])]];
    return how === 0 ? [] : how === 1 ? [[`${name}_new`, one]] : [[name, put]];
  });
  return Array.isArray(value) ? entries.map(([, one]) => one) : Object.fromEntries(entries);
}

const change = fc.tuple(fc.nat(), fc.nat({ max: 9 }), odd);

const tried = (text: string, one: readonly [number, number, unknown]): string => {
  try {
    return JSON.stringify(mutated(JSON.parse(text), one));
  } catch {
    return text;
  }
};

type Changes = readonly (readonly [at: number, change: readonly [number, number, unknown], twice: boolean])[];

/** A log of lines or a document, with some of it changed, doubled or exchanged. */
function damaged(path: string, changes: Changes): string {
  const text = readFileSync(path, 'utf8');
  if (!path.endsWith('.jsonl')) return changes.reduce((now, [, one]) => tried(now, one), text);
  const lines = text.trimEnd().split('\n');
  for (const [at, one, twice] of changes) {
    const i = at % lines.length;
    lines[i] = tried(lines[i]!, one);
    if (twice) lines.splice((at * 7) % lines.length, 0, lines[i]);
  }
  return `${lines.join('\n')}\n`;
}

function expectSound({ sessions }: AgentSessions): void {
  for (const { usage } of sessions) {
    const models = Object.values(usage.by_model);
    for (const name of TOKEN_CLASSES) {
      const count = usage.counts[name];
      if (count === null) continue;
      expect(Number.isSafeInteger(count) && count >= 0).toBe(true);
      if (models.every((model) => model[name] !== null)) expect(models.reduce((sum, model) => sum + model[name]!, 0)).toBe(count);
    }
  }
}

const CASES = fixtures();

describe.each([...new Set(CASES.map(({ agent }) => agent.name))])('changed logs of %s', (agentName) => {
  const own = CASES.filter(({ agent }) => agent.name === agentName);

  it('are read without a failure to counts that add up, and to the same from the cache', async () => {
    const changes = fc.array(fc.tuple(fc.nat(), change, fc.boolean()), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...own), changes, async (fixture, all) => {
        const home = copyOfHome(fixture);
        for (const path of await logsOfHome(fixture.agent, home)) if (/\.jsonl?$/.test(path)) writeFileSync(path, damaged(path, all));
        const reading = newReading();
        const read = await readHome(fixture.agent, home, reading);
        expectSound(read);
        expect(allTold(await readHome(fixture.agent, home, reading))).toEqual(allTold(read));
        const roots = fixture.agent.roots({ home, variables: {} });
        for (const { session_id } of read.sessions.slice(0, 2)) {
          const session = await SessionReading.open({ agent: fixture.agent, session_id, path: null }, { roots }, newReading());
          const { counts } = session.snapshot(0).usage;
          expect(TOKEN_CLASSES.filter((name) => counts[name] !== null && counts[name] < 0)).toEqual([]);
        }
      }),
      { seed: SEED, numRuns: 60 },
    );
  });
});
