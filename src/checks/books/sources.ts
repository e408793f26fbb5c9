// Check `sources`: what a completed analysis is about is a source that is known. A synthesis needs none.
import { ofEach } from './check.js';

export const sources = ofEach('sources', ({ id, kind, status, source_id }, { sources: known }) => {
  if (status !== 'completed' || kind === 'synthesis' || source_id === null || known.has(source_id)) return [];
  const message = `${id} is about "${source_id}", which is no source of this store.`;
  return [{ level: 'warning', code: 'SOURCE_MISSING', id, message, fix: `Enter it: tokentrail source add --id ${source_id}` }];
});
