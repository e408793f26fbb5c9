// What a check of the books is: a name, and what it says of the analyses. Pure.
import type { Analysis } from '../../model/analysis.js';
import type { Instant } from '../../model/time.js';

export interface BookFinding {
  readonly level: 'warning' | 'error';
  /** What is wrong, in one word. */
  readonly code: string;
  /** The analysis that is concerned. */
  readonly id: string;
  readonly message: string;
  /** What to do. */
  readonly fix: string;
}

/** The books, as they were recorded by some time. */
export interface Ledger {
  /** The last revision of each analysis. */
  readonly analyses: readonly Analysis[];
  /** Ids of analyses that are there, and are not to be checked. */
  readonly unchecked?: ReadonlySet<string>;
  /** Ids of the sources that are there. */
  readonly sources: ReadonlySet<string>;
  /** When the log of a session was written last; null where it is not here. */
  readonly writtenAt: (agent: string, session: string) => Instant | null;
  /** Whether the agents that worked on a started one have ended. */
  readonly isGone: (analysis: Analysis) => boolean;
  /** The project that the configuration is of, as rows have it. */
  readonly project: string;
  /** Names that stages may have; null where any may. */
  readonly stageNames: readonly string[] | null;
  readonly now: Instant;
}

export interface BookCheck {
  /** As its file is named. */
  readonly name: string;
  /** What it finds wrong. */
  readonly check: (ledger: Ledger) => BookFinding[];
}

/** A check that looks at one analysis after the other. */
export const ofEach = (name: string, look: (analysis: Analysis, ledger: Ledger) => BookFinding[]): BookCheck => ({
  name,
  check: (ledger) => ledger.analyses.flatMap((analysis) => look(analysis, ledger)),
});
