// What `analysis show --json` says, as far as these tests look at it, and small helpers that several of them need.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Home, Result } from '../support/home.js';
import { BIN } from '../support/home.js';

export interface ShownStage {
  readonly stage: string;
  readonly attempt: number;
  readonly tokens_cumulative: number | null;
  readonly tokens_delta: number | null;
}

export interface ShownSession {
  readonly agent: string;
  readonly session_id: string;
  readonly path: string | null;
  readonly found_by: string;
  readonly baseline_reason: string | null;
  readonly baseline: { readonly skipped: readonly { reason: string; count: number }[] };
  readonly final: { readonly skipped: readonly { reason: string; count: number }[] } | null;
}

export interface Shown {
  readonly id: string;
  readonly revision: number;
  readonly kind: string;
  readonly status: string;
  readonly tool: string;
  readonly project: string | null;
  readonly analysis_file: string | null;
  readonly input_tokens: number | null;
  readonly cache_read_tokens: number | null;
  readonly output_tokens: number | null;
  readonly tokens_in: number | null;
  readonly tokens_out: number | null;
  readonly total_tokens: number | null;
  readonly tokens_baseline: number | null;
  readonly tokens_final: number | null;
  readonly tokens_check: number | null;
  readonly usage_mode: string | null;
  readonly usage_session_id: string | null;
  readonly inputs_analysis_ids: readonly string[] | null;
  readonly capture_status: string;
  readonly capture_reason: string | null;
  readonly usage: { readonly by_model: Readonly<Record<string, { readonly total: number | null }>> } | null;
  readonly stages: readonly ShownStage[];
  readonly tail: { readonly tokens_delta: number | null } | null;
  readonly sessions: readonly ShownSession[];
}

export const shown = async (home: Home, id: string): Promise<Shown> =>
  (await home.json<{ analysis: Shown }>(['analysis', 'show', id])).analysis;

/** Ids of all analyses of the store, the oldest first. */
export async function idsIn(home: Home, ...more: readonly string[]): Promise<string[]> {
  const { analyses } = await home.json<{ analyses: { id: string }[] }>(['analysis', 'list', '--all', ...more]);
  return analyses.map(({ id }) => id).sort();
}

/** Whether anything was written that stays: the folder of the store. */
export const hasStore = (home: Home): boolean => existsSync(home.store);

export const isRoot = process.getuid?.() === 0;

/** Whether a program ends well; for asking what this machine allows. */
export const works = (program: string, args: readonly string[]): Promise<boolean> =>
  new Promise((resolve) => void execFile(program, [...args], (error) => resolve(error === null)));

/** The user and group `nobody`, to whom modes mean something also where the tests run as root. */
export const NOBODY = 65_534;

/** Runs the command as an ordinary user; only root can ask for it. */
export function runAsNobody(home: Home, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Result> {
  return new Promise((resolve) => {
    const options = { cwd: home.project, env: { ...home.env, ...env }, uid: NOBODY, gid: NOBODY };
    execFile(process.execPath, [BIN, ...args], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ code, stdout, stderr });
    });
  });
}

/** A program with its arguments in the home's project and environment. */
export function runProgram(
  home: Home,
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Result> {
  return new Promise((resolve) => {
    execFile(
      program,
      [...args],
      { cwd: home.project, env: { ...home.env, ...env }, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
        resolve({ code, stdout, stderr });
      },
    );
  });
}
