import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { AGENTS } from '../../src/model/agents.js';
import { assemble, type Assembled } from '../../src/skills/assemble.js';
import { INSTALLED_EVENTS } from '../../src/model/hook-event.js';
import { readSources } from '../../src/skills/sources.js';
import { folderWith, skill, TEMPLATES } from './assembled-home.js';

const assembled = async (files: Readonly<Record<string, string>>): Promise<Assembled> =>
  assemble(await readSources(folderWith(files), 'templates'), '1.2.3');

/** The message and details with which it fails. */
async function failure(files: Readonly<Record<string, string>>): Promise<unknown> {
  return assembled(files).then(
    () => null,
    (error: unknown) => {
      const { code, message, details } = error as { code: string; message: string; details: object };
      return [code, message, details];
    },
  );
}

describe('assembling', () => {
  it('renders each skill for each agent, with its words and one blank line where tags left several', async () => {
    const { files, skipped } = await assembled(TEMPLATES);
    expect([...files]).toEqual([
      ['claude/my-skill/SKILL.md', skill('my-skill', 'For Claude Code.\n\nSay one.')],
      ['codex/my-skill/SKILL.md', skill('my-skill', 'For Codex.\n\nSay two.')],
    ]);
    expect(skipped).toEqual([]);
  });

  it('copies files beside a skill as they are, and renders those that are templates', async () => {
    const { files } = await assembled({
      ...TEMPLATES,
      'my-skill/references/plain.md': '{{ not.a.variable }}',
      'my-skill/references/made.md.liquid': 'For {{ agent.name }}.',
    });
    expect([files.get('codex/my-skill/references/plain.md'), files.get('codex/my-skill/references/made.md')]).toEqual([
      '{{ not.a.variable }}',
      'For codex.\n',
    ]);
  });

  it('fails for a variable that is not there, with file and line', async () => {
    const template = skill('{{ skill }}', 'One.\n{{ agent.colour }}');
    expect(await failure({ ...TEMPLATES, 'my-skill/SKILL.md.liquid': template })).toEqual([
      'TEMPLATE_INVALID',
      'my-skill/SKILL.md.liquid, line 7: undefined variable: agent.colour.',
      { file: 'my-skill/SKILL.md.liquid', line: 7 },
    ]);
  });

  it('fails for a variable that is not there in a partial, with the file and line of that', async () => {
    expect(await failure({ ...TEMPLATES, 'partials/end.liquid': 'a\nb {{ none }}' })).toEqual([
      'TEMPLATE_INVALID',
      'partials/end.liquid, line 2: undefined variable: none.',
      { file: 'partials/end.liquid', line: 2 },
    ]);
  });

  it('fails if one agent alone lacks a word', async () => {
    const error = await failure({ ...TEMPLATES, 'agents.yaml': 'claude: { label: a, word: b }\ncodex: { label: c }\n' });
    expect((error as string[]).slice(0, 2)).toEqual(['TEMPLATE_INVALID', 'partials/end.liquid, line 1: undefined variable: agent.word.']);
  });

  it.each([
    ['a partial that is not there', "{% include 'none' %}"],
    ['a file outside of the partials', "{% include '../agents.yaml' %}"],
    ['a filter that is not there', "{{ 'a' | shout }}"],
    ['a tag that does not end', '{% if true %}'],
    ['a loop without end', '{% for a in (1..900000000) %}{{ a }}{% endfor %}'],
  ])('fails for %s', async (_, body) => {
    expect(await failure({ ...TEMPLATES, 'my-skill/SKILL.md.liquid': skill('{{ skill }}', body) })).toMatchObject({
      0: 'TEMPLATE_INVALID',
    });
  });

  it.each([
    ['no agents', { 'agents.yaml': '' }, 'agents.yaml, line 1: it holds no entries'],
    ['an agent that nobody knows', { 'agents.yaml': 'vim: { label: Vim }' }, '"vim" is no agent'],
    ['YAML that is none', { 'agents.yaml': 'claude: {\n  label: "a\n' }, 'agents.yaml, line'],
    ['a plugin for nobody', { 'plugin.yaml': 'name: a' }, 'plugin.yaml: "agent" must be one of'],
  ])('fails for %s', async (_, files, message) => {
    const error = (await failure({ ...TEMPLATES, ...files })) as [string, string];
    expect([error[0], error[1].startsWith(message) || error[1].includes(message)]).toEqual(['TEMPLATE_INVALID', true]);
  });

  it('leaves out a skill that breaks the rules, and a folder without a template, and says so', async () => {
    const { files, skipped } = await assembled({
      ...TEMPLATES,
      'Bad--Name/SKILL.md.liquid': skill('other', '{{ agent.word }}'),
      'empty/notes.md': 'nothing',
    });
    expect([...files.keys()]).toEqual(['claude/my-skill/SKILL.md', 'codex/my-skill/SKILL.md']);
    expect(skipped).toEqual([
      { skill: 'empty', agent: null, reason: 'it has no SKILL.md.liquid' },
      { skill: 'Bad--Name', agent: 'claude', reason: '`name` is "other" and its folder "Bad--Name"' },
      { skill: 'Bad--Name', agent: 'codex', reason: '`name` is "other" and its folder "Bad--Name"' },
    ]);
  });

  it('makes a plugin of the skills of one agent, with its commands and our hooks', async () => {
    const { files } = await assembled({
      ...TEMPLATES,
      'plugin.yaml': 'agent: claude\nname: mine\ndescription: d\nhooks: true\n',
      'commands/go.md.liquid': 'Use {{ agent.label }}.',
    });
    expect(JSON.parse(files.get('plugin/.claude-plugin/plugin.json')!)).toEqual({ name: 'mine', version: '1.2.3', description: 'd' });
    expect(files.get('plugin/skills/my-skill/SKILL.md')).toBe(files.get('claude/my-skill/SKILL.md'));
    expect(files.get('plugin/commands/go.md')).toBe('Use Claude Code.\n');
    const { hooks } = JSON.parse(files.get('plugin/hooks/hooks.json')!) as { hooks: Record<string, { hooks: { command: string }[] }[]> };
    expect(Object.keys(hooks)).toEqual(INSTALLED_EVENTS.claude);
    expect(hooks['Stop']![0]!.hooks[0]!.command).toBe('command -v tokentrail >/dev/null 2>&1 && tokentrail hook Stop || true');
  });

  it('makes no hooks for a plugin that does not ask for them', async () => {
    const { files } = await assembled({ ...TEMPLATES, 'plugin.yaml': 'agent: codex\nname: mine\nversion: 9.0.0\n' });
    expect(files.has('plugin/hooks/hooks.json')).toBe(false);
    expect(JSON.parse(files.get('plugin/.claude-plugin/plugin.json')!)).toEqual({ name: 'mine', version: '9.0.0' });
  });
});

