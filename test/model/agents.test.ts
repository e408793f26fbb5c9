import { describe, expect, it } from 'vitest';
import { agentOf, AGENTS, TOOL_FLAGS, toolFromFlag, toolOf } from '../../src/model/agents.js';

describe('the names of agents', () => {
  it('lead from the short name to the tool and back', () => {
    expect(AGENTS.map((name) => agentOf(toolOf(name)))).toEqual(AGENTS);
  });

  it('call Claude Code by the name that Reality Check uses', () => {
    expect(toolOf('claude')).toBe('claude-code');
  });

  it('take both names of Claude Code for one tool', () => {
    expect([toolFromFlag('claude'), toolFromFlag('claude-code')]).toEqual(['claude-code', 'claude-code']);
  });

  it('know no agent behind work by hand or by another tool', () => {
    expect([agentOf('manual'), agentOf('other')]).toEqual([null, null]);
  });

  it('accept every agent as a flag, each once', () => {
    expect([...TOOL_FLAGS].sort()).toEqual([...AGENTS, 'claude-code', 'manual', 'other'].sort());
  });
});
