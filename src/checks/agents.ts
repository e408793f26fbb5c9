// Check `agents`: which agents keep logs on this machine, and whether numbers flow from them.
import type { Agent } from '../capture/agent.js';
import type { AgentSessions } from '../ingest/sessions.js';
import { formatOrNull } from '../model/time.js';
import type { Finding, Level } from './finding.js';

/** What was found of an agent; `sessions` is null where its logs can't be read by this version. */
export interface AgentState {
  readonly agent: Agent;
  readonly roots: readonly string[];
  readonly present: boolean;
  readonly sessions: AgentSessions | null;
}

const plural = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;

function verdict(files: number, records: number, answered: boolean, unread: number): { level: Level; fix: string | null } {
  if (files > 0 && records === 0 && answered)
    return { level: 'error', fix: 'The logs hold answers without token counts; see docs/explanation/accounting.md.' };
  if (unread > 0) return { level: 'warning', fix: 'Make the files readable for this user, or remove what is no log.' };
  return { level: 'ok', fix: null };
}

/** One finding for each agent. */
export function checkAgent({ agent, roots, present, sessions }: AgentState): Finding {
  const base = { check: 'agents', details: { agent: agent.name, roots, limits: agent.limits } };
  if (!present) return { ...base, level: 'note', message: `${agent.label}: not found on this machine.`, fix: null };
  if (sessions === null) return { ...base, level: 'note', message: `${agent.label}: found, ${agent.limits}.`, fix: null };
  const { files, records, skipped, unread } = sessions;
  const newest = sessions.sessions.reduce<number | null>(
    (at, { last_at }) => (last_at !== null && (at === null || last_at > at) ? last_at : at),
    null,
  );
  const reasons = new Map<string, number>(skipped.map(({ reason, count }) => [reason, count]));
  for (const { reason } of unread) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  const skippedText = reasons.size === 0 ? '' : `; skipped: ${[...reasons].map(([reason, count]) => `${count} ${reason}`).join(', ')}`;
  const newestText = newest === null ? '' : `, the newest of ${formatOrNull(newest)}`;
  const limits = agent.limits === null ? '' : ` (${agent.limits})`;
  const message = `${agent.label}: ${plural(files, 'file')}, ${plural(sessions.sessions.length, 'session')}, ${plural(records, 'record')}${newestText}${skippedText}${limits}.`;
  return {
    ...base,
    ...verdict(files, records, sessions.answered, unread.length),
    message,
    details: {
      ...base.details,
      files,
      sessions: sessions.sessions.length,
      records,
      newest: formatOrNull(newest),
      skipped: [...reasons].map(([reason, count]) => ({ reason, count })),
      unreadable: unread,
    },
  };
}