describe('the skills of the program', () => {
  const ROOT = fileURLToPath(new URL('../..', import.meta.url));
  const TEXTS = AGENTS.flatMap((agent) =>
    readdirSync(join(ROOT, 'templates/assembled', agent)).map((name): [string, string] => [
      `${agent}/${name}`,
      readFileSync(join(ROOT, 'templates/assembled', agent, name, 'SKILL.md'), 'utf8'),
    ]),
  );

  it('are what the templates make', async () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    const { files, skipped } = await assemble(await readSources(join(ROOT, 'templates/skills'), 'templates/skills'), version);
    expect(skipped).toEqual([]);
    const differing = [...files].filter(([path, text]) => readFileSync(join(ROOT, 'templates/assembled', path), 'utf8') !== text);
    expect(differing.map(([path]) => path)).toEqual([]);
  });

  it('are four for each of eight agents', () => expect(TEXTS.length).toBe(32));

  it.each(TEXTS)('name no model, no tool and no session: %s', (_, text) => {
    const blocks = [...text.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block]) => block!).join('\n');
    expect(blocks).not.toMatch(/--(tool|model|usage-session-id|usage-session-path|id)\b|claude|gpt|sonnet|opus/);
  });

  it.each(TEXTS.filter(([path]) => !path.endsWith('report')))('end or fail what they start: %s', (_, text) => {
    expect(text).toContain('analysis complete --status completed');
    expect(text).toContain('analysis complete --status failed');
  });

  it('are listed by the marketplace entry, whose plugin is there', () => {
    const { name, plugins } = JSON.parse(readFileSync(join(ROOT, '.claude-plugin/marketplace.json'), 'utf8')) as {
      name: string;
      plugins: { name: string; source: string; description: string }[];
    };
    const [plugin] = plugins;
    const manifest = JSON.parse(readFileSync(join(ROOT, plugin!.source, '.claude-plugin/plugin.json'), 'utf8')) as Record<string, string>;
    expect([name, plugin!.name, plugin!.description]).toEqual(['tokentrail', manifest['name'], manifest['description']]);
    expect(manifest['version']).toMatch(/^\d+\.\d+\.\d+$/);
  });
});
