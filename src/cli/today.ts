// Notes what was spent today for the status line, when the books were brought up to date.
import { join } from 'node:path';
import { costText } from './render/cost.js';
import { zoneNamed } from '../report/days.js';
import { Adder } from '../report/usage-sum.js';
import { knownAmount } from '../model/price.js';
import { dayHere, type Spent, type Today } from '../model/today.js';
import type { Instant } from '../model/time.js';
import { pointOf, type UsageRow } from '../model/usage-row.js';
import { makeFolder, writeFileAtomically } from '../store/files.js';
import type { Context } from './context.js';
import { readToday, todayFile } from './today-file.js';

function spentSince(rows: readonly UsageRow[], since: Instant, limit: bigint | null): Spent {
  const adder = new Adder();
  for (const row of rows) if (row.at !== null && row.at >= since) adder.add(pointOf(row));
  const { cost, partial_records } = adder.sum;
  const budget_permille = limit === null ? null : Number((knownAmount(cost) * 1000n) / limit);
  return { text: costText(cost, partial_records > 0), budget_permille };
}

/**
 * Writes what was spent today, by the books.
 *
 * @param changed whether the books were; if not, it is only done where the file tells of another day.
 */
export async function noteToday(context: Context, changed: boolean): Promise<void> {
  const { variables, home } = context.surroundings;
  const file = todayFile(variables, home);
  const now = context.now();
  const day = dayHere(now);
  const before = readToday(file);
  if (!changed && before?.day === day) {
    writeFileAtomically(file, [JSON.stringify({ ...before, at: now })], false);
    return;
  }
  const { store } = await context.readBooks();
  if (!store.hasUsage) return;
  const budget = await context.ownBudget();
  const zone = zoneNamed(null);
  const [dayStart, monthStart] = [zone.edgeOf(day, 'start'), zone.edgeOf(`${day.slice(0, 7)}-01`, 'start')];
  const monthly = budget?.month ?? null;
  const rows = await store.guarded(async () => (await store.usage()).since(monthly === null ? dayStart : monthStart));
  const today: Today = {
    day,
    at: now,
    spent: spentSince(rows, dayStart, budget?.day ?? null),
    month: monthly === null ? null : spentSince(rows, monthStart, monthly),
  };
  makeFolder(join(file, '..'));
  writeFileAtomically(file, [JSON.stringify(today)], false);
}
