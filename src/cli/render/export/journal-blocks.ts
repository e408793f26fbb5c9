// A journal as a page: the stages in order, each with one line of what it took, what was decided, found and tested in it, and the
// outcome.
import { bullets, fields, heading, outside, paragraph, strong, table, type Block, type Inline } from '../../../exchange/markdown.js';
import { HIDDEN } from '../../../exchange/books-file.js';
import type { Usage } from '../../../model/cut.js';
import type { JournalEntry } from '../../../model/journal.js';
import { provenanceOf, type Cost } from '../../../model/price.js';
import { formatDuration, secondsBetween } from '../../../model/time.js';
import { stageTotals, type AttemptStory, type Resumption, type StageTotal, type Story } from '../../../report/journal.js';
import { costOf, spentText } from '../analysis.js';
import { costText } from '../cost.js';
import { grouped, plural, tokens } from '../numbers.js';
import { aboutOf } from './analysis-blocks.js';
import { cacheWrite, durationText, listed, privateText, timeText, type Telling } from './about.js';

const duration = (seconds: number | null): string => (seconds === null ? 'N/A' : formatDuration(seconds));

const priced = (cost: Cost | null): string => {
  if (cost === null) return 'N/A';
  const provenance = provenanceOf(cost);
  return provenance === 'unpriced' ? costText(cost) : `${costText(cost)} (${provenance})`;
};

/** `in 10 / out 5 / cache read 0 / cache write 0 · ~$0.1 (estimated) · wall 3 s · API N/A · turns N/A · model`. */
function usageLine(usage: Usage | null, knownTotal: number | null, cost: Cost | null, times: readonly string[]): Inline[] {
  const counts = usage?.counts ?? null;
  const count = (of: number | null | undefined): string => tokens(of ?? null);
  const classes = `in ${count(counts?.input)} / out ${count(counts?.output)} / cache read ${count(counts?.cache_read)} / cache write ${tokens(counts === null ? null : cacheWrite(counts))}`;
  const all = counts === null && knownTotal !== null ? `${grouped(knownTotal)} tokens · ` : '';
  const models = Object.keys(usage?.by_model ?? {});
  return [
    strong('Usage:'),
    ` ${all}${[classes, priced(cost), ...times].join(' · ')} · `,
    ...(models.length === 0 ? ['N/A'] : listed(models)),
  ];
}

function checkpointText({ decision, decided_by, requested_at, at, feedback }: JournalEntry, telling: Telling): Inline[] {
  const waited = secondsBetween(requested_at, at);
  const by = decided_by === null ? null : telling.redact ? HIDDEN : outside(decided_by);
  const said = privateText(feedback, telling);
  return [
    'Checkpoint: ',
    strong(outside(decision ?? 'N/A')),
    ...(by === null ? [] : [' by ', by]),
    ...(at === null ? [] : [`, ${telling.time(at)}`]),
    ...(waited === null ? [] : [`, waited for ${formatDuration(Math.max(0, waited))}`]),
    ...(said === null ? [] : [': ', said]),
  ];
}

function findingText({ severity, category, file, line, message }: JournalEntry, telling: Telling): Inline[] {
  const place = file === null ? null : telling.redact ? HIDDEN : outside(line === null ? file : `${file}:${line}`);
  return [
    'Finding: ',
    strong(outside(severity ?? 'N/A')),
    ...(category === null ? [] : [', ', outside(category)]),
    ...(place === null ? [] : [', ', place]),
    ': ',
    privateText(message, telling) ?? 'N/A',
  ];
}

/** `41 passed, 2 failed, 0 errors`. */
const resultText = ({ passed, failed, errors }: JournalEntry): string =>
  `${tokens(passed)} passed, ${tokens(failed)} failed, ${tokens(errors)} errors`;

function entryText(entry: JournalEntry, telling: Telling): Inline[] {
  switch (entry.entry) {
    case 'checkpoint':
      return checkpointText(entry, telling);
    case 'finding':
      return findingText(entry, telling);
    case 'result':
      return ['Tests: ', resultText(entry)];
    default:
      return ['Note: ', privateText(entry.message, telling) ?? 'N/A'];
  }
}

const entryList = (entries: readonly JournalEntry[], telling: Telling): Block[] =>
  entries.length === 0 ? [] : [bullets(entries.map((entry) => entryText(entry, telling)))];

const resumedBlock = ({ at, session_id, after }: Resumption, telling: Telling): Block =>
  paragraph(
    'Resumed from step: ',
    after === null ? 'the start' : outside(after),
    `, ${telling.time(at)}, in session `,
    outside(session_id),
  );

