// What a verification found, and what became of analyses that were settled.
import type { Settled } from '../../lifecycle/settle.js';
import type { Difference, Verification } from '../../lifecycle/verify.js';
import { tokens } from './numbers.js';
import { renderTable, type TableColumn } from './table.js';

export const verificationsJson = (verifications: readonly Verification[]): object => ({
  verified: verifications.filter(({ result }) => result === 'verified').length,
  differing: verifications.filter(({ result }) => result === 'differs').length,
  gone: verifications.filter(({ result }) => result === 'gone').length,
  unmeasured: verifications.filter(({ result }) => result === 'unmeasured').length,
  analyses: verifications,
});

const COLUMNS: readonly TableColumn<Verification>[] = [
  { header: 'id', cell: ({ id }) => id },
  { header: 'result', cell: ({ result }) => result },
  { header: 'from', cell: ({ from }) => from ?? '' },
  { header: 'notes', cell: ({ notes }) => notes.join('; ') },
];

const differenceText = ({ of, model, class: name, stored, recomputed }: Difference): string =>
  `  ${of}${model === null ? '' : `, ${model}`}: ${name} is ${tokens(stored)} in the books and ${tokens(recomputed)} in the evidence`;

export function renderVerifications(verifications: readonly Verification[], terminal: boolean): string {
  if (verifications.length === 0) return 'No analyses.';
  const differing = verifications
    .filter(({ differences }) => differences.length > 0)
    .flatMap(({ id, differences }) => ['', `${id} differs:`, ...differences.map(differenceText)]);
  return [renderTable(COLUMNS, verifications, terminal), ...differing].join('\n');
}

export const settledJson = (settled: readonly Settled[]): object => ({
  settled: settled.filter(({ result }) => result === 'settled').length,
  analyses: settled.map(({ id, result, before, after }) => ({ id, result, tokens_before: before, tokens_after: after })),
});

const REASONS: Readonly<Record<Settled['result'], string>> = {
  settled: 'settled',
  already: 'settled before',
  not_yet: 'not yet: its agent may still write what belongs to it',
  open: 'still started',
  unmeasured: 'nothing measured',
  gone: 'its log is not the one any more that it was counted from',
};

const SETTLED_COLUMNS: readonly TableColumn<Settled>[] = [
  { header: 'id', cell: ({ id }) => id },
  { header: 'result', cell: ({ result }) => REASONS[result] },
  { header: 'tokens', align: 'right', cell: ({ after }) => tokens(after) },
  { header: 'before', align: 'right', cell: ({ before, after }) => (before === after ? '' : tokens(before)) },
];

/** One line for one analysis; a table, without what needs no word, for all. */
export function renderSettled(settled: readonly Settled[], terminal: boolean): string {
  const told =
    settled.length === 1 ? settled : settled.filter(({ result }) => result === 'settled' || result === 'not_yet' || result === 'gone');
  const done = settled.filter(({ result }) => result === 'settled').length;
  if (told.length === 0) return 'Nothing to settle.';
  return [renderTable(SETTLED_COLUMNS, told, terminal), '', `${done} settled.`].join('\n');
}
