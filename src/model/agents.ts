// The names of agents: the short ones of our data, and the ones that users type (semantics 18).

export const AGENTS = ['claude', 'codex', 'amp', 'gemini', 'qwen', 'copilot', 'opencode', 'cursor'] as const;

export type AgentName = (typeof AGENTS)[number];

/** Values of an analysis' `tool`: Reality Check's names of the agents, and work done by no agent of ours. */
export type Tool = 'claude-code' | Exclude<AgentName, 'claude'> | 'manual' | 'other';

/** What `--tool` accepts. */
export const TOOL_FLAGS = ['claude', 'claude-code', ...AGENTS.slice(1), 'manual', 'other'] as const;

/** What it accepts where logs are read, which `manual` and `other` have none of. */
export const AGENT_FLAGS = TOOL_FLAGS.slice(0, -2);

export type ToolFlag = (typeof TOOL_FLAGS)[number];

export const toolOf = (agent: AgentName): Tool => (agent === 'claude' ? 'claude-code' : agent);

export const toolFromFlag = (flag: ToolFlag): Tool => (flag === 'claude' ? 'claude-code' : flag);

/** The agent behind a tool; null for `manual` and `other`, which keep no logs that we read. */
export function agentOf(tool: Tool): AgentName | null {
  if (tool === 'claude-code') return 'claude';
  return tool === 'manual' || tool === 'other' ? null : tool;
}
