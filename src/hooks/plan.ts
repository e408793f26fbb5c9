// What becomes of a file of settings: with our hooks, and without them. Pure.
import type { HookAgent } from '../model/hook-event.js';
import {
  statusLineIn,
  withHooks,
  withoutHooks,
  withoutStatusLine,
  withStatusLine,
  type CommandLines,
  type OwnProgram,
} from './settings.js';

/** What is put in. */
export interface OwnEntries {
  readonly program: OwnProgram;
  readonly linesOf: (event: string) => CommandLines;
  /** The command of the status line; null where none is wanted. */
  readonly statusline: string | null;
}

export interface InstallPlan {
  readonly after: string;
  /** The text without any of ours; null where there was none. */
  readonly stripped: string | null;
  /** A status line of others is set, which stays. */
  readonly isForeign: boolean;
}

const withoutOurs = (text: string, program: OwnProgram): string => withoutStatusLine(withoutHooks(text, program), program);

/** @param before null where there is no file. @throws SettingsProblem for what can't be changed without damage */
export function planInstall(before: string | null, agent: HookAgent, { program, linesOf, statusline }: OwnEntries): InstallPlan {
  const hooked = withHooks(before, agent, program, linesOf);
  return {
    after: statusline === null ? hooked : withStatusLine(hooked, program, statusline),
    stripped: before === null ? null : withoutOurs(before, program),
    isForeign: statusline !== null && statusLineIn(before, program) === 'foreign',
  };
}

/** What is noted of an installation. */
export interface Noted {
  /** The bytes before it; null where there was no file. */
  readonly before: Uint8Array | null;
  /** Nobody changed the file since. */
  readonly isAsLeft: boolean;
}

/** What is left of a file that was made for our hooks. */
const isBare = (text: string): boolean => /^\s*\{\s*(?:"version"\s*:\s*1\s*,?)?\s*\}\s*$/.test(text);

/**
 * What a file is without ours: the very bytes that it had before, where nobody changed it since.
 *
 * @param noted null where nothing is known of the installation.
 * @returns null where the file was made for our hooks, and nothing else came into it.
 * @throws SettingsProblem for what can't be changed without damage
 */
export function planRemoval(text: string, noted: Noted | null, program: OwnProgram): Uint8Array | null {
  const taken = withoutOurs(text, program);
  if (noted === null) return Buffer.from(taken);
  if (noted.before === null) return noted.isAsLeft || isBare(taken) ? null : Buffer.from(taken);
  return noted.isAsLeft ? noted.before : Buffer.from(taken);
}
