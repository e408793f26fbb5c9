// The agents that we know, a line each.
import type { AgentName } from '../model/agents.js';
import type { Agent } from './agent.js';
import { amp } from './amp/index.js';
import { claude } from './claude/index.js';
import { codex } from './codex/index.js';
import { copilot } from './copilot/index.js';
import { cursor } from './cursor/index.js';
import { gemini } from './gemini/index.js';
import { opencode } from './opencode/index.js';
import { qwen } from './qwen/index.js';

export const AGENT_LIST: readonly Agent[] = [claude, codex, amp, gemini, qwen, copilot, opencode, cursor];

export const agentNamed = (name: AgentName): Agent => AGENT_LIST.find((agent) => agent.name === name)!;
