// Check `overlaps`: two analyses that went on in one session at the same time booked the same tokens.
import { overlapsAmong } from '../../model/overlap.js';
import type { BookCheck, BookFinding, Ledger } from './check.js';

/** One finding for each pair and session, told of the one that began later. */
function check({ analyses }: Ledger): BookFinding[] {
  const byId = new Map(analyses.map((analysis) => [analysis.id, analysis]));
  const begins = (id: string, session: string): number =>
    byId.get(id)!.sessions.find(({ session_id }) => session_id === session)?.baseline.cut.at ?? 0;
  const ended = analyses.filter(({ sessions }) => sessions.some(({ final }) => final !== null));
  return [...overlapsAmong(ended, ended)].flatMap(([id, overlaps]) =>
    overlaps
      .filter(({ id: other, session_id }) => {
        const [own, its] = [begins(id, session_id), begins(other, session_id)];
        return own > its || (own === its && id > other);
      })
      .map(({ id: other, agent, session_id }): BookFinding => ({
        level: 'warning',
        code: 'OVERLAP',
        id,
        message: `${id} and ${other} went on in ${agent} session "${session_id}" at the same time: some tokens are in both.`,
        fix: 'Add them up with `tokentrail analysis list --total`, which counts each usage record once, not by these two totals.',
      })),
  );
}

export const overlaps: BookCheck = { name: 'overlaps', check };
