// What a check says.

export const LEVELS = ['ok', 'note', 'warning', 'error'] as const;
export type Level = (typeof LEVELS)[number];

export interface Finding {
  readonly level: Level;
  /** Name of the check. */
  readonly check: string;
  readonly message: string;
  /** What to do; null where there is nothing to do. */
  readonly fix: string | null;
  readonly details: Readonly<Record<string, unknown>>;
}

export const count = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`;
