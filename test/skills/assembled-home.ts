// Folders for tests of skills: templates, and homes of agents.
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, realpathSync, rmSync, writeFileSync, lstatSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach } from 'vitest';

const open: string[] = [];

afterEach(() => {
  for (const folder of open.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A folder with these files, removed after the test. */
export function folderWith(files: Readonly<Record<string, string>> = {}): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'tokentrail-skills-')));
  open.push(folder);
  fill(folder, files);
  return folder;
}

/** Writes files below a folder. */
export function fill(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

/** All that is in a folder, with modes, texts and where links lead. */
export function everythingIn(folder: string, prefix = ''): string[] {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      const stat = lstatSync(path);
      const shown = `${prefix}${name} ${(stat.mode & 0o777).toString(8)}`;
      if (stat.isSymbolicLink()) return [`${shown} → ${readlinkSync(path)}`];
      if (stat.isDirectory()) return [shown, ...everythingIn(path, `${prefix}${name}/`)];
      return [`${shown} ${readFileSync(path, 'utf8')}`];
    });
}

/** A skill that keeps all rules. */
export const skill = (name: string, body = 'Do it.'): string =>
  `---\nname: ${name}\ndescription: What it does, and when.\n---\n\n${body}\n`;

/** Templates of one skill for two agents. */
export const TEMPLATES: Readonly<Record<string, string>> = {
  'agents.yaml': 'claude: { label: Claude Code, word: one }\ncodex: { label: Codex, word: two }\n',
  'partials/end.liquid': 'Say {{ agent.word }}.\n',
  'my-skill/SKILL.md.liquid': skill('{{ skill }}', "For {{ agent.label }}.\n\n\n\n{% include 'end' %}"),
};
