// What pricing anew changed, for people and for programs.
import type { Cost } from '../../model/price.js';
import type { Repriced } from '../reprice.js';
import { costJson, costOrNullJson, costText } from './cost.js';
import { grouped, plural } from './numbers.js';
import { renderTable } from './table.js';

export const repriceJson = ({ book, models, analyses }: Repriced, dryRun: boolean): object => ({
  book,
  dry_run: dryRun,
  models: models.map(({ agent, model, records, before, after }) => ({
    agent,
    model,
    records,
    before: costJson(before),
    after: costJson(after),
  })),
  analyses: analyses.changes.map(({ id, before, after }) => ({
    id,
    before: costOrNullJson(before?.whole ?? null),
    after: costJson(after.whole),
  })),
  unknown: analyses.unknown,
});

interface Line {
  readonly name: string;
  readonly records: string;
  readonly before: Cost | null;
  readonly after: Cost;
}

export function renderReprice({ book, models, analyses }: Repriced, dryRun: boolean, terminal: boolean): string {
  const kept =
    analyses.unknown.length === 0
      ? ''
      : `\n${analyses.unknown.join(', ')}: as before, since the records that were counted are not all known any more.`;
  const { changes } = analyses;
  if (models.length + changes.length === 0) return `Every record has the price that ${book} gives it.${kept}`;
  const lines: Line[] = [
    ...models.map(({ agent, model, records, before, after }) => ({ name: `${agent} ${model}`, records: grouped(records), before, after })),
    ...changes.map(({ id, before, after }) => ({ name: id, records: '', before: before?.whole ?? null, after: after.whole })),
  ];
  const table = renderTable(
    [
      { header: 'what', cell: ({ name }) => name },
      { header: 'requests', align: 'right', cell: ({ records }) => records },
      { header: 'before', align: 'right', cell: ({ before }) => (before === null ? 'N/A' : costText(before)) },
      { header: 'after', align: 'right', cell: ({ after }) => costText(after) },
    ],
    lines,
    terminal,
  );
  const requests = models.reduce((sum, { records }) => sum + records, 0);
  const what = `${plural(requests, 'request')} and ${changes.length === 1 ? '1 analysis' : `${grouped(changes.length)} analyses`}`;
  return `${table}\n${dryRun ? `${what} would be priced anew by ${book}; nothing was written.` : `${what} are priced anew by ${book}; what they cost before is in their earlier revisions.`}${kept}`;
}
