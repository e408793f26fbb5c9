// An analysis in an export for people: what it was, what it spent, its stages, and where the numbers come from.
import { bullets, fields, heading, outside, paragraph, table, type Block, type Column, type Inline } from '../../../exchange/markdown.js';
import type { Analysis } from '../../../model/analysis.js';
import type { SessionPart } from '../../../model/cut.js';
import { total, tokensIn } from '../../../model/tokens.js';
import { costOf, spentText, stageLines, type StageLine } from '../analysis.js';
import { costText } from '../cost.js';
import { grouped, tokens, totalText } from '../numbers.js';
import { cacheWrite, durationText, listed, named, privateText, timeText, type Telling } from './about.js';

/** What an analysis is about: its source, task or kind. */
export const aboutOf = ({ source_id, task, kind }: Analysis): Inline => named(source_id ?? task ?? kind);

/** One line for each of some analyses. */
export const summaryTable = (analyses: readonly Analysis[], telling: Telling): Block =>
  table<Analysis>(
    [
      { header: 'Analysis', cell: ({ id }) => outside(id) },
      { header: 'About', cell: aboutOf },
      { header: 'Status', cell: ({ status }) => outside(status) },
      { header: 'Model', cell: ({ model, usage }) => listed(model === null ? Object.keys(usage?.by_model ?? {}) : [model]) },
      { header: 'Began', cell: ({ started_at }) => timeText(started_at, telling) },
      { header: 'Took', align: 'right', cell: durationText },
      { header: 'Tokens', align: 'right', cell: spentText },
      { header: 'Cost', align: 'right', cell: costOf },
    ],
    analyses,
  );

const CLASSES: readonly Column<Analysis>[] = [
  { header: 'Input', align: 'right', cell: ({ counts }) => tokens(counts.input) },
  { header: 'Cache read', align: 'right', cell: ({ counts }) => tokens(counts.cache_read) },
  { header: 'Cache write', align: 'right', cell: ({ counts }) => tokens(cacheWrite(counts)) },
  { header: 'Output', align: 'right', cell: ({ counts, capture_status }) => tokens(counts.output, capture_status === 'partial') },
  { header: 'Total', align: 'right', cell: spentText },
  { header: 'Cost', align: 'right', cell: costOf },
  { header: 'Cost is', cell: ({ cost_provenance }) => named(cost_provenance) },
];

/** Tokens by class and cost of one analysis. */
export const spentTable = (analysis: Analysis): Block => table(CLASSES, [analysis]);

const stageTable = (lines: readonly StageLine[], telling: Telling): Block =>
  table<StageLine>(
    [
      { header: 'Stage', cell: ({ name }) => outside(name) },
      { header: 'Status', cell: ({ status }) => outside(status) },
      { header: 'Tokens', align: 'right', cell: ({ usage, knownTotal }) => tokens(usage === null ? knownTotal : total(usage.counts)) },
      { header: 'In', align: 'right', cell: ({ usage }) => (usage === null ? 'N/A' : tokens(tokensIn(usage.counts))) },
      { header: 'Out', align: 'right', cell: ({ usage }) => (usage === null ? 'N/A' : tokens(usage.counts.output)) },
      { header: 'Cost', align: 'right', cell: ({ cost }) => (cost === null ? 'N/A' : costText(cost)) },
      { header: 'Models', cell: ({ usage }) => listed(Object.keys(usage?.by_model ?? {})) },
      { header: 'Closed', cell: ({ at }) => timeText(at, telling) },
    ],
    lines,
  );

/** The stages, and what came after the last one; nothing where there are none. */
export function stageBlocks(analysis: Analysis, telling: Telling): Block[] {
  const lines = stageLines(analysis);
  const notes = analysis.stages.flatMap(({ stage, notes: text }): Inline[][] => {
    const told = privateText(text, telling);
    return told === null ? [] : [[outside(stage), ': ', told]];
  });
  return lines.length === 0 ? [] : [stageTable(lines, telling), ...(notes.length === 0 ? [] : [bullets(notes)])];
}

function sessionText({ agent, session_id, found_by, baseline, baseline_reason, final, match }: SessionPart): Inline[] {
  const range = `${totalText(baseline.usage.counts)} → ${final === null ? 'N/A' : totalText(final.usage.counts)}`;
  const how = [
    `found by ${found_by}`,
    ...(match === undefined ? [] : [`${match.rule}, confidence ${match.confidence}`]),
    ...(baseline_reason === null ? [] : [baseline_reason]),
  ];
  return [outside(`${agent} `), outside(session_id), `: ${range} tokens, `, outside(how.join(', '))];
}

/** What an analysis was, and how its numbers came to be. */
export function analysisFields(a: Analysis, telling: Telling): Block {
  const capture = [
    a.capture_status,
    ...(a.capture_reason === null ? [] : [a.capture_reason]),
    ...(a.usage_mode === null ? [] : [a.usage_mode]),
  ];
  return fields([
    ['About', aboutOf(a)],
    ['Task', a.task === null || a.source_id === null ? null : outside(a.task)],
    ['Status', outside(a.status)],
    ['Tool', outside(a.tool)],
    ['Model', a.model === null ? null : outside(a.model)],
    ['Command', privateText(a.command, telling)],
    ['Pass', a.pass === null ? null : grouped(a.pass)],
    ['Began', timeText(a.started_at, telling)],
    ['Ended', timeText(a.completed_at, telling)],
    ['Took', durationText(a)],
    ['Project', a.project === null ? null : privateText(a.project, telling)],
    ['Document', a.analysis_file === null ? null : privateText(a.analysis_file, telling)],
    ['Labels', a.tags === null || a.tags.length === 0 ? null : listed(a.tags)],
    ['Tokens', `${tokens(a.tokens_baseline)} at the start, ${tokens(a.tokens_final)} at the end: ${tokens(a.tokens_check)} spent`],
    ['Measured', outside(capture.join(', '))],
    ['Notes', privateText(a.notes, telling)],
    ['Reason', privateText(a.reason, telling)],
    ['Forgotten', a.forgotten_at === null ? null : timeText(a.forgotten_at, telling)],
    ['Revision', outside(`${a.revision}, recorded ${telling.time(a.recorded_at)} by ${a.recorded_by}`)],
    ['Hash', a.row_sha256 === null ? null : { type: 'inlineCode', value: a.row_sha256 }],
  ]);
}

/** An analysis as a section of its own. */
export function analysisBlocks(a: Analysis, telling: Telling): Block[] {
  return [
    heading(2, outside(a.id)),
    analysisFields(a, telling),
    spentTable(a),
    ...stageBlocks(a, telling),
    ...(a.sessions.length === 0 ? [] : [paragraph('Sessions:'), bullets(a.sessions.map(sessionText))]),
  ];
}
