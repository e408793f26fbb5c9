// The plugin for Claude Code: its manifest, and skills, commands and hooks in the folders where it looks for them.
import { INSTALLED_EVENTS } from '../model/hook-event.js';
import type { PluginSource, Texts } from './sources.js';

/** Seconds; far more than a hook takes. */
const TIMEOUT = 10;

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** What runs at an event: never fails, and says nothing where the program is missing. */
export const hookCommand = (event: string): string => `command -v tokentrail >/dev/null 2>&1 && tokentrail hook ${event} || true`;

function hooksFile(): string {
  const hookOf = (event: string): object => ({ hooks: [{ type: 'command', command: hookCommand(event), timeout: TIMEOUT }] });
  return json({
    description: 'Takes a note of the running session, so that its tokens are known without its help.',
    hooks: Object.fromEntries(INSTALLED_EVENTS.claude.map((event) => [event, [hookOf(event)]])),
  });
}

/** Path below the plugin's folder → text. @param skills by `<skill>/<file>`, @param commands by their file. */
export function pluginFiles({ fields, hooks }: PluginSource, version: string, skills: Texts, commands: Texts): Texts {
  const { name, ...rest } = fields;
  return new Map([
    ['.claude-plugin/plugin.json', json({ name, version, ...rest })],
    ...[...skills].map(([path, text]) => [`skills/${path}`, text] as const),
    ...[...commands].map(([path, text]) => [`commands/${path}`, text] as const),
    ...(hooks ? [['hooks/hooks.json', hooksFile()] as const] : []),
  ]);
}
