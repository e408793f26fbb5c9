// Check `imported`: what an imported row said could be read. What is merely kept beside the columns was.
import { ofEach } from './check.js';

export const imported = ofEach('imported', ({ id, imported: rest }) => {
  const names = Object.keys(rest?.unread ?? {});
  if (names.length === 0) return [];
  const hasStages = names.includes('stages_json');
  const message = `Of the row that ${id} was imported from, ${names.join(', ')} could not be read, and ${names.length === 1 ? 'is' : 'are'} kept as ${names.length === 1 ? 'it was' : 'they were'}.`;
  const fix = `See what it was: tokentrail analysis show ${id} --json, under "imported".`;
  return [{ level: hasStages ? 'error' : 'warning', code: hasStages ? 'UNREADABLE_STAGES' : 'UNREAD_FIELDS', id, message, fix }];
});
