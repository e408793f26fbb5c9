// Entries of a journal, for people and for programs.
import type { Recorded } from '../../lifecycle/journal.js';
import type { JournalEntry } from '../../model/journal.js';
import { formatLocal, formatOrNull } from '../../model/time.js';
import { plural, tokens } from './numbers.js';
import { renderTable, type TableColumn } from './table.js';

/** Which of its fields an entry of a kind has. */
const FIELDS = {
  checkpoint: ['decision', 'feedback', 'decided_by', 'requested_at'],
  finding: ['severity', 'category', 'file', 'line', 'message'],
  note: ['message'],
  result: ['passed', 'failed', 'errors'],
} as const satisfies Record<JournalEntry['entry'], readonly (keyof JournalEntry)[]>;

/** @param time how an instant is written */
export function entryJson(entry: JournalEntry, time: (instant: number | null) => string | null = formatOrNull): object {
  const own = FIELDS[entry.entry].map((name): readonly [string, unknown] => [
    name,
    name === 'requested_at' ? time(entry.requested_at) : entry[name as keyof JournalEntry],
  ]);
  const { revision, at, stage, attempt, recorded_at } = entry;
  return {
    entry: entry.entry,
    number: revision,
    at: time(at),
    stage,
    attempt,
    ...Object.fromEntries(own),
    recorded_at: time(recorded_at),
  };
}

export const recordedJson = ({ analysis, entries }: Recorded): object => ({
  id: analysis.id,
  entries: entries.map((entry) => entryJson(entry)),
});

const aboutText = ({ stage, attempt }: JournalEntry): string =>
  stage === null ? '' : ` on stage "${stage}"${(attempt ?? 1) > 1 ? ` (attempt ${attempt!})` : ''}`;

export function recordedText({ analysis, entries }: Recorded): string {
  const [first] = entries;
  if (entries.length > 1) return `Recorded ${plural(entries.length, first!.entry)} of ${analysis.id}.`;
  return `Recorded a ${first!.entry} of ${analysis.id}${aboutText(first!)}.`;
}

const testsText = ({ passed, failed, errors }: JournalEntry): string =>
  `${tokens(passed)} passed, ${tokens(failed)} failed, ${tokens(errors)} errors`;

const placeText = ({ file, line }: JournalEntry): string => (file === null ? '' : ` ${file}${line === null ? '' : `:${line}`}`);

/** What an entry says, on one line. */
function saidIn(entry: JournalEntry): string {
  const { decision, decided_by, feedback, severity, category, message } = entry;
  switch (entry.entry) {
    case 'checkpoint':
      return `${decision ?? 'N/A'}${decided_by === null ? '' : ` by ${decided_by}`}${feedback === null ? '' : `: ${feedback}`}`;
    case 'finding':
      return `${severity ?? 'N/A'}${category === null ? '' : ` ${category}`}${placeText(entry)}: ${message ?? 'N/A'}`;
    case 'result':
      return testsText(entry);
    default:
      return message ?? 'N/A';
  }
}

const COLUMNS: readonly TableColumn<JournalEntry>[] = [
  { header: 'journal', cell: ({ entry }) => entry },
  { header: 'stage', cell: ({ stage, attempt }) => `${stage ?? ''}${(attempt ?? 1) > 1 ? ` (attempt ${attempt!})` : ''}` },
  { header: 'at', cell: ({ at }) => (at === null ? 'N/A' : formatLocal(at)) },
  { header: 'said', cell: saidIn },
];

/** Entries in the order in which they were recorded. */
export const renderEntries = (entries: readonly JournalEntry[]): string =>
  renderTable(
    COLUMNS,
    [...entries].sort((a, b) => a.revision - b.revision),
    true,
  );
