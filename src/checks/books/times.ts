// Check `times`: an analysis ends after it began, its stages lie in order between, and nothing lies in the future.
import { formatInstant, MICROS_PER_SECOND, type Instant } from '../../model/time.js';
import { ofEach, type BookFinding } from './check.js';

/** Clocks differ by so much without anybody minding. */
const TOLERANCE = 5 * 60 * MICROS_PER_SECOND;

export const times = ofEach('times', ({ id, started_at, completed_at, duration_seconds, stages, recorded_at }, { now }) => {
  const found: BookFinding[] = [];
  const wrong = (message: string): void => {
    found.push({
      level: 'error',
      code: 'TIME_ORDER',
      id,
      message,
      fix: 'Check the clock of the machine that recorded it; `analysis show --history` tells which.',
    });
  };
  if (started_at !== null && completed_at !== null) {
    if (completed_at < started_at) wrong(`${id} ended at ${formatInstant(completed_at)}, before it began at ${formatInstant(started_at)}.`);
    const seconds = Math.floor((completed_at - started_at) / MICROS_PER_SECOND);
    if (duration_seconds !== null && Math.abs(duration_seconds - seconds) > 1)
      wrong(`${id} took ${duration_seconds} s, but its times are ${seconds} s apart.`);
  }
  let last: Instant = started_at ?? -Infinity;
  for (const { stage, at, untimed } of stages) {
    if (untimed === true) continue;
    if (at < last) wrong(`Stage "${stage}" of ${id} was closed at ${formatInstant(at)}, before what came before it.`);
    last = Math.max(last, at);
  }
  if (stages.some(({ untimed }) => untimed !== true) && completed_at !== null && last > completed_at)
    wrong(`A stage of ${id} was closed after it had ended.`);
  for (const at of [started_at, completed_at, recorded_at])
    if (at !== null && at > now + TOLERANCE) wrong(`${id} has a time of the future, ${formatInstant(at)}.`);
  return found;
});
