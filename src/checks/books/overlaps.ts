// Check `overlaps`: two analyses that went on in one session at the same time booked the same tokens.
import type { Analysis } from '../../model/analysis.js';
import type { SessionPart } from '../../model/cut.js';
import type { Instant } from '../../model/time.js';
import type { BookCheck, BookFinding, Ledger } from './check.js';

interface Window {
  readonly id: string;
  readonly from: Instant;
  readonly to: Instant;
}

/** From the baseline to the last snapshot; null where nothing was booked. */
function windowOf({ id }: Analysis, { baseline, final }: SessionPart): Window | null {
  return final === null || final.usage.records === baseline.usage.records ? null : { id, from: baseline.cut.at, to: final.cut.at };
}

function check({ analyses }: Ledger): BookFinding[] {
  const bySession = new Map<string, Window[]>();
  for (const analysis of analyses) {
    for (const part of analysis.sessions) {
      const window = windowOf(analysis, part);
      if (window === null) continue;
      const key = `${part.agent} session "${part.session_id}"`;
      bySession.set(key, [...(bySession.get(key) ?? []), window]);
    }
  }
  return [...bySession].flatMap(([session, windows]) => {
    const sorted = windows.sort((a, b) => a.from - b.from);
    return sorted.flatMap((earlier, i) =>
      sorted
        .slice(i + 1)
        .filter((later) => later.id !== earlier.id && later.from < earlier.to)
        .map((later): BookFinding => ({
          level: 'warning',
          code: 'OVERLAP',
          id: later.id,
          message: `${later.id} and ${earlier.id} went on in ${session} at the same time: some tokens are in both.`,
          fix: 'Add them up by their sessions (tokentrail usage sessions), not by these two totals.',
        })),
    );
  });
}

export const overlaps: BookCheck = { name: 'overlaps', check };
