// Every command of the program once, in an order in which each finds what it needs. A new command must be added here: a test holds the
// list against the manifest.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Home, Result, RunOptions } from '../support/home.js';

/** What a user might have copied from anywhere, for each place that takes free text. */
export interface Words {
  readonly text?: string;
  /** `AGENT:PATH` of a log. */
  readonly usageFrom?: string;
  /** Id of a session that is there. */
  readonly session?: string;
}

/** A file to be imported in which every text is that one. */
function importFile(home: Home, text: string): string {
  const file = join(home.path, 'import.yaml');
  writeFileSync(
    file,
    stringify({ analysis_logs: [{ id: text, notes: text, status: text, [text]: text, stages_json: [{ stage: text }] }] }),
  );
  return file;
}

/** Templates of a skill that says that text. */
function skillTemplates(home: Home, text: string): string {
  const folder = join(home.path, 'skill-templates');
  mkdirSync(join(folder, 'mine'), { recursive: true });
  writeFileSync(join(folder, 'agents.yaml'), stringify({ claude: { label: text } }));
  writeFileSync(join(folder, 'mine', 'SKILL.md.liquid'), '---\nname: mine\ndescription: mine\n---\n\n{{ agent.label }}\n');
  return folder;
}

/** Command lines in order; `id` stands for the analysis that was started. */
export function everyCommand(home: Home, { text = 'x', usageFrom, session = text }: Words = {}): readonly (readonly string[])[] {
  const backup = join(home.path, 'backup');
  const document = join(home.path, 'document.md');
  writeFileSync(document, '# Paper\n');
  const exported = join(home.path, 'exported.json');
  const from = usageFrom === undefined ? ['--tool', 'manual', '--total-tokens', '7'] : ['--usage-from', usageFrom];
  return [
    ['source add', '--id', 's1', '--title', text, '--author', text, '--bias-notes', text],
    ['source update', '--id', 's1', '--title', `${text}2`, '--topics', text],
    ['source show', 's1'],
    ['source list'],
    ['analysis start', '--source-id', 's1', '--notes', text, '--task', text, '--cmd', text, '--tag', `k=${text}`, '--analysis-file', text],
    ['analysis current'],
    ['analysis mark', '--stage', text, '--notes', text],
    ['analysis checkpoint', '--decision', 'revise', '--feedback', text, '--by', text],
    ['analysis finding', '--severity', 'info', '--message', text, '--file', text, '--category', text, '--stage', text],
    ['analysis note', '--text', text],
    ['analysis result', '--passed', '1', '--failed', '0'],
    ['analysis complete', '--notes', text, '--claims-extracted', text, '--analysis-file', document],
    ['analysis add', '--source-id', 's1', ...from, '--notes', text, '--model', text],
    ['analysis backfill-usage', '--dry-run'],
    ['analysis backfill-usage'],
    ['analysis settle', '--all'],
    ['analysis attach', '--id', 'id', '--usage-session-id', text],
    ['analysis detach', '--id', 'id', '--usage-session-id', text],
    ['analysis verify', '--all'],
    ['analysis list', '--all'],
    ['analysis show', 'id'],
    ['analysis show', 'id', '--history'],
    ['analysis sessions list'],
    ['tag', session, '--task', text],
    ['usage sync'],
    ['usage daily'],
    ['usage stages'],
    ['usage models'],
    ['usage phases', '--by-tool', '--session', session],
    ['usage sessions'],
    ['usage daily', '--no-store'],
    ['usage models', '--no-store'],
    ['usage phases', '--no-store'],
    ['usage phases', '--rules'],
    ['usage sessions', '--no-store'],
    ['usage reprice', '--dry-run'],
    ['usage reprice'],
    ['price list', text, '--provider', text],
    ['price explain', text, '--terms', 'fast'],
    ['validate'],
    ['doctor', '--deep'],
    ['hook', text],
    ['statusline'],
    ['hooks install', '--agent', 'claude', '--dry-run'],
    ['hooks install', '--agent', 'codex', '--project'],
    ['hooks doctor'],
    ['hooks sessions'],
    ['hooks uninstall', '--agent', 'codex', '--project'],
    ['overhead'],
    ['self-check', '--roi'],
    ['import', importFile(home, text)],
    ['export analyses'],
    ['export analyses', '--format', 'json', '--out', exported],
    ['export analyses', '--format', 'md', '--forgotten'],
    ['export analyses', '--format', 'html'],
    ['analysis start', '--kind', 'synthesis', '--source-id', 'report-1', '--notes', text],
    ['analysis complete', '--id', 'id', '--inputs-source-ids', 's1'],
    ['export synthesis', 'id'],
    ['export synthesis', 'id', '--format', 'html'],
    ['export synthesis', 'id', '--format', 'yaml'],
    ['export lineage', '--format', 'prov'],
    ['export lineage', 'id', '--format', 'openlineage'],
    ['export lineage', '--format', 'mermaid'],
    ['export analyses', '--format', 'csv'],
    ['export usage'],
    ['export usage', '--what', 'sessions', '--format', 'json'],
    ['export usage', '--what', 'projects', '--format', 'jsonl'],
    ['export document', document],
    ['export journal', 'id'],
    ['export journal', 'id', '--format', 'yaml'],
    ['export journal', 'id', '--document', document],
    ['export check', exported],
    ['import', exported],
    ['analysis forget', 'id', '--reason', text],
    ['analysis list', '--all', '--forgotten'],
    ['skills assemble', '--from', skillTemplates(home, text), '--out', join(home.path, 'assembled')],
    ['skills install', 'mine', '--agent', 'claude', '--from', join(home.path, 'assembled'), '--dry-run'],
    ['skills install', '--agent', 'claude', '--from', join(home.path, 'assembled')],
    ['skills list', '--from', join(home.path, 'assembled')],
    ['skills check', '--agent', 'claude', '--from', join(home.path, 'assembled')],
    ['skills uninstall', '--agent', 'claude'],
    ['store status'],
    ['store migrate'],
    ['store optimize'],
    ['store backup', backup],
    ['store restore', backup, '--force'],
    ['init'],
  ].map(([words, ...rest]) => [...words!.split(' '), ...rest]);
}

