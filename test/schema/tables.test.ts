import { describe, expect, it } from 'vitest';
import { analysisLogs, sources, TABLES } from '../../src/schema/index.js';

/** The columns of Reality Check, whose readers find them by these names. */
const REALITY_CHECK = [
  'id', 'source_id', 'analysis_file', 'pass', 'status', 'tool', 'command', 'model', 'framework_version', 'methodology_version',
  'started_at', 'completed_at', 'duration_seconds', 'tokens_in', 'tokens_out', 'total_tokens', 'cost_usd', 'tokens_baseline',
  'tokens_final', 'tokens_check', 'usage_provider', 'usage_mode', 'usage_session_id', 'inputs_source_ids', 'inputs_analysis_ids',
  'stages_json', 'claims_extracted', 'claims_updated', 'notes', 'git_commit', 'created_at',
]; // prettier-ignore

const everyColumn = TABLES.flatMap((table) => table.columns.map((column) => [`${table.name}.${column.name}`, column] as const));

describe('the tables', () => {
  it.each(everyColumn)('say what %s holds, in a sentence', (_, column) => {
    expect(column.about).toMatch(/^.{5,}[.…]$/);
  });

  it.each(TABLES.map((table) => [table.name, table] as const))('name each column of %s once', (_, table) => {
    const names = table.columns.map(({ name }) => name);
    expect(names).toEqual([...new Set(names)]);
  });

  it.each(TABLES.filter(({ key }) => key !== null).map((table) => [table.name, table] as const))(
    'have a key in %s that is never null',
    (_, table) => {
      expect(table.columns.find(({ name }) => name === table.key)).toMatchObject({ nullable: false });
    },
  );

  it.each(everyColumn)('call %s by a name that needs no quotes', (_, column) => {
    expect(column.name).toMatch(/^[a-z][a-z0-9_]*$/);
  });

  it('begin analysis_logs with the 31 columns of Reality Check', () => {
    expect(analysisLogs.columns.slice(0, 31).map(({ name }) => name)).toEqual(REALITY_CHECK);
  });

  it.each([analysisLogs, sources].map((table) => [table.name, table] as const))('seal and chain the rows of %s', (_, table) => {
    const names = table.columns.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['revision', 'recorded_at', 'recorded_by', 'prev_sha256', 'row_sha256']));
  });

  it('keep counts and money in 64 bits', () => {
    const counts = analysisLogs.columns.filter(({ name }) => /tokens|^pass$|pico|revision|duration/.test(name));
    expect(counts.filter(({ type }) => type !== 'int64')).toEqual([]);
  });
});
