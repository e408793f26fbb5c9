// What agents' hooks told, counted: by event how often and when last, what was not understood, what is silent. Pure.
import { isRefused, type HookAgent, type Refusal, type SpooledEvent } from '../model/hook-event.js';
import { MICROS_PER_SECOND, type Instant } from '../model/time.js';
import { byName } from './usage-sum.js';

/** A hook that did not fire for so long is dead. */
export const DEAD_DAYS = 14;

const DAY_MICROS = 86_400 * MICROS_PER_SECOND;

export interface HookCount {
  readonly agent: HookAgent;
  readonly event: string;
  /** Calls, and of them those that were understood and those that were not. */
  readonly fired: number;
  readonly parsed: number;
  readonly unrecognised: number;
  readonly last_at: Instant;
  /** Calls of the last two weeks. */
  readonly lately: number;
}

export interface UnrecognisedPayloads {
  readonly agent: HookAgent;
  readonly event: string;
  readonly reason: Refusal;
  readonly count: number;
  /** Names of the keys of the last one. */
  readonly keys: readonly string[];
  readonly last_at: Instant;
}

export interface HookCounts {
  readonly counts: readonly HookCount[];
  readonly unrecognised: readonly UnrecognisedPayloads[];
}

/** Counts what hooks told, by agent and event. */
export function countHooks(events: readonly SpooledEvent[], now: Instant): HookCounts {
  const counts = new Map<string, HookCount>();
  const unrecognised = new Map<string, UnrecognisedPayloads>();
  for (const one of events) {
    const { agent, event, at } = one;
    const refused = isRefused(one);
    const key = JSON.stringify([agent, event]);
    const known = counts.get(key) ?? { agent, event, fired: 0, parsed: 0, unrecognised: 0, last_at: at, lately: 0 };
    counts.set(key, {
      ...known,
      fired: known.fired + 1,
      parsed: known.parsed + (refused ? 0 : 1),
      unrecognised: known.unrecognised + (refused ? 1 : 0),
      last_at: Math.max(known.last_at, at),
      lately: known.lately + (at > now - DEAD_DAYS * DAY_MICROS ? 1 : 0),
    });
    if (!refused) continue;
    const because = JSON.stringify([agent, event, one.refused]);
    const count = (unrecognised.get(because)?.count ?? 0) + 1;
    unrecognised.set(because, { agent, event, reason: one.refused, count, keys: one.keys, last_at: at });
  }
  return { counts: [...counts].sort(byName).map(([, count]) => count), unrecognised: [...unrecognised].sort(byName).map(([, one]) => one) };
}

/** A hook that stands in the settings of an agent. */
export interface InstalledHook {
  readonly agent: HookAgent;
  readonly event: string;
  /** Since when; null where it was put in by other hands. */
  readonly installed_at: Instant | null;
}

export interface HookWorth extends InstalledHook {
  /** Calls of the last two weeks. */
  readonly lately: number;
  /** `dead`: none, though it is there for that long; `new`: none yet. */
  readonly state: 'alive' | 'dead' | 'new';
}

/** Which of the installed hooks fire. */
export function worthOfHooks(installed: readonly InstalledHook[], { counts }: HookCounts, now: Instant): HookWorth[] {
  return installed.map((hook) => {
    const lately = counts.find(({ agent, event }) => agent === hook.agent && event === hook.event)?.lately ?? 0;
    const isNew = hook.installed_at !== null && now - hook.installed_at < DEAD_DAYS * DAY_MICROS;
    return { ...hook, lately, state: lately > 0 ? 'alive' : isNew ? 'new' : 'dead' };
  });
}
