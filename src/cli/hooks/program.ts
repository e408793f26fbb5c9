// How an agent's shell calls this program.
import { accessSync, constants, realpathSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CommandLines } from '../../hooks/settings.js';
import { PROGRAM } from '../program.js';

/** The script that node runs. */
export const scriptPath = (): string => fileURLToPath(new URL('../bin/run.js', PROGRAM));

const quoted = (path: string): string =>
  process.platform === 'win32' ? `"${path}"` : /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;

/** Whether `tokentrail` on the path is this program. */
function isOnPath(path: string, script: string): boolean {
  for (const folder of path.split(delimiter)) {
    if (folder === '') continue;
    const file = join(folder, 'tokentrail');
    try {
      accessSync(file, constants.X_OK);
      return realpathSync(file) === realpathSync(script);
    } catch {
      // Not in this folder.
    }
  }
  return false;
}

/**
 * A command line of this program by its words: `tokentrail` by its name, or where that is another program or none, node and the script
 * by their paths. What is for a project goes to machines that may not have it.
 */
export function commandLines(scope: 'user' | 'project', path: string): (words: string) => CommandLines {
  if (scope === 'project')
    return (words) => ({
      bash: `if command -v tokentrail >/dev/null 2>&1; then tokentrail ${words}; fi`,
      powershell: `if (Get-Command tokentrail -ErrorAction SilentlyContinue) { tokentrail ${words} }`,
    });
  const script = scriptPath();
  const onPath = isOnPath(path, script);
  const [bash, powershell] = onPath
    ? ['tokentrail', 'tokentrail']
    : [`${quoted(process.execPath)} ${quoted(script)}`, `& "${process.execPath}" "${script}"`];
  return (words) => ({ bash: `${bash} ${words}`, powershell: `${powershell} ${words}` });
}
