// Analysis ids: ANALYSIS-YYYY-NNN, with at least three digits, going on past 999 and sorting as numbers (semantics 23).

const ANALYSIS_ID = /^ANALYSIS-(\d{4})-(\d{3,9})$/;

/** Rows of idempotency keys live in the table of analyses, under ids that no analysis has (semantics 36). */
export const KEY_PREFIX = 'key:';

export interface AnalysisNumber {
  readonly year: number;
  readonly number: number;
}

export const formatAnalysisId = ({ year, number }: AnalysisNumber): string => `ANALYSIS-${year}-${String(number).padStart(3, '0')}`;

export function parseAnalysisId(id: string): AnalysisNumber | null {
  const m = ANALYSIS_ID.exec(id);
  return m === null ? null : { year: Number(m[1]), number: Number(m[2]) };
}

/** Orders ids by year and number; other ids (imported ones) come first, by code unit. */
export function compareAnalysisIds(a: string, b: string): number {
  const x = parseAnalysisId(a);
  const y = parseAnalysisId(b);
  if (x === null || y === null) return x === y ? (a < b ? -1 : a > b ? 1 : 0) : x === null ? -1 : 1;
  return x.year - y.year || x.number - y.number || (a < b ? -1 : a > b ? 1 : 0);
}
