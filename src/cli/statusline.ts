// What `statusline` prints: one line from what Claude Code tells of its session on stdin, and from the note of today that a sync leaves.
// It is run several times a minute by the agent, opens no store, and has a door of its own before oclif.
import { homedir } from 'node:os';
import { safe } from '../model/safe.js';
import { dayHere, type Spent, type Today } from '../model/today.js';
import { readInput } from './stdin.js';
import { readToday, todayFile } from './today-file.js';

type Fields = Readonly<Record<string, unknown>>;

const objectAt = (value: unknown, key: string): Fields => {
  const inner = typeof value === 'object' && value !== null ? (value as Fields)[key] : undefined;
  return typeof inner === 'object' && inner !== null ? (inner as Fields) : {};
};

const numberAt = (fields: Fields, key: string): number | null => {
  const value = fields[key];
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null;
};

function parsed(text: string | null): Fields {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return typeof value === 'object' && value !== null ? (value as Fields) : {};
  } catch {
    return {};
  }
}

/** The agent's own estimate, which no log holds. */
function sessionText(payload: Fields): string {
  const cost = numberAt(objectAt(payload, 'cost'), 'total_cost_usd');
  return cost === null ? 'session n/a' : `$${cost.toFixed(2)} session`;
}

const CLASSES = ['input_tokens', 'cache_creation_input_tokens', 'cache_read_input_tokens'];

/** How full the context is; told by newer versions, worked out for older ones. */
function contextText(payload: Fields): string {
  const window = objectAt(payload, 'context_window');
  let percent = numberAt(window, 'used_percentage');
  const size = numberAt(window, 'context_window_size');
  const usage = objectAt(window, 'current_usage');
  const counts = CLASSES.map((name) => numberAt(usage, name));
  if (percent === null && size !== null && size > 0 && counts.some((count) => count !== null))
    percent = (counts.reduce<number>((sum, count) => sum + (count ?? 0), 0) / size) * 100;
  return percent === null ? 'ctx n/a' : `ctx ${Math.round(percent)} %`;
}

const timeOf = (at: number): string => {
  const date = new Date(at / 1000);
  return `${String(date.getHours()).padStart(2, '0')}:${String(date.getMinutes()).padStart(2, '0')}`;
};

const shareText = ({ budget_permille }: Spent, of: string): string | null =>
  budget_permille === null ? null : `${Math.floor(budget_permille / 10)} % of the ${of}'s budget`;

/** What the books told when they were brought up to date last; of another day they tell nothing of today. */
function todayTexts(today: Today | null, now: number): (string | null)[] {
  if (today === null || today.day !== dayHere(now)) return ['today n/a (see `tokentrail usage sync`)'];
  const { spent, month, at } = today;
  return [`today ${spent.text} at ${timeOf(at)}`, shareText(spent, 'day'), month === null ? null : shareText(month, 'month')];
}

/** The line. @param now microseconds */
export function statusLine(text: string | null, today: Today | null, now: number): string {
  const payload = parsed(text);
  return [sessionText(payload), ...todayTexts(today, now), contextText(payload)]
    .filter((part) => part !== null)
    .map(safe)
    .join(' · ');
}

/** The line of this moment. */
export function statusLineNow(): string {
  const { env } = process;
  const today = readToday(todayFile(env, env['HOME'] || homedir()));
  return statusLine(readInput(), today, Date.now() * 1000);
}
