// What an agent is to us: where it keeps its logs, what its environment tells, and what a line means. The contract that every
// folder of capture/ fulfils.
import type { AgentName } from '../model/agents.js';
import type { UsageMode } from '../model/analysis.js';
import type { ToolCall } from '../model/phase.js';
import type { RecordCopy } from '../model/record.js';
import type { Instant } from '../model/time.js';
import type { Blocked } from './find-files.js';
import type { Fields } from './scanner/fields.js';

/** The variables of the environment, and the home folder. */
export interface Surroundings {
  readonly home: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
}

/**
 * `append`: JSON Lines that grow. `document`: a file that is rewritten whole. `rows`: a database.
 */
export type LogKind = 'append' | 'document' | 'rows';

export interface LogFile {
  readonly agent: AgentName;
  /** The agent's root folder, absolute. */
  readonly root: string;
  /** Path relative to the root, with forward slashes. */
  readonly name: string;
  readonly kind: LogKind;
  /** What only files beside the log tell of it, e.g. its working folder; left out where it tells all itself. */
  readonly about?: Readonly<Record<string, string | null>>;
  /** It is no JSON: that it is there is all that it tells. */
  readonly opaque?: boolean;
}

/** What a log says about itself. A plain JSON value. */
export interface LogFacts {
  /** Its own session or sub-agent thread; null until a line told. */
  session_id: string | null;
  /** All sessions that its records name; more than its own where it holds another one's history. */
  sessions: string[];
  /** The session that spawned it; null if it is nobody's sub-agent. */
  parent: string | null;
  /** Sessions from which it copied its beginning. */
  forked_from: string[];
  /** Working folders, in the order in which they appear. */
  folders: string[];
  git_branch: string | null;
  version: string | null;
  /** Earliest and latest logged time of any line. */
  first_at: Instant | null;
  last_at: Instant | null;
  /** The agent answered at least once. */
  answered: boolean;
  /** Token counts were seen, even if they were repeats. */
  counted: boolean;
  /** It repeats messages of sub-agents that should stand in logs of their own. */
  echoes: boolean;
  /** Turns of the conversation, where that is all that the log tells; null otherwise. */
  turns: number | null;
  /** Flags that concern the log as a whole. */
  flags: string[];
}

export const noFacts = (): LogFacts => ({
  session_id: null,
  sessions: [],
  parent: null,
  forked_from: [],
  folders: [],
  git_branch: null,
  version: null,
  first_at: null,
  last_at: null,
  answered: false,
  counted: false,
  echoes: false,
  turns: null,
  flags: [],
});

/** The state of reading a log: its facts, and whatever the reader of this agent must remember. A plain JSON value. */
export interface LogState {
  facts: LogFacts;
  own: unknown;
  /** The facts of each session, where the log is a database that holds several; left out otherwise. */
  sessions?: LogFacts[];
}

/** The facts of all sessions that a log holds. */
export const factsIn = ({ facts, sessions }: LogState): readonly LogFacts[] => sessions ?? [facts];

/** Where a line lies in its log's text: its first byte, and the one after its newline. */
export interface Place {
  readonly position: number;
  readonly end: number;
}

/** Takes what a line holds. */
export interface RecordSink {
  record(copy: RecordCopy): void;
  skip(reason: string): void;
}

/** Looks at the first lines of a log; null if it can't be read or is none. */
export type Peek = (log: LogFile) => Promise<LogFacts | null>;

