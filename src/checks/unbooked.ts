// Check `unbooked`: no analysis that has ended is without tokens although the log of its session has some of its time.
import type { SessionSummary } from '../ingest/sessions.js';
import type { Analysis } from '../model/analysis.js';
import type { Finding } from './finding.js';

const ENDED = ['completed', 'failed', 'canceled'];

/** Whether the session was at work while the analysis went on. */
function overlaps({ usage, first_at, last_at }: SessionSummary, { started_at, completed_at }: Analysis): boolean {
  if (usage.records === 0 || first_at === null || last_at === null || started_at === null || completed_at === null) return false;
  return first_at < completed_at && last_at >= started_at;
}

/** Analyses that ended without tokens and were not meant to; a finding for each whose session has usage of that time. */
export function checkUnbooked(analyses: readonly Analysis[], sessions: readonly SessionSummary[]): Finding[] {
  const byId = new Map(sessions.map((session) => [`${session.agent}:${session.session_id}`, session]));
  const suspects = analyses.filter(
    ({ status, total_tokens, capture_status, capture_reason }) =>
      ENDED.includes(status) && total_tokens === null && capture_status === 'unattached' && capture_reason !== 'no_usage',
  );
  const findings: Finding[] = [];
  for (const analysis of suspects) {
    const { id, usage_provider, usage_session_id } = analysis;
    const session = byId.get(`${usage_provider}:${usage_session_id}`);
    if (session === undefined || !overlaps(session, analysis)) continue;
    findings.push({
      check: 'unbooked',
      level: 'error',
      message: `${id} ended without tokens, although the log of its session "${session.session_id}" has usage of its time.`,
      fix: 'See what it would get: tokentrail analysis backfill-usage --dry-run',
      details: { id, agent: session.agent, session_id: session.session_id, path: session.path },
    });
  }
  return findings;
}
