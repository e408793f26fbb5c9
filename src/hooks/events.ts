// The events of each agent's hooks, and which of them are asked for. Names as of Claude Code 2.1.214, Codex 0.142 (Claude-compatible on
// purpose), Gemini CLI 0.26, Qwen Code 1.x, Copilot CLI 1.0.66, whose payloads have camelCase keys where its events have such names.
import type { EventKind, HookAgent } from '../model/hook-event.js';

type Kinds = Readonly<Record<string, EventKind>>;

const CLAUDE: Kinds = {
  SessionStart: 'start',
  SessionEnd: 'end',
  Stop: 'turn',
  StopFailure: 'turn',
  SubagentStart: 'other',
  SubagentStop: 'subagent',
  PreToolUse: 'tool',
  PostToolUse: 'tool',
  PostToolUseFailure: 'tool',
  PermissionRequest: 'tool',
  UserPromptSubmit: 'other',
  PreCompact: 'other',
  PostCompact: 'other',
  Notification: 'other',
};

const CODEX: Kinds = Object.fromEntries(
  Object.entries(CLAUDE).filter(([event]) => event !== 'PostToolUseFailure' && event !== 'Notification'),
);

const GEMINI: Kinds = {
  SessionStart: 'start',
  SessionEnd: 'end',
  BeforeAgent: 'other',
  AfterAgent: 'turn',
  BeforeModel: 'other',
  AfterModel: 'other',
  BeforeToolSelection: 'other',
  BeforeTool: 'tool',
  AfterTool: 'tool',
  PreCompress: 'other',
  Notification: 'other',
};

const COPILOT: Kinds = {
  sessionStart: 'start',
  sessionEnd: 'end',
  agentStop: 'turn',
  subagentStart: 'other',
  subagentStop: 'subagent',
  preToolUse: 'tool',
  postToolUse: 'tool',
  postToolUseFailure: 'tool',
  permissionRequest: 'tool',
  userPromptSubmitted: 'other',
  preCompact: 'other',
  errorOccurred: 'other',
  notification: 'other',
};

const KINDS: Readonly<Record<HookAgent, Kinds>> = {
  claude: CLAUDE,
  codex: CODEX,
  gemini: GEMINI,
  qwen: CLAUDE,
  // Named in PascalCase, its events come with Claude's keys.
  copilot: { ...CLAUDE, ...COPILOT },
};

/** What an event of an agent is; null if it has none of that name. */
export const kindOf = (agent: HookAgent, event: string): EventKind | null =>
  Object.hasOwn(KINDS[agent], event) ? KINDS[agent][event]! : null;

/** All events that an agent is known to have. */
export const eventsOf = (agent: HookAgent): readonly string[] => Object.keys(KINDS[agent]);
