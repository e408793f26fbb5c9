// A backfill: what was filled, by which rule, and why the rest was not.
import type { Backfilled, PlannedChange, Skip, SkipReason } from '../../lifecycle/backfill.js';
import { isUnknown, total } from '../../model/tokens.js';
import { costOrNullJson, costText } from './cost.js';
import { countsJson } from './usage-json.js';
import { tokens, totalText } from './numbers.js';
import { renderTable, type TableColumn } from './table.js';

export const backfillJson = ({ changes, skips, written }: Backfilled, dryRun: boolean): object => ({
  dry_run: dryRun,
  written,
  changes: changes.map(({ id, agent, session_id, match, before, spent, costs, isNew }) => ({
    id,
    agent,
    session_id,
    rule: match.rule,
    confidence: match.confidence,
    records: match.records,
    left_out: match.left_out,
    tokens_before: before,
    tokens_after: total(spent.counts),
    usage: countsJson(spent.counts),
    cost: costOrNullJson(costs?.whole ?? null),
    change: isNew ? 'fill' : 'unchanged',
  })),
  skipped: skips,
});

const RULES: Readonly<Record<PlannedChange['match']['rule'], string>> = {
  given: 'named by flag',
  recorded_session: 'recorded session',
  only_session_of_project: 'only session of its project then',
  only_session: 'only session then',
};

const COLUMNS: readonly TableColumn<PlannedChange>[] = [
  { header: 'id', cell: ({ id }) => id },
  { header: 'before', align: 'right', cell: ({ before }) => tokens(before) },
  { header: 'after', align: 'right', cell: ({ spent }) => (isUnknown(spent.counts) ? 'N/A' : totalText(spent.counts)) },
  { header: 'cost', align: 'right', cell: ({ costs }) => (costs === null ? 'N/A' : costText(costs.whole)) },
  { header: 'requests', align: 'right', cell: ({ match }) => String(match.records) },
  { header: 'session', cell: ({ agent, session_id }) => `${agent} ${session_id}` },
  { header: 'matched by', cell: ({ match }) => `${RULES[match.rule]} (${match.confidence})` },
  {
    header: 'left out',
    cell: ({ match: { left_out } }) => left_out.map(({ id, records }) => `${records} of ${id}`).join(', '),
  },
];

const REASONS: Readonly<Record<SkipReason, string>> = {
  measured: 'measured; --force fills it anew',
  entered_by_hand: 'entered by hand; --force fills it anew',
  not_ended: 'not ended',
  no_times: 'without a start and a later end',
  no_agent: 'its tool keeps no log that is read',
  no_session: 'no session of its project had records then',
  several_sessions: 'several sessions could be meant; name one with --usage-session-id ID=SESSION',
  several_attached: 'measured over several sessions; take one away with `analysis detach` first',
  no_records: 'no record of its session lies in its time',
  all_left_out: 'all records of its session in its time belong to other analyses',
  low_confidence: 'less sure than --min-confidence asks for',
};

const SKIP_COLUMNS: readonly TableColumn<Skip>[] = [
  { header: 'skipped', cell: ({ id }) => id },
  { header: 'why', cell: ({ reason }) => REASONS[reason] },
  { header: 'sessions', cell: ({ sessions }) => sessions.join(', ') },
];

/** Those that need no word: their tokens are known, or not to be known yet. */
const QUIET: readonly SkipReason[] = ['measured', 'entered_by_hand', 'not_ended'];

/** Those that need none to be done. */
const DONE: readonly SkipReason[] = [...QUIET, 'all_left_out', 'no_agent'];

/** Analyses that are without tokens afterwards, and need not be. */
export const isUnfilled = ({ skips }: Backfilled): boolean => skips.some(({ reason }) => !DONE.includes(reason));

export function renderBackfill(done: Backfilled, dryRun: boolean, terminal: boolean): string {
  const { changes, skips, written } = done;
  const fresh = changes.filter(({ isNew }) => isNew);
  const shown = skips.filter(({ reason }) => dryRun || !QUIET.includes(reason));
  const parts = [
    ...(fresh.length === 0 ? [] : [renderTable(COLUMNS, fresh, terminal)]),
    ...(shown.length === 0 ? [] : [renderTable(SKIP_COLUMNS, shown, terminal)]),
    dryRun ? `Would fill ${fresh.length}; nothing was changed.` : `Filled ${written}.`,
  ];
  return parts.join('\n\n');
}
