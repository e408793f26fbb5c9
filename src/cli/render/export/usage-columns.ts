// Usage records and their sums as tables: headers that never change, raw numbers, unknown as nothing; more columns come at the end.
import { HIDDEN } from '../../../exchange/books-file.js';
import type { CsvColumn, CsvValue } from '../../../exchange/csv.js';
import { dollars } from '../../../model/money.js';
import { amountIn, knownAmount, provenanceOf } from '../../../model/price.js';
import { isUnknown, total } from '../../../model/tokens.js';
import type { UsageRow } from '../../../model/usage-row.js';
import type { UsageSum } from '../../../report/usage-sum.js';
import type { Telling } from './about.js';

const amount = (pico: bigint | null): string | null => (pico === null ? null : dollars(pico));

type Counted = Pick<UsageSum, 'counts'>;

/** Tokens by class. */
export const CLASS_COLUMNS: readonly CsvColumn<Counted>[] = [
  { name: 'input_tokens', value: ({ counts }) => counts.input },
  { name: 'cache_read_tokens', value: ({ counts }) => counts.cache_read },
  { name: 'cache_write_5m_tokens', value: ({ counts }) => counts.cache_write_5m },
  { name: 'cache_write_1h_tokens', value: ({ counts }) => counts.cache_write_1h },
  { name: 'output_tokens', value: ({ counts }) => counts.output },
  { name: 'reasoning_tokens', value: ({ counts }) => counts.reasoning },
];

const COUNT_COLUMNS: readonly CsvColumn<Counted>[] = [...CLASS_COLUMNS, { name: 'total_tokens', value: ({ counts }) => total(counts) }];

/** How a record's cost is known. */
const provenanceOfRow = ({ reported_cost_pico_usd: reported, cost_pico_usd: estimated }: UsageRow): string =>
  reported !== null ? 'reported' : estimated !== null ? 'estimated' : 'unpriced';

/** Each usage record. */
export const requestColumns = ({ time, redact }: Telling): readonly CsvColumn<UsageRow>[] => [
  { name: 'record_key', value: ({ record_key }) => record_key },
  { name: 'revision', value: ({ revision }) => revision },
  { name: 'at', value: ({ at }) => (at === null ? null : time(at)) },
  { name: 'agent', value: ({ agent }) => agent },
  { name: 'session_id', value: ({ session_id, parent_session_id }) => parent_session_id ?? session_id },
  { name: 'subagent_session_id', value: ({ session_id, parent_session_id }) => (parent_session_id === null ? null : session_id) },
  { name: 'model', value: ({ model }) => model },
  { name: 'project', value: ({ project }) => (project !== null && redact ? HIDDEN : project) },
  { name: 'git_branch', value: ({ git_branch }) => git_branch },
  { name: 'is_subagent', value: ({ is_subagent }) => is_subagent },
  { name: 'agent_type', value: ({ agent_type }) => agent_type },
  { name: 'requests', value: ({ calls }) => calls },
  ...COUNT_COLUMNS,
  { name: 'completeness', value: ({ completeness }) => completeness },
  { name: 'source_gone', value: ({ source_gone }) => source_gone },
  { name: 'cost_usd', value: (row) => amount(row.reported_cost_pico_usd ?? row.cost_pico_usd) },
  { name: 'cost_provenance', value: provenanceOfRow },
  { name: 'reported_cost_usd', value: ({ reported_cost_pico_usd }) => amount(reported_cost_pico_usd) },
  { name: 'estimated_cost_usd', value: ({ cost_pico_usd }) => amount(cost_pico_usd) },
  { name: 'terms', value: ({ terms }) => terms },
  { name: 'rate_card', value: ({ rate_card }) => rate_card },
  { name: 'recorded_at', value: ({ recorded_at }) => time(recorded_at) },
];

/** Nothing where no record told anything: what it took is unknown, and not 0. */
const known =
  <T extends UsageSum>(of: (item: T) => CsvValue) =>
  (item: T): CsvValue =>
    item.records === 0 && isUnknown(item.counts) ? null : of(item);

/** Sums of records, below the columns that name what they are of. */
export const sumColumns = <T extends UsageSum>(names: readonly CsvColumn<T>[]): readonly CsvColumn<T>[] => [
  ...names,
  { name: 'requests', value: ({ records }) => records },
  ...COUNT_COLUMNS,
  { name: 'known_tokens', value: known(({ known_counts: k }) => k.input + k.cache_read + k.cache_write_5m + k.cache_write_1h + k.output) },
  { name: 'partial_requests', value: ({ partial_records }) => partial_records },
  { name: 'gone_requests', value: ({ gone_records }) => gone_records },
  { name: 'cost_usd', value: known(({ cost }) => amount(amountIn(cost))) },
  { name: 'known_cost_usd', value: known(({ cost }) => dollars(knownAmount(cost))) },
  { name: 'cost_provenance', value: known(({ cost }) => provenanceOf(cost)) },
  { name: 'unpriced_requests', value: known(({ cost }) => cost.unpriced_records) },
  { name: 'unpriced_tokens', value: known(({ cost }) => cost.unpriced_tokens) },
];
