// All checks of the books, in the order in which `validate` runs them.
import type { BookCheck, BookFinding, Ledger } from './check.js';
import { classSum } from './class-sum.js';
import { cost } from './cost.js';
import { counters } from './counters.js';
import { delta } from './delta.js';
import { duplicates } from './duplicates.js';
import { imported } from './imported.js';
import { inputs } from './inputs.js';
import { overlaps } from './overlaps.js';
import { sources } from './sources.js';
import { stageNames } from './stage-names.js';
import { stageSum } from './stage-sum.js';
import { stale } from './stale.js';
import { times } from './times.js';
import { values } from './values.js';
import { vanished } from './vanished.js';

export const BOOK_CHECKS: readonly BookCheck[] = [
  delta, classSum, stageSum, counters, cost, times, values, sources, inputs, imported, duplicates, overlaps, stale, vanished, stageNames,
]; // prettier-ignore

/** Without the analyses that were forgotten: whoever hid one knows that it is not as it should be. What draws on one still finds it. */
function withoutForgotten(ledger: Ledger): Ledger {
  const forgotten = ledger.analyses.filter(({ forgotten_at }) => forgotten_at !== null);
  const analyses = ledger.analyses.filter(({ forgotten_at }) => forgotten_at === null);
  return { ...ledger, analyses, unchecked: new Set(forgotten.map(({ id }) => id)) };
}

/** What is wrong with the books, and by which check. */
export function validate(ledger: Ledger): (BookFinding & { readonly check: string })[] {
  const checked = withoutForgotten(ledger);
  return BOOK_CHECKS.flatMap(({ name, check }) => check(checked).map((finding) => ({ check: name, ...finding })));
}
