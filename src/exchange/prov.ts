// A lineage as W3C PROV-JSON (member submission of 2013): what came of an analysis is an entity, the work an activity that used its
// inputs and sources, and the agent with its model the one that it was associated with. What is unknown is left out.
import type { Analysis } from '../model/analysis.js';
import type { Lineage, LineageNode, StateFields } from '../model/lineage.js';
import { dollars } from '../model/money.js';
import type { Instant } from '../model/time.js';

type Attributes = Record<string, unknown>;

/** A name that every reader takes for one: what is no letter, digit, dot, dash or underscore is escaped. */
const localName = (text: string): string =>
  encodeURIComponent(text.toWellFormed()).replaceAll(/[!'()*~]/g, (found) => `%${found.charCodeAt(0).toString(16).toUpperCase()}`);

const named = (kind: string, id: string): string => `tt:${kind}.${localName(id)}`;

const whole = (value: number | null): Attributes | null => (value === null ? null : { $: String(value), type: 'xsd:long' });

const known = (attributes: Attributes): Attributes =>
  Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== null && value !== undefined));

const entityOf = ({ kind, id }: LineageNode): string => named(kind === 'source' ? 'source' : 'analysis', id);

function entity({ kind, id, analysis, source }: LineageNode, redact: boolean): Attributes {
  const type = { $: `tt:${kind}`, type: 'prov:QUALIFIED_NAME' };
  if (kind === 'source') {
    const told = redact ? {} : { 'tt:title': source?.title, 'tt:url': source?.url };
    return known({ 'prov:type': type, 'prov:label': id, 'tt:year': whole(source?.year ?? null), ...told });
  }
  return known({
    'prov:type': type,
    'prov:label': id,
    'tt:source': analysis?.source_id,
    'tt:revision': whole(analysis?.revision ?? null),
    'tt:row_sha256': analysis?.row_sha256,
  });
}

function activity(a: Analysis, time: (instant: Instant) => string, redact: boolean): Attributes {
  return known({
    'prov:startTime': a.started_at === null ? null : time(a.started_at),
    'prov:endTime': a.completed_at === null ? null : time(a.completed_at),
    'prov:label': a.id,
    'tt:status': a.status,
    'tt:command': redact ? null : a.command,
    'tt:input_tokens': whole(a.counts.input),
    'tt:cache_read_tokens': whole(a.counts.cache_read),
    'tt:cache_write_5m_tokens': whole(a.counts.cache_write_5m),
    'tt:cache_write_1h_tokens': whole(a.counts.cache_write_1h),
    'tt:output_tokens': whole(a.counts.output),
    'tt:total_tokens': whole(a.total_tokens),
    'tt:capture_status': a.capture_status,
    'tt:cost_usd': a.cost_pico_usd === null ? null : { $: dollars(a.cost_pico_usd), type: 'xsd:decimal' },
    'tt:cost_provenance': a.cost_provenance,
  });
}

/** The agent with each of its models; the agent alone where no model is known. */
function agentsOf({ tool, model, usage }: Analysis): readonly (readonly [name: string, label: string])[] {
  const models = model === null ? Object.keys(usage?.by_model ?? {}) : [model];
  return models.length === 0 ? [[named('agent', tool), tool]] : models.map((one) => [named('agent', `${tool}.${one}`), `${tool} ${one}`]);
}

/** Relations are numbered: they have no names of their own. */
const numbered = (kind: string, all: readonly Attributes[]): Attributes =>
  Object.fromEntries(all.map((one, i) => [`_:${kind}${i + 1}`, one]));

/** The books themselves, in the state that is told. */
const books = (state: StateFields): Attributes =>
  known({
    'prov:type': { $: 'tt:books', type: 'prov:QUALIFIED_NAME' },
    ...Object.fromEntries(Object.entries(state).map(([name, value]) => [`tt:${name}`, typeof value === 'number' ? whole(value) : value])),
  });

export function provOf({ nodes, edges }: Lineage, state: StateFields, time: (instant: Instant) => string, redact: boolean): Attributes {
  const byKey = new Map(nodes.map((node) => [node.key, node]));
  const analyses = nodes.flatMap(({ analysis }) => (analysis === null ? [] : [analysis]));
  const run = ({ id }: { readonly id: string }): string => named('run', id);
  const drawn = edges.map(({ from, to }) => ({ from: byKey.get(from)!, to: byKey.get(to)! }));
  const agents = new Map(analyses.flatMap(agentsOf));
  return {
    prefix: { tt: 'urn:tokentrail:', xsd: 'http://www.w3.org/2001/XMLSchema#' },
    entity: { 'tt:books': books(state), ...Object.fromEntries(nodes.map((node) => [entityOf(node), entity(node, redact)])) },
    activity: Object.fromEntries(analyses.map((analysis) => [run(analysis), activity(analysis, time, redact)])),
    agent: Object.fromEntries(
      [...agents].map(([name, label]) => [
        name,
        { 'prov:type': { $: 'prov:SoftwareAgent', type: 'prov:QUALIFIED_NAME' }, 'prov:label': label },
      ]),
    ),
    wasGeneratedBy: numbered(
      'wasGeneratedBy',
      analyses.map((a) => ({ 'prov:entity': named('analysis', a.id), 'prov:activity': run(a) })),
    ),
    used: numbered(
      'used',
      drawn.map(({ from, to }) => ({ 'prov:activity': run(from), 'prov:entity': entityOf(to) })),
    ),
    wasDerivedFrom: numbered(
      'wasDerivedFrom',
      drawn.map(({ from, to }) => ({ 'prov:generatedEntity': entityOf(from), 'prov:usedEntity': entityOf(to) })),
    ),
    wasAssociatedWith: numbered(
      'wasAssociatedWith',
      analyses.flatMap((a) => agentsOf(a).map(([name]) => ({ 'prov:activity': run(a), 'prov:agent': name }))),
    ),
  };
}
