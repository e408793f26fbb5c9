// What a Cursor transcript tells: that there was a session, and its turns. No id, no time, no model, no usage stands in it.
import { noFacts, type LogFile, type LogState } from '../agent.js';
import { pushNew } from '../facts.js';
import type { Fields as WantedFields } from '../scanner/fields.js';
import { sessionInName } from './paths.js';

export const CURSOR_FIELDS: WantedFields = { role: 'value' };

export function beginCursor(log: LogFile): LogState {
  const facts = noFacts();
  facts.session_id = sessionInName(log.name);
  pushNew(facts.sessions, facts.session_id);
  facts.answered = true;
  facts.flags.push('no_usage');
  // The old form is plain text, in which turns can't be told apart.
  if (log.kind === 'append') facts.turns = 0;
  return { facts, own: null };
}

export function cursorLine({ facts }: LogState, line: Readonly<Record<string, unknown>>): void {
  if (line['role'] === 'user') facts.turns = (facts.turns ?? 0) + 1;
}