/** Reads the logs of one agent. */
export interface LogReader {
  /** Raised when the meaning of a line changes: everything is read anew. */
  readonly version: number;
  /** Which copy of a record tells the truth: the heaviest (among equals the last), or the first. */
  readonly keeps: 'heaviest' | 'first';
  /** Where equal keys mean the same response: everywhere, or only among sessions that descend from each other. */
  readonly keyScope: 'everywhere' | 'family';
  readonly usageMode: UsageMode;
  /** Lines of the log give a part of the output as reasoning. */
  readonly tellsReasoning: boolean;
  /** Flag of a session with answers and no count at all, whose tokens are unknown, not 0; null where that can't be. */
  readonly unknownWithoutCounts: string | null;
  /** All logs below a root; `blocked` is told of folders that can't be looked into. */
  logs(root: string, blocked?: Blocked): Promise<LogFile[]>;
  /** Logs below a root that may belong to a session: its own, its sub-agents', by name or by a peek at their beginning. */
  logsOf(root: string, session: string, peek: Peek): Promise<LogFile[]>;
  /** Logs that stand for the one at `path`, which need not lie below a root: itself, and what is kept beside it. */
  logsAt(path: string): LogFile[];
  /** Logs of other sessions whose records this one may repeat without naming them; left out where there are none. */
  repeated?(root: string, log: LogFile, facts: LogFacts, peek: Peek): Promise<LogFile[]>;
  /** All that `line` looks at, so that nothing else of a line need be built. */
  readonly fields: Fields;
  begin(log: LogFile): LogState;
  /** Takes one line of an append log into the state (which it changes) and the sink. */
  line(state: LogState, value: Readonly<Record<string, unknown>>, place: Place, sink: RecordSink): void;
  /** Reads a document whole. */
  document(log: LogFile, value: unknown, sink: RecordSink): LogState;
  /** Reads a database, of which a copy that nobody writes to lies at `path`. */
  rows?(log: LogFile, path: string, sink: RecordSink): Promise<LogState>;
}

/** A tool call as a log tells it. `id` is equal in all copies of the call; null where the log gives it none. */
export interface LoggedCall {
  readonly id: string | null;
  readonly call: ToolCall;
}

/** Which record a call belongs to. */
export type RecordName = Pick<RecordCopy, 'key' | 'session'>;

/** Takes a call with the record that issued it. */
export type CallSink = (record: RecordName, call: LoggedCall) => void;

/** Finds the tool calls in the logs of an agent. It is given what its reader made of the same, so that records have one name. */
export interface CallReader {
  /** What `line` looks at beside the fields of the reader. */
  readonly fields: Fields;
  /** What it must remember of a log. */
  begin(): unknown;
  /** Takes one line of an append log. `copies`: what the reader gave for it, in that order; `state`: the reader's, after the line. */
  line(own: unknown, value: Readonly<Record<string, unknown>>, copies: readonly RecordCopy[], state: LogState, sink: CallSink): void;
  /** The same of a document. */
  document(log: LogFile, value: unknown, copies: readonly RecordCopy[], sink: CallSink): void;
  /** The same of a database. */
  rows?(path: string, copies: readonly RecordCopy[], sink: CallSink): Promise<void>;
}

/** How an agent shows itself to the programs that it starts. */
export interface AgentEnvironment {
  /** Set inside the agent: `[name]`, or `[name, value]` where only that value counts. */
  readonly markers: readonly (readonly [name: string, value?: string])[];
  /** Variables that hold the session's id, best first. */
  readonly sessionIds: readonly string[];
  /** Names of its process. */
  readonly processes: readonly string[];
}

export interface Agent {
  readonly name: AgentName;
  /** As people write it. */
  readonly label: string;
  readonly environment: AgentEnvironment;
  /** Folders where its logs may be, absolute, existing or not. */
  roots(surroundings: Surroundings): string[];
  /** Logs of today's sessions are written on this machine. */
  readonly writesLocally: boolean;
  /** `full`: its logs tell every class. `partial`: some are missing at times, and null. `unsupported`: they tell no tokens at all. */
  readonly coverage: 'full' | 'partial' | 'unsupported';
  readonly reader: LogReader;
  /** Null where its logs tell no calls beside tokens. */
  readonly calls: CallReader | null;
  /** What its logs don't tell, and why; null where there is nothing to say. */
  readonly limits: string | null;
}
