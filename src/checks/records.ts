// Check `records`: what the books of all sessions say is what their logs say, read anew from the first byte to the last.
import type { UsageAudit } from '../ingest/audit.js';
import { count, type Finding } from './finding.js';

const FEW = 20;

/** A finding for each agent that has logs or differs. */
export function checkRecords(audits: readonly UsageAudit[]): Finding[] {
  return audits
    .filter(({ logs, differing }) => logs > 0 || differing.length > 0)
    .map(({ agent, logs, records, unbooked, differing }) => {
      const base = { check: 'records', details: { agent, logs, records, unbooked, differing: differing.slice(0, FEW) } };
      const read = `${count(records, 'usage record', 'usage records')} in ${count(logs, 'log', 'logs')} of ${agent}`;
      const late = unbooked === 0 ? '' : ` ${unbooked} of them are not in the books yet.`;
      if (differing.length === 0) {
        return {
          ...base,
          level: 'ok',
          message: `Read anew: ${read}; the books say the same.${late}`,
          fix: unbooked === 0 ? null : 'Run `tokentrail usage sync`.',
        };
      }
      const message = `Read anew: ${read}. ${count(differing.length, 'record is another', 'records are others')} in the books.${late}`;
      return {
        ...base,
        level: 'warning',
        message,
        fix: 'Logs change while their agent works: run `tokentrail usage sync` and look again. If it stays so: `tokentrail usage sync --rebuild`.',
      };
    });
}
