// Where Codex keeps its rollouts: by local day, archived ones flat, cold ones compressed beside neither.
import { basename, dirname, join } from 'node:path';
import type { LogFacts, LogFile, Peek, Surroundings } from '../agent.js';
import { type Blocked, isPlainId, namesBelow, namesIn } from '../find-files.js';

const DAY = /^sessions\/(\d{4}\/\d{2}\/\d{2})\//;
const MS_PER_DAY = 86_400_000;

export const codexRoots = ({ home, variables }: Surroundings): string[] => [variables['CODEX_HOME'] || join(home, '.codex')];

const asLog = (root: string, name: string): LogFile => ({ agent: 'codex', root, name, kind: 'append' });

export const codexLogs = (root: string, blocked?: Blocked): Promise<LogFile[]> =>
  Promise.resolve(rollouts(root, blocked).map((name) => asLog(root, name)));

const IS_ROLLOUT = /(?:^|\/)rollout-[^/]*\.jsonl(?:\.zst)?$/;

/** All rollouts. Not by patterns: every sync and every mark looks for them. */
const rollouts = (root: string, blocked?: Blocked): string[] => [
  ...namesBelow(join(root, 'sessions'), blocked)
    .map((name) => `sessions/${name}`)
    .filter((name) => IS_ROLLOUT.test(name)),
  ...namesIn(join(root, 'archived_sessions'), blocked)
    .map((name) => `archived_sessions/${name}`)
    .filter((name) => IS_ROLLOUT.test(name)),
];

/** The day before one that a folder names; empty, before all others, if no calendar has it. */
function dayBefore(day: string): string {
  const ms = Date.parse(`${day.replaceAll('/', '-')}T00:00:00Z`);
  return Number.isNaN(ms) ? '' : new Date(ms - MS_PER_DAY).toISOString().slice(0, 10).replaceAll('-', '/');
}

/** Rollouts of that day or later, and those whose name doesn't tell. */
const since = (names: readonly string[], day: string): string[] => names.filter((name) => (DAY.exec(name)?.[1] ?? '9') >= day);

const firstDayOf = (names: readonly string[]): string => {
  const day = names.flatMap((name) => DAY.exec(name)?.[1] ?? []).sort()[0];
  return day === undefined ? '' : dayBefore(day);
};

/**
 * The rollouts of a thread, and of the threads that it spawned: those name it only inside, and none is older than it (the day of
 * a name is local time, so a day is added).
 */
export async function codexLogsOf(root: string, session: string, peek: Peek): Promise<LogFile[]> {
  if (!isPlainId(session)) return [];
  const all = rollouts(root);
  const isOwn = (name: string): boolean => name.replace(/\.jsonl(\.zst)?$/, '').endsWith(`-${session}`);
  const own = all.filter(isOwn);
  const candidates = since(all, firstDayOf(own)).filter((name) => !isOwn(name));
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

/** Up to 0.77 a session's log repeats the events of reviews, which are sessions of their own and name no parent. */
const REPEATS_REVIEWS = /^0\.(?:[0-9]|[1-6][0-9]|7[0-7])\./;

/** Rollouts of reviews that may have run inside a session: of its days and its folder. */
export async function codexRepeated(root: string, { name }: LogFile, facts: LogFacts, peek: Peek): Promise<LogFile[]> {
  if (!REPEATS_REVIEWS.test(facts.version ?? '')) return [];
  const reviews: LogFile[] = [];
  for (const candidate of since(rollouts(root), firstDayOf([name]))) {
    const found = candidate === name ? null : await peek(asLog(root, candidate));
    const isReview =
      found?.flags.includes('subagent_without_parent') === true && found.folders.some((folder) => facts.folders.includes(folder));
    if (isReview) reviews.push(asLog(root, candidate));
  }
  return reviews;
}

export const codexLogsAt = (path: string): LogFile[] => [asLog(dirname(path), basename(path))];
