// What hooks told, for people and for programs.
import { safe } from '../../model/safe.js';
import { formatInstant, formatLocal, formatOrNull } from '../../model/time.js';
import type { HookCount } from '../../report/hooks.js';
import { DEAD_DAYS } from '../../report/hooks.js';
import type { Segment } from '../../report/segments.js';
import type { HooksExamined } from '../hooks/doctor.js';
import type { HooksReport } from '../hooks/report.js';
import { renderFindings } from './doctor.js';
import { grouped, plural, totalText } from './numbers.js';
import { renderTable, type TableColumn } from './table.js';
import { countsJson } from './usage-json.js';

/** Snapshots of this store that came of an event; null where there is no store. */
const storedOf = ({ stored }: HooksReport, { agent, event }: HookCount): number | null =>
  stored === null ? null : stored.filter((row) => row.agent === agent && row.told_by === event).length;

const countColumns = (report: HooksReport): readonly TableColumn<HookCount>[] => [
  { header: 'agent', cell: ({ agent }) => agent },
  { header: 'event', cell: ({ event }) => (event === '' ? '(none)' : event) },
  { header: 'fired', align: 'right', cell: ({ fired }) => grouped(fired) },
  { header: 'parsed', align: 'right', cell: ({ parsed }) => grouped(parsed) },
  { header: 'unrecognised', align: 'right', cell: ({ unrecognised }) => grouped(unrecognised) },
  { header: 'stored', align: 'right', cell: (count) => String(storedOf(report, count) ?? 'N/A') },
  { header: 'last fired', cell: ({ last_at }) => formatLocal(last_at) },
];

export function renderHooksExamined({ report, findings }: HooksExamined, terminal: boolean): string {
  const { counts } = report.counts;
  const table = counts.length === 0 ? 'No hook has fired so far.' : renderTable(countColumns(report), counts, terminal);
  return `${table}\n\n${renderFindings(findings)}`;
}

export const hooksExaminedJson = ({ report, replayed, findings }: HooksExamined): object => ({
  hooks: report.files,
  events: report.counts.counts.map((count) => ({
    agent: count.agent,
    event: count.event,
    fired: count.fired,
    parsed: count.parsed,
    unrecognised: count.unrecognised,
    stored: storedOf(report, count),
    last_fired_at: formatInstant(count.last_at),
  })),
  unrecognised: report.counts.unrecognised.map(({ last_at, ...one }) => ({ ...one, last_at: formatInstant(last_at) })),
  replayed,
  findings,
});

const SIGNS = { alive: '✓', new: '·', dead: '✗' } as const;

/** Which hooks are worth being there. */
export function renderWorth({ worth, files }: HooksReport, shorten: (path: string) => string): string {
  const broken = files.flatMap(({ file, problem }) => (problem === null ? [] : [`✗ ${safe(shorten(file))}: ${safe(problem)}`]));
  if (worth.length === 0) return [...broken, 'No hooks stand in the settings of agents.'].join('\n');
  const lines = worth.map(({ agent, event, lately, state }) => {
    const word = state === 'dead' ? 'dead: ' : state === 'new' ? 'new: ' : '';
    return `${SIGNS[state]} ${agent} ${event}: ${word}${plural(lately, 'firing')} in ${DEAD_DAYS} days`;
  });
  return [...broken, ...lines].join('\n');
}

export const worthJson = ({ worth }: HooksReport): object => ({
  days: DEAD_DAYS,
  hooks: worth.map(({ agent, event, lately, state, installed_at }) => ({
    agent,
    event,
    firings: lately,
    state,
    installed_at: formatOrNull(installed_at),
  })),
});

/** What our hooks put into the context of models. */
export function overheadJson({ report, replayed }: HooksExamined): {
  readonly hooks: number;
  readonly calls: number;
  readonly replayed: number;
  readonly printed_bytes: number;
  readonly context_tokens: number | null;
} {
  const printed_bytes = replayed.reduce((sum, { process: ran }) => sum + (ran?.printed ?? 0), 0);
  return {
    hooks: report.worth.length,
    calls: report.counts.counts.reduce((sum, { fired }) => sum + fired, 0),
    replayed: replayed.filter(({ process: ran }) => ran !== null).length,
    printed_bytes,
    // What is not printed is in no context; of what is, only the model's own tokeniser knows how many tokens it has.
    context_tokens: printed_bytes === 0 ? 0 : null,
  };
}

export function renderOverhead(examined: HooksExamined): string {
  const { hooks, calls, replayed, printed_bytes, context_tokens } = overheadJson(examined);
  const tokens = context_tokens === null ? 'unknown, and not 0' : String(context_tokens);
  return [
    `Tokens that the hooks added to contexts: ${tokens}`,
    `  ${plural(hooks, 'hook')} installed, ${plural(calls, 'call')} so far`,
    `  ${plural(replayed, 'payload')} replayed, ${plural(printed_bytes, 'byte')} printed`,
  ].join('\n');
}

const NOT_ENDED = 'goes on';

const segmentColumns = (shorten: (path: string) => string): readonly TableColumn<Segment>[] => [
  { header: 'session', cell: ({ session_id }) => session_id },
  { header: 'agent', cell: ({ agent }) => agent },
  { header: 'project', cell: ({ project }) => (project === null ? 'N/A' : shorten(project)) },
  { header: 'began', cell: ({ started_at, source }) => `${formatLocal(started_at)}${source === null ? '' : ` (${source})`}` },
  {
    header: 'ended',
    cell: ({ ended_at, ended_by, end_reason }) =>
      ended_at === null ? NOT_ENDED : `${formatLocal(ended_at)} (${end_reason ?? ended_by ?? 'unknown'})`,
  },
  { header: 'before', align: 'right', cell: ({ before, is_lower_bound }) => (before === null ? 'N/A' : totalText(before, is_lower_bound)) },
  { header: 'tokens', align: 'right', cell: ({ spent, is_lower_bound }) => (spent === null ? 'N/A' : totalText(spent, is_lower_bound)) },
  { header: 'why unknown', cell: ({ unknown_because }) => unknown_because ?? '' },
];

/** @param any whether hooks saw a session at all */
export const renderSegments = (segments: readonly Segment[], any: boolean, shorten: (path: string) => string, terminal: boolean): string =>
  segments.length === 0
    ? any
      ? 'No session was seen by a hook in this time.'
      : 'No session was seen by a hook in this store; see `tokentrail hooks doctor`.'
    : renderTable(segmentColumns(shorten), segments, terminal);

export const segmentJson = (segment: Segment): object => ({
  agent: segment.agent,
  session_id: segment.session_id,
  project: segment.project,
  started_at: formatInstant(segment.started_at),
  source: segment.source,
  transcript_bytes: segment.transcript_bytes,
  ended_at: formatOrNull(segment.ended_at),
  ended_by: segment.ended_by,
  end_reason: segment.end_reason,
  before: segment.before === null ? null : countsJson(segment.before),
  usage: segment.spent === null ? null : countsJson(segment.spent),
  is_lower_bound: segment.is_lower_bound,
  unknown_because: segment.unknown_because,
});
