import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { validate } from 'skills-ref';
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { AGENTS } from '../../src/model/agents.js';
import { checkSkill } from '../../src/skills/check-skill.js';
import { folderWith, skill } from './assembled-home.js';

const ASSEMBLED = fileURLToPath(new URL('../../templates/assembled', import.meta.url));

const withField = (field: string): string => `---\nname: a\ndescription: b\n${field}\n---\n\nDo it.\n`;

describe('the rules of Agent Skills', () => {
  it('are kept by a plain skill, with CRLF too', async () => {
    expect(await checkSkill('my-skill-2', skill('my-skill-2'))).toEqual([]);
    expect(await checkSkill('my-skill', skill('my-skill').replaceAll('\n', '\r\n'))).toEqual([]);
  });

  it.each([
    ['Big', '`name` may hold small letters'],
    ['a_b', '`name` may hold small letters'],
    ['-a', '`name` may not begin or end with a hyphen'],
    ['a-', '`name` may not begin or end with a hyphen'],
    ['a--b', '`name` may not begin or end with a hyphen'],
    ['a'.repeat(65), '`name` is longer than 64 characters'],
  ])('refuse the name %s', async (name, problem) => {
    expect((await checkSkill(name, skill(`"${name}"`))).filter((found) => found.startsWith(problem))).toHaveLength(1);
  });

  it('refuse a name that is not its folder', async () => {
    expect(await checkSkill('other', skill('one'))).toEqual(['`name` is "one" and its folder "other"']);
  });

  it.each([
    ['no frontmatter', 'Do it.', 'it does not begin with a frontmatter'],
    ['a frontmatter that does not end', '---\nname: a\n', 'it does not begin with a frontmatter'],
    ['YAML that is none', '---\nname: [\n---\nb', 'its frontmatter is no YAML'],
    ['a frontmatter that is a text', '---\nname\n---\nb', 'its frontmatter holds no fields'],
    ['no description', '---\nname: a\n---\nb', '`description` must be a text'],
    ['a long description', `---\nname: a\ndescription: ${'d'.repeat(1025)}\n---\nb`, '`description` is longer than 1024'],
    ['a long compatibility', withField(`compatibility: ${'c'.repeat(501)}`), '`compatibility` is longer than 500'],
    ['metadata that are no texts', withField('metadata: { version: 1 }'), '`metadata` must hold texts only'],
    ['a list of tools', withField('allowed-tools: [Bash]'), '`allowed-tools` must be a text'],
    ['no body', '---\nname: a\ndescription: b\n---\n\n', 'it says nothing'],
    ['a long body', `---\nname: a\ndescription: b\n---\n${'line\n'.repeat(500)}`, 'its text has 500 lines'],
  ])('refuse %s', async (_, text, problem) => {
    const problems = await checkSkill('a', text);
    expect(problems.map((found) => found.startsWith(problem))).toEqual([true]);
  });

  it('let pass what an agent has beside them', async () => {
    expect(await checkSkill('a', withField('argument-hint: "[id]"\nlicense: MIT\nmetadata: { version: "1" }'))).toEqual([]);
  });
});

describe('the validator of the standard', () => {
  it.each(AGENTS.flatMap((agent) => readdirSync(join(ASSEMBLED, agent)).map((name) => `${agent}/${name}`)))(
    'finds nothing in %s',
    async (path) => {
      expect(await validate(join(ASSEMBLED, path))).toEqual([]);
    },
  );

  it('would find something', async () => {
    const folder = folderWith({ 'a/SKILL.md': skill('b') });
    expect(await validate(join(folder, 'a'))).toHaveLength(1);
  });
});