/** Commands that can't be run a second time on the same store. */
const ONCE = /^(source add|analysis (start|mark|complete|forget)|store backup)/;

/** Runs them all, as text and, where that changes nothing, with --json too. */
export async function runEvery(home: Home, words: Words = {}, options: RunOptions = {}): Promise<Result[]> {
  const all: Result[] = [];
  let id = 'none';
  for (const args of everyCommand(home, words)) {
    const named = args.map((word) => (word === 'id' ? id : word));
    const result = await home.run(named, options);
    id = /^ANALYSIS-\d+-\d+/.exec(args[1] === 'start' ? result.stdout : '')?.[0] ?? id;
    all.push(result);
    if (!ONCE.test(args.join(' '))) all.push(await home.run([...named, '--json'], options));
  }
  return all;
}

// What a terminal acts upon: escape, bell, backspace, carriage return, C1, bidi, zero-width, tags, separators of lines.
const RAW = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|\udb40[\udc00-\udc7f]/;

/** Outputs that would do something to a terminal. */
export const raw = (results: readonly Result[]): string[] =>
  results
    .flatMap(({ stdout, stderr }) => [stdout, stderr])
    // CSV ends its lines so.
    .filter((text) => RAW.test(text.replaceAll('\r\n', '\n')));

/** Lines that text from outside made into lines of their own. */
export const forged = (results: readonly Result[]): string[] =>
  results.flatMap(({ stdout, stderr }) => `${stdout}\n${stderr}`.split('\n')).filter((line) => line.startsWith('FORGED'));

export const EVIL: readonly (readonly [what: string, text: string])[] = [
  ['a colour', 'a\u001b[31mb'],
  ['a write to the clipboard', 'a\u001b]52;c;ZXZpbA==\u0007b'],
  ['a title of the window', 'a\u001b]0;title\u001b\\b'],
  ["a return to the line's beginning", 'a\rFORGED'],
  ['backspaces', 'a\b\b\bb'],
  ['C1 controls', 'a\u009b31m\u009d0;t\u009cb\u0085c'],
  ['a reversal of direction', 'a\u202eb\u2066c'],
  ['invisible letters', 'a\u200bb\ufeffc\u{e0041}d'],
  ['a separator of lines', 'a\u2028b\u2029c'],
];

export const EVIL_TEXT = EVIL.map(([, text]) => text).join('|');
