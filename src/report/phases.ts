// What each phase of work spent. Pure. A request's tokens, class by class, and its cost are split evenly over the tool calls that it
// issued, in their order; one that issued none is `direct`, one whose calls are not known is `unknown`. Invariant: the phases add up to
// the whole exactly, class by class and to the pico-dollar.
import { assertThat } from '../model/errors.js';
import { DIRECT, OTHER, UNKNOWN_PHASE, type PhasedCall } from '../model/phase.js';
import { knownAmount, type Cost } from '../model/price.js';
import { totalKnown, type Counts } from '../model/tokens.js';
import type { UsagePoint } from '../model/usage-row.js';
import { partOf, partOfBig, sharesOf } from './shares.js';
import { isSelected, type UsageFilter, type UsageFold } from './usage.js';
import { Adder, byName, type UsageSum } from './usage-sum.js';

/** In tenths of a percent: of all parts together 1000, or null where there is nothing to have a share of. */
export interface PhaseShares {
  readonly calls_share: number | null;
  /** Of what is known. */
  readonly tokens_share: number | null;
  readonly cost_share: number | null;
}

/** What a phase, or a tool, spent. Its `records` are the requests that it has a part of. */
export interface PhasePart extends UsageSum, PhaseShares {
  readonly calls: number;
}

export interface PhaseSum extends PhasePart {
  readonly phase: string;
}

export interface ToolSum extends PhasePart {
  /** Null for requests without a call, or whose calls are not known. */
  readonly tool: string | null;
  readonly phases: readonly string[];
}

export interface PhasesReport {
  readonly phases: readonly PhaseSum[];
  readonly tools: readonly ToolSum[];
  readonly total: UsageSum & { readonly calls: number };
}

/** The order in which phases are told; those of a user's own come before `other`. */
const ORDER = ['preparation', 'planning', 'exploration', 'reading', 'research', 'execution', 'testing', 'git', 'delegation'];
const LAST = [OTHER, DIRECT, UNKNOWN_PHASE];

function rankOf(phase: string): number {
  const last = LAST.indexOf(phase);
  if (last >= 0) return ORDER.length + 1 + last;
  const known = ORDER.indexOf(phase);
  return known >= 0 ? known : ORDER.length;
}

const COUNTS = [
  'input',
  'cache_read',
  'cache_write_5m',
  'cache_write_1h',
  'output',
  'reasoning',
] as const satisfies readonly (keyof Counts)[];

type Part = Pick<UsagePoint, 'counts' | 'reported' | 'estimated'>;

const mapped = (counts: Counts, value: (count: number, name: keyof Counts) => number): Counts =>
  Object.fromEntries(COUNTS.map((name) => [name, counts[name] === null ? null : value(counts[name], name)])) as unknown as Counts;

/** Part `i` of `n` of what a request spent; what is not known of it is not known of any part. */
const partOfPoint = ({ counts, reported, estimated }: Part, i: number, n: number): Part => ({
  counts: mapped(counts, (count) => partOf(count, i, n)),
  reported: reported === null ? null : partOfBig(reported, i, n),
  estimated: estimated === null ? null : partOfBig(estimated, i, n),
});

const plus = (a: bigint | null, b: bigint | null): bigint | null => (a === null || b === null ? null : a + b);

const together = (a: Part, b: Part): Part => ({
  counts: mapped(a.counts, (count, name) => count + b.counts[name]!),
  reported: plus(a.reported, b.reported),
  estimated: plus(a.estimated, b.estimated),
});

const samePart = (a: Part, b: Part): boolean =>
  a.reported === b.reported && a.estimated === b.estimated && COUNTS.every((name) => a.counts[name] === b.counts[name]);

/** The parts of a request by a name of its calls, in the order of their first. They add up to the request. */
export function splitOver(point: Part, names: readonly string[]): ReadonlyMap<string, Part> {
  const parts = new Map<string, Part>();
  if (new Set(names).size === 1) return parts.set(names[0]!, point);
  names.forEach((name, i) => {
    const part = partOfPoint(point, i, names.length);
    const known = parts.get(name);
    parts.set(name, known === undefined ? part : together(known, part));
  });
  assertThat(samePart([...parts.values()].reduce(together), point), 'the parts of a request add up to it');
  return parts;
}

/** Sums by name, and how many calls each has. */
class Parts {
  readonly #sums = new Map<string, { readonly adder: Adder; calls: number }>();

  add(point: UsagePoint, names: readonly string[], calls: number): void {
    for (const [name, part] of splitOver(point, names)) this.#of(name).adder.add({ ...point, ...part });
    if (calls > 0) for (const name of names) this.#of(name).calls++;
  }

