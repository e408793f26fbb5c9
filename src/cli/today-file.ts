// Where the note of today is, and what it says.
import { readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import type { Spent, Today } from '../model/today.js';

export function todayFile(variables: Readonly<Record<string, string | undefined>>, home: string): string {
  const named = variables['XDG_CACHE_HOME'];
  return join(named !== undefined && isAbsolute(named) ? named : join(home, '.cache'), 'tokentrail', 'today.json');
}

const isSpent = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as Spent).text === 'string' &&
  ((value as Spent).budget_permille === null || typeof (value as Spent).budget_permille === 'number');

/** Null if there is none, or none that can be read: it is only a cache. */
export function readToday(file: string): Today | null {
  try {
    const today = JSON.parse(readFileSync(file, 'utf8')) as Partial<Today> | null;
    const isOne =
      typeof today?.day === 'string' &&
      typeof today.at === 'number' &&
      isSpent(today.spent) &&
      (today.month === null || isSpent(today.month));
    return isOne ? (today as Today) : null;
  } catch {
    return null;
  }
}
