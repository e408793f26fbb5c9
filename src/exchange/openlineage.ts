// A lineage as OpenLineage run events (spec 2-0-2): a START for each analysis, and one for its end. The id of a run is made from the
// analysis, so that it is the same in every export.
import { createHash } from 'node:crypto';
import type { Analysis, Status } from '../model/analysis.js';
import type { Lineage, LineageNode, StateFields } from '../model/lineage.js';
import { dollars } from '../model/money.js';
import type { Instant } from '../model/time.js';

const NAMESPACE = 'tokentrail';
const PRODUCER = 'urn:tokentrail';
const SPEC = 'https://openlineage.io/spec/2-0-2/OpenLineage.json';

const ENDS: Readonly<Partial<Record<Status, string>>> = { completed: 'COMPLETE', failed: 'FAIL', canceled: 'ABORT' };

/** A UUID (version 8: of our own making) from what names an analysis in any store. */
function runIdOf({ id, created_at }: Analysis): string {
  const hex = createHash('sha256').update(`${id}\u0000${created_at}`).digest('hex');
  const variant = ((parseInt(hex[16]!, 16) & 3) | 8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

const dataset = ({ kind, id }: Pick<LineageNode, 'kind' | 'id'>): object => ({
  namespace: NAMESPACE,
  name: `${kind === 'source' ? 'source' : 'analysis'}/${id}`,
});

/** What it spent; unknown is null. */
const usageFacet = (a: Analysis): object => ({
  _producer: PRODUCER,
  _schemaURL: 'urn:tokentrail:facets:usage:1',
  input_tokens: a.counts.input,
  cache_read_tokens: a.counts.cache_read,
  cache_write_5m_tokens: a.counts.cache_write_5m,
  cache_write_1h_tokens: a.counts.cache_write_1h,
  output_tokens: a.counts.output,
  total_tokens: a.total_tokens,
  cost_usd: a.cost_pico_usd === null ? null : dollars(a.cost_pico_usd),
  cost_provenance: a.cost_provenance,
  capture_status: a.capture_status,
  tool: a.tool,
  models: a.model === null ? Object.keys(a.usage?.by_model ?? {}) : [a.model],
});

/** Of which state of the books it is. */
const booksFacet = (state: StateFields): object => ({ _producer: PRODUCER, _schemaURL: 'urn:tokentrail:facets:books:1', ...state });

interface Event {
  readonly at: Instant;
  readonly event: object;
}

function eventsOf(a: Analysis, inputs: readonly LineageNode[], state: StateFields, time: (instant: Instant) => string): Event[] {
  const event = (eventType: string, at: Instant, facets: object): Event => ({
    at,
    event: {
      eventType,
      eventTime: time(at),
      run: { runId: runIdOf(a), facets: { tokentrail_books: booksFacet(state), ...facets } },
      job: { namespace: NAMESPACE, name: `${a.kind}/${a.source_id ?? a.task ?? a.id}` },
      inputs: inputs.map(dataset),
      outputs: [dataset(a)],
      producer: PRODUCER,
      schemaURL: `${SPEC}#/$defs/RunEvent`,
    },
  });
  const end = ENDS[a.status];
  return [
    event('START', a.started_at ?? a.created_at, {}),
    ...(end === undefined ? [] : [event(end, a.completed_at ?? a.recorded_at, { tokentrail_usage: usageFacet(a) })]),
  ];
}

/** The events in the order of their times. An end of which no time is known is told at the time at which it was recorded. */
export function openLineageOf({ nodes, edges }: Lineage, state: StateFields, time: (instant: Instant) => string): object[] {
  const byKey = new Map(nodes.map((node) => [node.key, node]));
  const inputs = new Map<string, LineageNode[]>(nodes.map(({ key }) => [key, []]));
  for (const { from, to } of edges) inputs.get(from)!.push(byKey.get(to)!);
  const events = nodes.flatMap(({ key, analysis }) => (analysis === null ? [] : eventsOf(analysis, inputs.get(key)!, state, time)));
  return events.sort((a, b) => a.at - b.at).map(({ event }) => event);
}
