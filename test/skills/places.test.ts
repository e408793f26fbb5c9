import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AGENTS } from '../../src/model/agents.js';
import { agentsHere, rootsOf, skillsFolder } from '../../src/skills/places.js';
import { folderWith } from './assembled-home.js';

const where = { home: '/home/ada', variables: {}, project: '/home/ada/paper' };

describe('the folder of an agent’s skills', () => {
  it('is its own one of the user', () => {
    expect(AGENTS.map((agent) => skillsFolder(agent, 'user', where))).toEqual([
      '/home/ada/.claude/skills',
      '/home/ada/.codex/skills',
      '/home/ada/.config/agents/skills',
      '/home/ada/.gemini/skills',
      '/home/ada/.qwen/skills',
      '/home/ada/.copilot/skills',
      '/home/ada/.config/opencode/skills',
      '/home/ada/.cursor/skills',
    ]);
  });

  it('is its own one of a project, which Codex and Amp share', () => {
    expect(AGENTS.map((agent) => skillsFolder(agent, 'project', where))).toEqual([
      '/home/ada/paper/.claude/skills',
      '/home/ada/paper/.agents/skills',
      '/home/ada/paper/.agents/skills',
      '/home/ada/paper/.gemini/skills',
      '/home/ada/paper/.qwen/skills',
      '/home/ada/paper/.github/skills',
      '/home/ada/paper/.opencode/skills',
      '/home/ada/paper/.cursor/skills',
    ]);
    expect(rootsOf(['amp', 'codex'], ['project'], where)).toEqual([
      { folder: '/home/ada/paper/.agents/skills', scope: 'project', agents: ['amp', 'codex'], sharers: ['codex', 'amp'] },
    ]);
  });

  it.each([
    ['claude', 'CLAUDE_CONFIG_DIR', '/elsewhere/skills'],
    ['codex', 'CODEX_HOME', '/elsewhere/skills'],
    ['copilot', 'COPILOT_HOME', '/elsewhere/skills'],
    ['qwen', 'QWEN_HOME', '/elsewhere/skills'],
    ['gemini', 'GEMINI_CLI_HOME', '/elsewhere/.gemini/skills'],
    ['opencode', 'XDG_CONFIG_HOME', '/elsewhere/opencode/skills'],
  ] as const)('of %s follows %s', (agent, variable, folder) => {
    expect(skillsFolder(agent, 'user', { ...where, variables: { [variable]: '/elsewhere' } })).toBe(folder);
    expect(skillsFolder(agent, 'user', { ...where, variables: { [variable]: 'relative' } })).toBe(skillsFolder(agent, 'user', where));
  });
});

describe('the agents of a machine', () => {
  it('are those whose folder is there', () => {
    const home = folderWith();
    expect(agentsHere({ ...where, home })).toEqual([]);
    for (const name of ['.claude', '.local/share/opencode', '.config/amp']) mkdirSync(join(home, name), { recursive: true });
    expect(agentsHere({ ...where, home })).toEqual(['claude', 'amp', 'opencode']);
  });
});
