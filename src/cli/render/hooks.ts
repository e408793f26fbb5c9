// What was done to agents' settings.
import { safe } from '../../model/safe.js';
import type { HookChange } from '../hooks/install.js';
import { unifiedDiff } from '../../store/unified-diff.js';

const STATES: Readonly<Record<HookChange['state'], readonly [done: string, planned: string]>> = {
  installed: ['installed', 'would be installed'],
  updated: ['updated', 'would be updated'],
  unchanged: ['installed already, nothing to do', 'installed already, nothing to do'],
  removed: ['removed', 'would be removed'],
  refused: ['refused', 'would be refused'],
  not_installed: ['not installed, nothing to do', 'not installed, nothing to do'],
};

/** A line for each agent; with `planned` the differences instead of what was done. */
export function renderHookChanges(changes: readonly HookChange[], planned: boolean, tilde: (path: string) => string): string {
  const blocks = changes.map(({ agent, file, state, before, after, note }) => {
    const line = `${agent}: ${STATES[state][planned ? 1 : 0]} (${safe(tilde(file))})`;
    const differs = state === 'installed' || state === 'updated' || state === 'removed';
    const diff = planned && differs ? `\n${unifiedDiff(safe(tilde(file)), before, after).trimEnd()}` : '';
    return `${line}${note === null ? '' : `\n  ${safe(note)}`}${diff}`;
  });
  return blocks.join('\n');
}

export const hookChangesJson = (changes: readonly HookChange[], planned: boolean): object => ({
  dry_run: planned,
  files: changes.map(({ agent, file, state, before, after, note }) => ({
    agent,
    file,
    state,
    note,
    ...(planned ? { diff: unifiedDiff(file, before, after) } : {}),
  })),
});
