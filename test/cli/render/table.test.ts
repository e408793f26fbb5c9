import { describe, expect, it } from 'vitest';
import { renderPairs, renderTable, type TableColumn } from '../../../src/cli/render/table.js';

type Row = readonly [name: string, count: string];

const COLUMNS: readonly TableColumn<Row>[] = [
  { header: 'name', cell: ([name]) => name },
  { header: 'n', align: 'right', cell: ([, count]) => count },
];

describe('a table at a terminal', () => {
  it('aligns columns, numbers to the right', () => {
    expect(
      renderTable(
        COLUMNS,
        [
          ['a', '1'],
          ['long', '1,000'],
        ],
        true,
      ),
    ).toBe(['name      n', 'a         1', 'long  1,000'].join('\n'));
  });

  it('leaves no spaces at the end of a line', () => {
    const lines = renderTable(
      [COLUMNS[1]!, COLUMNS[0]!],
      [
        ['a', '1'],
        ['longer', '2'],
      ],
      true,
    ).split('\n');
    expect(lines.filter((line) => line !== line.trimEnd())).toEqual([]);
  });

  it('is aligned by what a terminal shows where letters are wide', () => {
    const lines = renderTable(
      COLUMNS,
      [
        ['数え', '1'],
        ['abcd', '2'],
      ],
      true,
    ).split('\n');
    expect(lines).toEqual(['name  n', '数え  1', 'abcd  2']);
  });

  it('is only its header where there are no rows', () => {
    expect(renderTable(COLUMNS, [], true)).toBe('name  n');
  });
});

describe('a table in a pipe', () => {
  it('separates columns by one tab, so that `cut` works', () => {
    expect(renderTable(COLUMNS, [['a', '1']], false)).toBe('name\tn\na\t1');
  });

  it('has as many columns in a row as in the header, whatever is in a cell', () => {
    const text = renderTable(COLUMNS, [['a\tb\nc', '1']], false);
    expect(text.split('\n').map((line) => line.split('\t').length)).toEqual([2, 2]);
  });
});

describe('a cell', () => {
  it.each([true, false])('is made safe (terminal: %s)', (terminal) => {
    expect(renderTable(COLUMNS, [['\u001b[31m', '1']], terminal)).toContain('\\u{1b}[31m');
  });

  it('with escapes is aligned as it is shown', () => {
    const lines = renderTable(
      COLUMNS,
      [
        ['\u0007', '1'],
        ['b', '2'],
      ],
      true,
    ).split('\n');
    expect(new Set(lines.map((line) => line.length)).size).toBe(1);
  });
});

describe('pairs', () => {
  it('are aligned by the longest name', () => {
    expect(
      renderPairs([
        ['a', '1'],
        ['long', '2'],
      ]),
    ).toBe('a     1\nlong  2');
  });

  it("leave out what has no value, and its name's length", () => {
    expect(
      renderPairs([
        ['a', '1'],
        ['much longer', null],
      ]),
    ).toBe('a  1');
  });

  it('keep an empty text, which is not the same as none', () => {
    expect(renderPairs([['a', '']])).toBe('a  ');
  });

  it('are indented as asked', () => {
    expect(renderPairs([['a', '1']], '  ')).toBe('  a  1');
  });

  it('make values safe', () => {
    expect(renderPairs([['a', 'x\ny']])).toBe('a  x\\u{a}y');
  });

  it('are nothing for nothing', () => {
    expect(renderPairs([])).toBe('');
  });
});
