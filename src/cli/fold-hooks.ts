// Takes in what hooks left for this store, after the answer of a command that writes.
import { statSync } from 'node:fs';
import { isRefused, type HookEvent, type SpooledEvent } from '../model/hook-event.js';
import { chainOf } from '../model/snapshot-row.js';
import { endSilentSessions, storeSnapshots } from '../lifecycle/snapshots.js';
import { readHooksState, writeHooksState } from '../store/hooks-state.js';
import { pruneSpool, readSpool } from '../store/spool.js';
import type { Context } from './context.js';
import { spoolFolder } from './spool-folder.js';

/** The spool of this user on this machine. */
export const spoolOf = ({ surroundings: { variables, home } }: Context): string => spoolFolder(variables, home);

const isEdge = (event: HookEvent): boolean => event.kind === 'start' || event.kind === 'end';

/** The store that a call of a hook is for; null where what names it can't be read now. */
async function storeOf(context: Context, event: HookEvent, known: Map<string, Promise<string | null>>): Promise<string | null> {
  const { store, project, cwd } = event;
  const named = project ?? cwd;
  const folder = named === null ? context.surroundings.home : context.path(named);
  const key = JSON.stringify([folder, store]);
  let found = known.get(key);
  if (found === undefined) known.set(key, (found = context.storeFolderFor(folder, store).catch(() => null)));
  return found;
}

/** The calls that are for a store; `deferred`: of some, which store they are for can't be told now. */
async function ownEvents(
  context: Context,
  events: readonly SpooledEvent[],
  store: string,
  open: readonly string[],
): Promise<{ readonly own: readonly HookEvent[]; readonly deferred: boolean }> {
  const known = new Map<string, Promise<string | null>>();
  const begun = new Set(open);
  const own: HookEvent[] = [];
  let deferred = false;
  for (const event of events) {
    if (isRefused(event) || !isEdge(event)) continue;
    const its = await storeOf(context, event, known);
    // A session ends where it began, whatever folder its agent has gone to.
    const isOwn = its === store || (event.kind === 'end' && begun.has(chainOf(event)));
    deferred ||= its === null && !isOwn;
    if (!isOwn) continue;
    if (event.kind === 'start') begun.add(chainOf(event));
    own.push(event);
  }
  return { own, deferred };
}

/**
 * Stores the snapshots of sessions of this store that began or ended. Where nothing was told since, and no session may have fallen
 * silent, the store is not opened.
 *
 * @param silent also end the sessions that fell silent, as a sync does.
 */
export async function foldHooks(context: Context, silent: boolean): Promise<void> {
  const spool = spoolOf(context);
  const store = await context.storeFolder();
  const state = readHooksState(store);
  const { events, position: reached } = readSpool(spool, state.position);
  const { own, deferred } = await ownEvents(context, events, store, state.open);
  const isDue = own.length > 0 || (silent && state.open.length > 0);
  if (!isDue && (events.length === 0 || statSync(store, { throwIfNoEntry: false }) === undefined)) return;
  // What can't be told yet is looked at again; what is stored is not stored twice.
  const position = deferred ? state.position : reached;
  const open = [...new Set([...state.open, ...own.map(chainOf)])];
  if (!isDue) {
    writeHooksState(store, { position, open });
    return;
  }
  const books = await context.books();
  await storeSnapshots(books, own, context.output.command, context.stored);
  const left = silent ? await endSilentSessions(books, open) : open;
  await books.store.exclusively(() => {
    // Another command may have taken in what came meanwhile.
    const others = readHooksState(store).open.filter((id) => !open.includes(id));
    writeHooksState(store, { position, open: [...left, ...others] });
    return Promise.resolve();
  });
  pruneSpool(spool);
}
