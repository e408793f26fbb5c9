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
import { stageSum } from './stage-sum.js';
import { stale } from './stale.js';
import { times } from './times.js';
import { values } from './values.js';

export const BOOK_CHECKS: readonly BookCheck[] = [
  delta, classSum, stageSum, counters, cost, times, values, sources, inputs, imported, duplicates, overlaps, stale,
]; // prettier-ignore

/** What is wrong with the books, and by which check. */
export const validate = (ledger: Ledger): (BookFinding & { readonly check: string })[] =>
  BOOK_CHECKS.flatMap(({ name, check }) => check(ledger).map((finding) => ({ check: name, ...finding })));
