// The rules of Agent Skills that a SKILL.md has to keep, as the standard at agentskills.io gives them. Fields that it doesn't name are
// an agent's own, and are let pass.
import { isFields } from '../model/foreign-columns.js';
import { loadYaml } from './libraries.js';

const LONGEST = { name: 64, description: 1024, compatibility: 500 } as const;

/** Lines of a body from which on it should be split into files of its own. */
const MOST_LINES = 500;

/** The frontmatter's YAML and the body; null if the text doesn't begin with one that ends. */
export function splitFrontmatter(text: string): { readonly yaml: string; readonly body: string } | null {
  const lines = text.split('\n').map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
  const end = lines[0] === '---' ? lines.indexOf('---', 1) : -1;
  return end < 0 ? null : { yaml: lines.slice(1, end).join('\n'), body: lines.slice(end + 1).join('\n') };
}

function problemsOfName(name: unknown, folder: string): string[] {
  if (typeof name !== 'string' || name === '') return ['`name` must be a text'];
  const problems: string[] = [];
  if (name.length > LONGEST.name) problems.push(`\`name\` is longer than ${LONGEST.name} characters`);
  if (!/^[a-z0-9-]+$/.test(name)) problems.push('`name` may hold small letters, digits and hyphens only');
  if (name.startsWith('-') || name.endsWith('-') || name.includes('--'))
    problems.push('`name` may not begin or end with a hyphen, nor hold two in a row');
  if (name !== folder) problems.push(`\`name\` is "${name}" and its folder "${folder}"`);
  return problems;
}

function problemsOfTexts(fields: Readonly<Record<string, unknown>>): string[] {
  const { description, compatibility, metadata } = fields;
  const problems: string[] = [];
  if (typeof description !== 'string' || description.trim() === '') problems.push('`description` must be a text');
  else if (description.length > LONGEST.description) problems.push(`\`description\` is longer than ${LONGEST.description} characters`);
  if (compatibility !== undefined && (typeof compatibility !== 'string' || compatibility.trim() === ''))
    problems.push('`compatibility` must be a text');
  else if (typeof compatibility === 'string' && compatibility.length > LONGEST.compatibility)
    problems.push(`\`compatibility\` is longer than ${LONGEST.compatibility} characters`);
  for (const name of ['license', 'allowed-tools'])
    if (fields[name] !== undefined && typeof fields[name] !== 'string') problems.push(`\`${name}\` must be a text`);
  if (metadata !== undefined && (!isFields(metadata) || Object.values(metadata).some((value) => typeof value !== 'string')))
    problems.push('`metadata` must hold texts only');
  return problems;
}

/** What is wrong with a SKILL.md that lies in a folder of that name, as half sentences; none if it may be installed. */
export async function checkSkill(folder: string, text: string): Promise<string[]> {
  const parts = splitFrontmatter(text);
  if (parts === null) return ['it does not begin with a frontmatter between two lines `---`'];
  const { parseDocument } = await loadYaml();
  const document = parseDocument(parts.yaml);
  if (document.errors.length > 0) return [`its frontmatter is no YAML (${document.errors[0]!.message.split('\n')[0]!})`];
  const fields = document.toJS({ maxAliasCount: 100 }) as unknown;
  if (!isFields(fields)) return ['its frontmatter holds no fields'];
  const lines = parts.body.trimEnd().split('\n').length;
  return [
    ...problemsOfName(fields['name'], folder),
    ...problemsOfTexts(fields),
    ...(parts.body.trim() === '' ? ['it says nothing beside its frontmatter'] : []),
    ...(lines >= MOST_LINES ? [`its text has ${lines} lines; fewer than ${MOST_LINES} are read`] : []),
  ];
}
