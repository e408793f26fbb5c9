// Where Codex keeps its rollouts: by local day, archived ones flat, cold ones compressed beside neither.
import { basename, dirname, join } from 'node:path';
import type { LogFile, Peek, Surroundings } from '../agent.js';
import { findFiles, foldersIn, isPlainId, namesIn } from '../find-files.js';

const ROLLOUT = 'rollout-*.jsonl{,.zst}';
const DAY = /^sessions\/(\d{4}\/\d{2}\/\d{2})\//;
const MS_PER_DAY = 86_400_000;

export const codexRoots = ({ home, variables }: Surroundings): string[] => [variables['CODEX_HOME'] || join(home, '.codex')];

const asLog = (root: string, name: string): LogFile => ({ agent: 'codex', root, name, kind: 'append' });

export async function codexLogs(root: string): Promise<LogFile[]> {
  return (await findFiles(root, [`sessions/**/${ROLLOUT}`, `archived_sessions/${ROLLOUT}`])).map((name) => asLog(root, name));
}

/** The day folders, from `day` (YYYY/MM/DD) on. */
function daysFrom(root: string, day: string): string[] {
  const sessions = join(root, 'sessions');
  const years = foldersIn(sessions).filter((year) => year >= day.slice(0, 4));
  const months = years.flatMap((year) => foldersIn(join(sessions, year)).map((month) => `${year}/${month}`));
  const days = months
    .filter((month) => month >= day.slice(0, 7))
    .flatMap((month) => foldersIn(join(sessions, month)).map((d) => `${month}/${d}`));
  return days.filter((d) => d >= day).sort();
}

const IS_ROLLOUT = /^rollout-.*\.jsonl(\.zst)?$/;

const rolloutsIn = (root: string, folder: string): string[] =>
  namesIn(join(root, folder)).flatMap((name) => (IS_ROLLOUT.test(name) ? [`${folder}/${name}`] : []));

function dayBefore(day: string): string {
  const before = new Date(Date.parse(day.replaceAll('/', '-')) - MS_PER_DAY);
  return before.toISOString().slice(0, 10).replaceAll('-', '/');
}

/**
 * The rollouts of a thread, and of the threads that it spawned: those name it only inside, and none is older than it (the day of
 * a name is local time, so a day is added).
 */
export async function codexLogsOf(root: string, session: string, peek: Peek): Promise<LogFile[]> {
  if (!isPlainId(session)) return [];
  const all = [...daysFrom(root, '').flatMap((day) => rolloutsIn(root, `sessions/${day}`)), ...rolloutsIn(root, 'archived_sessions')];
  const isOwn = (name: string): boolean => name.replace(/\.jsonl(\.zst)?$/, '').endsWith(`-${session}`);
  const own = all.filter(isOwn);
  const firstDay = own
    .map((name) => DAY.exec(name)?.[1])
    .filter((day) => day !== undefined)
    .sort()[0];
  const since = firstDay === undefined ? '' : dayBefore(firstDay);
  const candidates = all.filter((name) => !isOwn(name) && (DAY.exec(name)?.[1] ?? '9') >= since);
  const family = new Set([session]);
  const found = new Map(own.map((name) => [name, asLog(root, name)]));
  const parents = new Map<string, { parent: string | null; thread: string | null }>();
  for (const name of candidates) {
    const facts = await peek(asLog(root, name));
    if (facts) parents.set(name, { parent: facts.parent, thread: facts.session_id });
  }
  // A sub-agent may spawn sub-agents of its own.
  for (let grew = true; grew;) {
    grew = false;
    for (const [name, { parent, thread }] of parents) {
      if (found.has(name) || thread === null) continue;
      if (!family.has(thread) && (parent === null || !family.has(parent))) continue;
      found.set(name, asLog(root, name));
      family.add(thread);
      grew = true;
    }
  }
  return [...found.values()];
}

export const codexLogsAt = (path: string): LogFile[] => [asLog(dirname(path), basename(path))];
