// Check `agents`: which agents keep logs on this machine, and whether numbers flow from them.
import type { Agent } from '../capture/agent.js';
import type { AgentSessions } from '../ingest/sessions.js';
import { formatInstant, formatOrNull, MICROS_PER_SECOND, type Instant } from '../model/time.js';
import type { Finding, Level } from './finding.js';

/** What was found of an agent; `sessions` is null where it is not here. */
export interface AgentState {
  readonly agent: Agent;
  readonly roots: readonly string[];
  readonly present: boolean;
  readonly sessions: AgentSessions | null;
}

const plural = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;

/** Lines that go on for so long without a record tell that the records are not found any more. */
const SILENT_SECONDS = 7 * 24 * 3600;

/** Reasons for which a whole log, or the rest of one, is not counted. */
const WHOLE_LOGS = new Set(['bad_database', 'bad_zst', 'changing', 'document_too_long', 'line_too_long']);

interface Verdict {
  readonly level: Level;
  readonly fix: string | null;
  /** What is wrong, as a part of the message. */
  readonly wrong: string;
}

const latest = (instants: readonly (Instant | null)[]): Instant | null =>
  instants.reduce((newest, at) => (at !== null && (newest === null || at > newest) ? at : newest), null);

function verdict(agent: Agent, sessions: AgentSessions, newest: Instant | null): Verdict {
  const { files, records, answered, skipped, unread } = sessions;
  const accounting = 'See docs/explanation/accounting.md, and whether there is a newer tokentrail.';
  if (agent.coverage === 'unsupported') return { level: 'note', fix: null, wrong: '' };
  if (files > 0 && records === 0 && answered) return { level: 'error', fix: accounting, wrong: '; answers without any token count' };
  if (skipped.some(({ reason }) => reason === 'unknown_shape'))
    return { level: 'error', fix: accounting, wrong: '; some usage has a form that this version does not know' };
  const written = latest(sessions.sessions.map(({ changed_at }) => changed_at));
  if (newest !== null && written !== null && written - newest > SILENT_SECONDS * MICROS_PER_SECOND)
    return { level: 'error', fix: accounting, wrong: `; its logs go on until ${formatInstant(written)}, without a record` };
  if (skipped.some(({ reason }) => WHOLE_LOGS.has(reason)))
    return { level: 'warning', fix: 'See in --json which logs these are; what is half written will be whole at the next look.', wrong: '' };
  if (unread.some(({ reason }) => reason === 'name_not_utf8'))
    return { level: 'warning', fix: 'Rename what has a name that is no UTF-8; --json says where it is.', wrong: '' };
  if (unread.length > 0) return { level: 'warning', fix: 'Make the files readable for this user, or remove what is no log.', wrong: '' };
  return { level: 'ok', fix: null, wrong: '' };
}

const COVERAGE = { full: 'found, full', partial: 'found, partial', unsupported: 'found, not supported' } as const;

/** One finding for each agent: whether it is here, how much its logs tell and why not all, and whether numbers flow. */
export function checkAgent({ agent, roots, present, sessions }: AgentState): Finding {
  const base = { check: 'agents', details: { agent: agent.name, coverage: agent.coverage, roots, limits: agent.limits } };
  if (!present || sessions === null) return { ...base, level: 'note', message: `${agent.label}: not found on this machine.`, fix: null };
  const { files, lines, records, skipped, unread } = sessions;
  const newest = latest(sessions.sessions.map(({ last_at }) => last_at));
  const reasons = new Map<string, number>(skipped.map(({ reason, count }) => [reason, count]));
  for (const { reason } of unread) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  const skippedText = reasons.size === 0 ? '' : `; skipped: ${[...reasons].map(([reason, count]) => `${count} ${reason}`).join(', ')}`;
  const newestText = newest === null ? '' : `, the newest of ${formatOrNull(newest)}`;
  const limits = agent.limits === null ? '' : ` (${agent.limits})`;
  const counted = agent.coverage === 'unsupported' ? 'tokens N/A' : `${plural(records, 'record')}${newestText}`;
  const numbers = `${plural(files, 'file')}, ${plural(lines, 'line')}, ${plural(sessions.sessions.length, 'session')}, ${counted}`;
  const { level, fix, wrong } = verdict(agent, sessions, newest);
  return {
    ...base,
    level,
    fix,
    message: `${agent.label}: ${COVERAGE[agent.coverage]}${limits}: ${numbers}${skippedText}${wrong}.`,
    details: {
      ...base.details,
      files,
      lines,
      sessions: sessions.sessions.length,
      records,
      newest: formatOrNull(newest),
      skipped: [...reasons].map(([reason, count]) => ({ reason, count })),
      unreadable: unread,
    },
  };
}
