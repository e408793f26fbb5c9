// Phases of work, as the tools tell them that a request called: what a call is to the rules, and what a rule is.

/** A tool call, as far as rules look at it. It is held in memory only: a command line is nobody's business but the user's. */
export interface ToolCall {
  readonly tool: string;
  /** Command line of a shell tool; null for others, here and below. */
  readonly command: string | null;
  /** File of a tool that reads or changes one. */
  readonly path: string | null;
  /** Type of the sub-agent that it starts. */
  readonly agent_type: string | null;
}

/** Gives a call its phase if it fits every pattern that is set; of each, one of the list. */
export interface PhaseRule {
  readonly phase: string;
  /** Names of tools, with case; `*` stands for anything. */
  readonly tool: readonly string[] | null;
  /** The path, or what of it follows a slash; `*` stands for anything, slashes too. */
  readonly path: readonly string[] | null;
  /** First words of a simple command. A last word `>` stands for output that goes to a file. */
  readonly command: readonly string[] | null;
  readonly agent_type: readonly string[] | null;
}

/** What a record's calls come to: the phase of each, with its tool. */
export interface PhasedCall {
  readonly phase: string;
  readonly tool: string;
}

/** A request that called no tool. */
export const DIRECT = 'direct';
/** A request whose log can't be asked any more. */
export const UNKNOWN_PHASE = 'unknown';
/** A call that no rule fits. */
export const OTHER = 'other';
