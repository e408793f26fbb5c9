import { describe, expect, it } from 'vitest';
import { checkUnbooked } from '../../src/checks/unbooked.js';
import type { SessionSummary } from '../../src/ingest/sessions.js';
import { NO_USAGE } from '../../src/lifecycle/usage.js';
import type { Analysis } from '../../src/model/analysis.js';
import { analysisNamed, NOON } from '../store/temporary.js';

const MINUTE = 60_000_000;

const session: SessionSummary = {
  agent: 'claude',
  session_id: 'u1',
  project: null,
  folders: [],
  models: [],
  first_at: NOON + MINUTE,
  last_at: NOON + 2 * MINUTE,
  changed_at: NOON,
  written_at: NOON,
  usage: { ...NO_USAGE, records: 3 },
  flags: [],
  skipped: [],
  partial_records: 0,
  turns: null,
  path: '/home/ada/log.jsonl',
  files: 1,
};

const ended = (over: Partial<Analysis> = {}): Analysis =>
  analysisNamed('ANALYSIS-2026-001', {
    status: 'completed',
    started_at: NOON,
    completed_at: NOON + 5 * MINUTE,
    usage_provider: 'claude',
    usage_session_id: 'u1',
    capture_status: 'unattached',
    capture_reason: 'no_log_here',
    ...over,
  });

describe('the check for work without tokens', () => {
  it('names an analysis that ended without tokens while its session spent some', () => {
    expect(checkUnbooked([ended()], [session])).toMatchObject([{ level: 'error', details: { id: 'ANALYSIS-2026-001', session_id: 'u1' } }]);
  });

  it.each([
    ['has tokens', ended({ total_tokens: 10 })],
    ['goes on', ended({ status: 'started', completed_at: null })],
    ['was meant to have none', ended({ capture_reason: 'no_usage' })],
    ['ended before its session began', ended({ started_at: NOON - 9 * MINUTE, completed_at: NOON - MINUTE })],
    ['began after its session ended', ended({ started_at: NOON + 3 * MINUTE })],
    ['has another session', ended({ usage_session_id: 'u2' })],
    ['has a session of another agent', ended({ usage_provider: 'codex' })],
  ])('says nothing of one that %s', (_, analysis) => {
    expect(checkUnbooked([analysis], [session])).toEqual([]);
  });

  it('says nothing where the session has no records', () => {
    expect(checkUnbooked([ended()], [{ ...session, usage: NO_USAGE }])).toEqual([]);
  });
});
