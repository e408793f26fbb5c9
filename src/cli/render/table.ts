// Tables and pairs of name and value, aligned by what a terminal shows. Cells are made safe here, so a cell is one line.
import stringWidth from 'string-width';
import { safe } from '../../model/safe.js';

export type Align = 'left' | 'right';

export interface TableColumn<Row> {
  readonly header: string;
  readonly align?: Align;
  readonly cell: (row: Row) => string;
}

const GAP = '  ';

function pad(text: string, width: number, align: Align): string {
  const space = ' '.repeat(Math.max(0, width - stringWidth(text)));
  return align === 'right' ? space + text : text + space;
}

/** Header, then a line for each row. In a pipe the columns are separated by tabs, so that `cut` works. */
export function renderTable<Row>(columns: readonly TableColumn<Row>[], rows: readonly Row[], terminal: boolean): string {
  const cells = [columns.map(({ header }) => header), ...rows.map((row) => columns.map(({ cell }) => safe(cell(row))))];
  if (!terminal) return cells.map((line) => line.join('\t')).join('\n');
  const widths = columns.map((_, c) => Math.max(...cells.map((line) => stringWidth(line[c]!))));
  return cells
    .map((line) =>
      line
        .map((text, c) => pad(text, widths[c]!, columns[c]!.align ?? 'left'))
        .join(GAP)
        .trimEnd(),
    )
    .join('\n');
}

/** `name  value` lines; a pair without a value is left out. */
export function renderPairs(pairs: readonly (readonly [name: string, value: string | null])[], indent = ''): string {
  const shown = pairs.filter((pair): pair is readonly [string, string] => pair[1] !== null);
  const width = Math.max(0, ...shown.map(([name]) => stringWidth(name)));
  return shown.map(([name, value]) => `${indent}${pad(name, width, 'left')}${GAP}${safe(value)}`).join('\n');
}
