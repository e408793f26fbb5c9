// Keeps the records of a session that an analysis counted.
import type { SyncParts } from '../ingest/agent-work.js';
import { keepSession } from '../ingest/keep.js';
import type { SessionReading } from '../ingest/session.js';
import { TokentrailError } from '../model/errors.js';
import type { Store } from '../store/store.js';
import type { Output } from './output.js';

/** The books of all sessions may be damaged: the work that is measured does not wait for that. */
export async function keepRecords(store: Store, session: SessionReading, parts: SyncParts, output: Output): Promise<void> {
  try {
    await keepSession(store, session, parts);
  } catch (error) {
    if (!(error instanceof TokentrailError) || error.code !== 'STORE_DAMAGED') throw error;
    const { session_id } = session.target;
    const message = `The records of session "${session_id}" could not be kept: ${error.message} The numbers are those of its log.`;
    output.warn({ code: 'RECORDS_NOT_KEPT', message, session_id });
  }
}
