// What an agent's hook told us once: an event of a session. No text of the conversation is in it.
import type { AgentName } from './agents.js';
import type { Instant } from './time.js';

/** Agents that call commands of their users at events of a session. */
export const HOOK_AGENTS = ['claude', 'codex', 'gemini', 'qwen', 'copilot'] as const satisfies readonly AgentName[];
export type HookAgent = (typeof HOOK_AGENTS)[number];

/** The events that an installation asks for: enough for snapshots, and to tell that the hooks are alive. */
export const INSTALLED_EVENTS: Readonly<Record<HookAgent, readonly string[]>> = {
  claude: ['SessionStart', 'PostToolUse', 'SubagentStop', 'Stop', 'SessionEnd'],
  codex: ['SessionStart', 'PostToolUse', 'SubagentStop', 'Stop', 'SessionEnd'],
  gemini: ['SessionStart', 'AfterTool', 'AfterAgent', 'SessionEnd'],
  qwen: ['SessionStart', 'PostToolUse', 'SubagentStop', 'Stop', 'SessionEnd'],
  copilot: ['sessionStart', 'postToolUse', 'subagentStop', 'agentStop', 'sessionEnd'],
};

/** `start` and `end` of a session give snapshots; all others are counted. */
export type EventKind = 'start' | 'end' | 'turn' | 'subagent' | 'tool' | 'other';

/** Why a payload was not understood. */
export const REFUSALS = ['unknown_agent', 'empty', 'too_large', 'not_json', 'not_an_object', 'no_event', 'unknown_event', 'no_session_id', 'no_tool_name'] as const; // prettier-ignore
export type Refusal = (typeof REFUSALS)[number];

interface Fired {
  /** Told apart from every other one. */
  readonly id: string;
  /** When the hook was called. */
  readonly at: Instant;
  readonly agent: HookAgent;
  /** The event as the agent names it, cut to what a name can be. */
  readonly event: string;
  /** Store that the hook's environment names; null where the folder tells it. */
  readonly store: string | null;
}

export interface HookEvent extends Fired {
  readonly kind: EventKind;
  readonly session_id: string;
  /** Working folder and transcript, home as `~`; null where the payload tells none. */
  readonly cwd: string | null;
  readonly transcript: string | null;
  /** Root of the project of that folder, as it was then: a worktree may be gone later; null for events that give no snapshot. */
  readonly project: string | null;
  /** Length of the transcript by then; null where it is not there. */
  readonly transcript_bytes: number | null;
  /** Why it began or ended: startup, resume, clear, compact, logout …; null for other events. */
  readonly reason: string | null;
  readonly tool_name: string | null;
}

/** A payload that was not understood: what it was, and the names of its keys, nothing of their values. */
export interface RefusedEvent extends Fired {
  readonly refused: Refusal;
  readonly keys: readonly string[];
}

export type SpooledEvent = HookEvent | RefusedEvent;

export const isRefused = (event: SpooledEvent): event is RefusedEvent => 'refused' in event;
