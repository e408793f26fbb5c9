import { DataType, TimeUnit } from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { arrowField, arrowSchema, arrowType } from '../../src/schema/arrow.js';
import { analysisLogs } from '../../src/schema/index.js';

describe('a column in Arrow', () => {
  it.each([
    ['utf8', 'Utf8'],
    ['json', 'Utf8'],
    ['int64', 'Int64'],
    ['float64', 'Float64'],
    ['list<utf8>', 'List<Utf8>'],
  ] as const)('of type %s is %s', (type, text) => {
    expect((arrowType(type) as { toString(): string }).toString()).toBe(text);
  });

  it('of type timestamp is in microseconds and in UTC', () => {
    const type = arrowType('timestamp');
    expect(DataType.isTimestamp(type) ? [type.unit, type.timezone] : null).toEqual([TimeUnit.MICROSECOND, 'UTC']);
  });

  it('may be null exactly if it says so', () => {
    expect([arrowField('a', 'utf8', true).nullable, arrowField('b', 'utf8', false).nullable]).toEqual([true, false]);
  });

  it('stands in the schema in the order of the table', () => {
    const columns = analysisLogs.columns.map(({ name, type, nullable }) => [name, type, nullable] as const);
    expect(arrowSchema(columns).fields.map(({ name }) => name)).toEqual(columns.map(([name]) => name));
  });
});