  #of(name: string): { readonly adder: Adder; calls: number } {
    let sum = this.#sums.get(name);
    if (sum === undefined) this.#sums.set(name, (sum = { adder: new Adder(), calls: 0 }));
    return sum;
  }

  /** With their shares; they must add up to `total`. */
  within(
    total: UsageSum & { readonly calls: number },
    sort: (a: string, b: string) => number,
  ): (readonly [name: string, part: PhasePart])[] {
    const named = [...this.#sums]
      .sort(([a], [b]) => sort(a, b))
      .map(([name, { adder, calls }]) => [name, { ...adder.sum, calls }] as const);
    const sums = named.map(([, sum]) => sum);
    assertThat(addUp(sums, total), 'phases add up to the whole');
    const shares = (weight: (sum: UsageSum & { readonly calls: number }) => bigint): readonly number[] | null =>
      sharesOf(sums.map(weight), 1000);
    const [calls, tokens, cost] = [
      shares((sum) => BigInt(sum.calls)),
      shares((sum) => BigInt(totalKnown(sum.known_counts))),
      shares((sum) => knownAmount(sum.cost)),
    ];
    return named.map(([name, sum], i) => [
      name,
      { ...sum, calls_share: calls?.[i] ?? null, tokens_share: tokens?.[i] ?? null, cost_share: cost?.[i] ?? null },
    ]);
  }
}

const MONEY = ['reported', 'estimated', 'reported_estimate'] as const satisfies readonly (keyof Cost)[];

/** Whether sums are all of a whole; of counts beyond 2^53 − 1, which numbers don't hold exactly, that can't be told. */
function addUp(parts: readonly (UsageSum & { readonly calls: number })[], total: UsageSum & { readonly calls: number }): boolean {
  const isSum = (of: (sum: UsageSum & { readonly calls: number }) => number): boolean =>
    !Number.isSafeInteger(of(total)) || parts.reduce((sum, part) => sum + of(part), 0) === of(total);
  return (
    isSum(({ calls }) => calls) &&
    COUNTS.every((name) => isSum(({ known_counts }) => known_counts[name])) &&
    MONEY.every((name) => parts.reduce((sum, { cost }) => sum + BigInt(cost[name]), 0n) === BigInt(total.cost[name]))
  );
}

/** What the report asks of a record's calls: null where they are not known. */
export type CallsOf = (point: UsagePoint, key: string) => readonly PhasedCall[] | null;

/** Names of rows without a tool, which no tool has: a name is never empty. */
const NO_TOOL = { [DIRECT]: '\u0000direct', [UNKNOWN_PHASE]: '\u0000unknown' } as const;

/**
 * By phase, and by tool.
 *
 * @param session the session at the top whose records are meant; null: all.
 */
export function usageByPhase(filter: UsageFilter, session: string | null, callsOf: CallsOf): UsageFold<PhasesReport> {
  const [phases, tools] = [new Parts(), new Parts()];
  const phasesOf = new Map<string, Set<string>>();
  const total = new Adder();
  let calls = 0;
  const add = (point: UsagePoint, key: string): void => {
    if (!isSelected(point, filter) || (session !== null && point.session !== session)) return;
    const called = callsOf(point, key);
    total.add(point);
    if (called === null || called.length === 0) {
      const phase = called === null ? UNKNOWN_PHASE : DIRECT;
      phases.add(point, [phase], 0);
      tools.add(point, [NO_TOOL[phase]], 0);
      phasesOf.set(NO_TOOL[phase], new Set([phase]));
      return;
    }
    calls += called.length;
    phases.add(point, called.map(({ phase }) => phase), called.length); // prettier-ignore
    tools.add(point, called.map(({ tool }) => tool), called.length); // prettier-ignore
    for (const { tool, phase } of called) phasesOf.set(tool, (phasesOf.get(tool) ?? new Set()).add(phase));
  };
  const result = (): PhasesReport => {
    const all = { ...total.sum, calls };
    const byRank = (a: string, b: string): number => rankOf(a) - rankOf(b) || byName([a, null], [b, null]);
    const isNone = (name: string): boolean => name.startsWith('\u0000');
    const byTool = (a: string, b: string): number => Number(isNone(a)) - Number(isNone(b)) || byName([a, null], [b, null]);
    return {
      phases: phases.within(all, byRank).map(([phase, sum]) => ({ phase, ...sum })),
      tools: tools.within(all, byTool).map(([tool, sum]) => ({
        tool: isNone(tool) ? null : tool,
        phases: [...phasesOf.get(tool)!].sort(byRank),
        ...sum,
      })),
      total: all,
    };
  };
  return { add, result };
}
