// The reports on records that are all there at once.
import type { Instant } from '../../src/model/time.js';
import type { UsagePoint } from '../../src/model/usage-row.js';
import * as report from '../../src/report/usage.js';

function folded<T>(points: Iterable<UsagePoint>, fold: report.UsageFold<T>): T {
  for (const point of points) fold.add(point, '');
  return fold.result();
}

const NO_NOTES: report.SessionNotes = { silent: [], flags: new Map() };

export const dailyUsage = (
  points: Iterable<UsagePoint>,
  filter: report.UsageFilter,
  dayOf: (instant: Instant) => string,
  notes: report.SessionNotes = NO_NOTES,
) => folded(points, report.dailyUsage(filter, dayOf, notes));

export const usageByModel = (points: Iterable<UsagePoint>, filter: report.UsageFilter, notes: report.SessionNotes = NO_NOTES) =>
  folded(points, report.usageByModel(filter, notes));

export const usageBySession = (
  points: Iterable<UsagePoint>,
  filter: report.UsageFilter,
  silent: readonly report.SilentSession[],
  flags: ReadonlyMap<string, readonly string[]>,
) => folded(points, report.usageBySession(filter, { silent, flags }));