function blocksOf(attempt: AttemptStory, depth: 2 | 3, telling: Telling): Block[] {
  const {
    stage,
    attempt: number,
    status,
    usage,
    unmeasured,
    known_total,
    cost,
    wall_seconds,
    api_ms,
    turns,
    notes,
    entries,
    isRework,
  } = attempt;
  const times = [
    `wall ${duration(wall_seconds)}`,
    `API ${api_ms === null ? 'N/A' : formatDuration(api_ms / 1000)}`,
    `turns ${tokens(turns)}`,
  ];
  const marks = [number > 1 ? `attempt ${number}` : '', status === 'done' ? '' : status, isRework ? 'rework' : ''].filter(
    (mark) => mark !== '',
  );
  const note = privateText(notes, telling);
  return [
    heading(depth, outside(stage), ...(marks.length === 0 ? [] : [` (${marks.join(', ')})`])),
    ...(attempt.at === null ? [] : [paragraph(`Closed ${telling.time(attempt.at)}.`)]),
    ...(note === null ? [] : [paragraph(note)]),
    ...entryList(entries, telling),
    paragraph(...usageLine(usage, known_total, cost, times), ...(unmeasured === null ? [] : [' · unknown: ', outside(unmeasured)])),
  ];
}

/** What stages took over all their attempts, where some had several. */
function repeated(attempts: readonly AttemptStory[]): Block[] {
  const totals = stageTotals(attempts);
  if (totals.every(({ attempts: count }) => count === 1)) return [];
  return [
    table<StageTotal>(
      [
        { header: 'Stage', cell: ({ stage }) => outside(stage) },
        { header: 'Attempts', align: 'right', cell: ({ attempts: count }) => grouped(count) },
        { header: 'Tokens', align: 'right', cell: ({ tokens: all }) => tokens(all) },
        { header: 'Cost', align: 'right', cell: ({ cost }) => costText(cost) },
      ],
      totals,
    ),
  ];
}

/** The stages in order, with the sessions in which the work went on. */
export function attemptBlocks({ attempts, resumptions, tail }: Story, depth: 2 | 3, telling: Telling): Block[] {
  const left = [...resumptions];
  const resumedBefore = (at: number | null): Block[] => {
    const found = left.filter((one) => at !== null && one.at <= at);
    left.splice(0, found.length);
    return found.map((one) => resumedBlock(one, telling));
  };
  const stages = attempts.flatMap((attempt) => [...resumedBefore(attempt.at), ...blocksOf(attempt, depth, telling)]);
  const rest = left.map((one) => resumedBlock(one, telling));
  const after =
    tail === null || tail.usage.records === 0
      ? []
      : [
          heading(depth, 'After the last stage'),
          paragraph(...usageLine(tail.usage, null, tail.cost, ['wall N/A', 'API N/A', 'turns N/A'])),
        ];
  return stages.length === 0 ? [paragraph('No stage was marked.'), ...rest] : [...repeated(attempts), ...stages, ...rest, ...after];
}

/** Entries that are about no stage. */
export const otherBlocks = ({ others }: Story, depth: 2 | 3, telling: Telling): Block[] =>
  others.length === 0 ? [] : [heading(depth, 'Of no stage'), ...entryList(others, telling)];

const countsText = (counts: Readonly<Record<string, number>>): string =>
  Object.keys(counts).length === 0
    ? 'none'
    : Object.entries(counts)
        .map(([name, count]) => `${grouped(count)} ${name}`)
        .join(', ');

export function journalFields({ analysis: a }: Story, telling: Telling): Block {
  return fields([
    ['About', aboutOf(a)],
    ['Task', a.task === null || a.source_id === null ? null : outside(a.task)],
    ['Status', outside(a.status)],
    ['Tool', outside(a.tool)],
    ['Command', privateText(a.command, telling)],
    ['Project', privateText(a.project, telling)],
    ['Branch', privateText(a.git_branch, telling)],
    ['Began', timeText(a.started_at, telling)],
    ['Ended', timeText(a.completed_at, telling)],
    ['Sessions', a.sessions.length === 0 ? null : listed(a.sessions.map(({ session_id }) => session_id))],
  ]);
}

export function outcomeBlocks({ analysis: a, outcome }: Story, telling: Telling): Block[] {
  const { rework, human_seconds, agent_seconds, decisions, findings, last_result, contradictions } = outcome;
  const spentOn =
    rework.attempts === 0 ? 'none' : `${plural(rework.attempts, 'attempt')}, ${tokens(rework.tokens)} tokens, ${costText(rework.cost)}`;
  const classes = `in ${tokens(a.counts.input)} / out ${tokens(a.counts.output)} / cache read ${tokens(a.counts.cache_read)} / cache write ${tokens(cacheWrite(a.counts))}`;
  return [
    fields([
      ['Status', outside(a.status)],
      ['Reason', privateText(a.reason, telling)],
      ['Tokens', `${spentText(a)} (${classes})`],
      ['Cost', a.costs === null ? outside(costOf(a)) : priced(a.costs.whole)],
      ['Wall time', durationText(a)],
      ['Agent time', duration(agent_seconds)],
      ['Waited for people', duration(human_seconds)],
      ['Attempts', grouped(outcome.attempts)],
      ['Rework', spentOn],
      ['Decisions', countsText(decisions)],
      ['Findings', countsText(findings)],
      ['Last tests', last_result === null ? 'none recorded' : resultText(last_result)],
    ]),
    ...(contradictions.length === 0
      ? []
      : [paragraph(strong('Contradiction:'), ' ', outside(`${a.id} says it is ${a.status}, and ${contradictions.join('; ')}.`))]),
  ];
}
