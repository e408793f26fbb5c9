// What stages spent over all analyses: by name, what of it was rework or failed, and what a finding cost. Pure.
import { SEVERITIES, type Severity } from '../model/journal.js';
import { addCost, amountIn, NO_COST, type Cost } from '../model/price.js';
import { spendOf, type AttemptStory, type Story } from './journal.js';

export interface Spend {
  readonly attempts: number;
  /** Null if what one of them spent is unknown. */
  readonly tokens: number | null;
  readonly cost: Cost;
}

export interface StageSpend extends Spend {
  /** Null for the sum. */
  readonly stage: string | null;
  readonly analyses: number;
  /** Done again, or refused. */
  readonly rework: Spend;
  /** Failed, and not refused. */
  readonly failed: Spend;
}

/** What findings of a severity cost: the cost of the attempts that found them, each in equal parts to all that it found. */
export interface FindingCost {
  readonly severity: Severity;
  readonly findings: number;
  /** Those of an attempt whose cost is known. */
  readonly priced: number;
  /** Pico-dollars of these, rounded down; null where there are none. */
  readonly pico: bigint | null;
  /** A part of it is estimated. */
  readonly isEstimated: boolean;
}

export interface StagesReport {
  readonly stages: readonly StageSpend[];
  readonly total: StageSpend;
  readonly findings: readonly FindingCost[];
  /** Whole analyses that failed or were canceled: their stages are above, too. */
  readonly unfinished: { readonly analyses: number; readonly tokens: number | null; readonly cost: Cost };
}

function spend(attempts: readonly AttemptStory[]): Spend {
  const { tokens, cost } = spendOf(attempts);
  return { attempts: attempts.length, tokens, cost };
}

interface Attempt extends AttemptStory {
  readonly id: string;
}

function stageSpend(stage: string | null, attempts: readonly Attempt[]): StageSpend {
  return {
    stage,
    analyses: new Set(attempts.map(({ id }) => id)).size,
    ...spend(attempts),
    rework: spend(attempts.filter(({ isRework }) => isRework)),
    failed: spend(attempts.filter(({ isRework, status }) => !isRework && status === 'failed')),
  };
}

/** @param others found in no stage. */
function findingCosts(attempts: readonly AttemptStory[], others: readonly Severity[]): FindingCost[] {
  const sums = new Map<Severity, { findings: number; priced: number; isEstimated: boolean; shares: [pico: bigint, of: bigint][] }>();
  const of = (severity: Severity) => {
    let found = sums.get(severity);
    if (found === undefined) sums.set(severity, (found = { findings: 0, priced: 0, isEstimated: false, shares: [] }));
    return found;
  };
  for (const { entries, cost } of attempts) {
    const found = entries.flatMap(({ severity }) => severity ?? []);
    const pico = cost === null ? null : amountIn(cost);
    for (const severity of found) {
      const own = of(severity);
      own.findings++;
      if (pico === null) continue;
      own.priced++;
      own.isEstimated ||= cost!.estimated_records > 0;
      own.shares.push([pico, BigInt(found.length)]);
    }
  }
  for (const severity of others) of(severity).findings++;
  return SEVERITIES.flatMap((severity): FindingCost[] => {
    const own = sums.get(severity);
    if (own === undefined) return [];
    const { findings, priced, isEstimated, shares } = own;
    return [{ severity, findings, priced, isEstimated, pico: priced === 0 ? null : sumOfShares(shares) }];
  });
}

/** Whole parts of a sum of fractions: those with one denominator are added before they are divided. */
function sumOfShares(shares: readonly (readonly [pico: bigint, of: bigint])[]): bigint {
  const byPart = new Map<bigint, bigint>();
  for (const [pico, of] of shares) byPart.set(of, (byPart.get(of) ?? 0n) + pico);
  return [...byPart].reduce((all, [of, pico]) => all + pico / of, 0n);
}

/** @param stories of the analyses that are asked for. */
export function usageByStage(stories: readonly Story[]): StagesReport {
  const byName = new Map<string, Attempt[]>();
  const all: Attempt[] = [];
  for (const { analysis, attempts } of stories)
    for (const attempt of attempts.filter(({ status }) => status !== 'open')) {
      const own = { ...attempt, id: analysis.id };
      all.push(own);
      byName.set(attempt.stage, [...(byName.get(attempt.stage) ?? []), own]);
    }
  const unfinished = stories.map(({ analysis }) => analysis).filter(({ status }) => status === 'failed' || status === 'canceled');
  const others = stories.flatMap((story) => story.others.map(({ severity }) => severity)).filter((severity) => severity !== null);
  const tokens = unfinished.map(({ total_tokens }) => total_tokens);
  return {
    stages: [...byName].map(([stage, attempts]) => stageSpend(stage, attempts)).sort((a, b) => (a.stage! < b.stage! ? -1 : 1)),
    total: stageSpend(null, all),
    findings: findingCosts(
      stories.flatMap((story) => story.attempts),
      others,
    ),
    unfinished: {
      analyses: unfinished.length,
      tokens: tokens.some((one) => one === null) ? null : tokens.reduce<number>((a, b) => a + b!, 0),
      cost: unfinished.map(({ costs }) => costs?.whole ?? { ...NO_COST, unpriced_records: 1 }).reduce(addCost, NO_COST),
    },
  };
}
