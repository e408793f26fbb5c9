// Run journals as LevelUp writes them: Markdown, one run after the other, with steps, checkpoints, findings and an outcome. Spaces and
// line ends are taken as they come. Pure.
import type { JournalCheckpoint, JournalRun, JournalStep } from '../model/imported-journal.js';
import { DECISIONS, SEVERITIES, type Decision } from '../model/journal.js';

type Finding = JournalStep['findings'][number];
type Result = JournalStep['results'][number];

const HEADER = '# Run Journal:';

/** Lines that hold something, without the spaces around them, whatever ends them. */
const linesOf = (text: string): string[] =>
  text
    .replace(/^\ufeff/, '')
    .split(/[\r\n]/)
    .map((line) => line.trim())
    .filter((line) => line !== '');

/** Whether a text holds a run journal. */
export const isLevelUp = (text: string): boolean => linesOf(text).some((line) => line.startsWith(HEADER));

/** The rest of a line behind a beginning; null if it has another one. */
const behind = (line: string, beginning: string): string | null =>
  line.startsWith(beginning) ? line.slice(beginning.length).trim() : null;

/** The value of `- **Name:** value`. */
const field = (line: string, name: string): string | null => behind(line, `- **${name}:**`);

/** `name  (HH:MM:SS)`. */
function stepOf(rest: string): { name: string; time: string | null } {
  const open = rest.lastIndexOf('(');
  const time = open < 0 ? null : /^\((\d\d:\d\d:\d\d)\)$/.exec(rest.slice(open).trim());
  return time === null ? { name: rest, time: null } : { name: rest.slice(0, open).trim(), time: time[1]! };
}

/** `107.2s` among the parts of a usage line. */
function durationIn(usage: string): number | null {
  for (const part of usage.split('|')) {
    const found = /^(\d{1,9})(?:\.(\d{1,3}))?s$/.exec(part.trim());
    if (found !== null) return Number(found[1]) * 1000 + Number((found[2] ?? '').padEnd(3, '0'));
  }
  return null;
}

/** `- [WARNING] \`file\`: message`. */
function findingOf(line: string): Finding | null {
  const inner = behind(line, '- [');
  const end = inner?.indexOf(']') ?? -1;
  if (inner === null || end < 0) return null;
  const severity = SEVERITIES.find((one) => one === inner.slice(0, end).toLowerCase());
  if (severity === undefined) return null;
  const rest = inner.slice(end + 1).trim();
  const close = rest.startsWith('`') ? rest.indexOf('`', 1) : -1;
  if (close < 0) return rest === '' ? null : { severity, file: null, message: rest };
  const behindFile = rest.slice(close + 1).trim();
  const message = (behindFile.startsWith(':') ? behindFile.slice(1) : behindFile).trim();
  return message === '' ? null : { severity, file: rest.slice(1, close) || null, message };
}

/** `12 total, 1 failures, 0 errors (FAILED)`. */
function resultOf(text: string): Result | null {
  const counts = /^(\d{1,9}) total, (\d{1,9}) failures?, (\d{1,9}) errors?\b/.exec(text);
  if (counts === null) return null;
  const [total, failed, errors] = counts.slice(1).map(Number) as [number, number, number];
  return { passed: Math.max(0, total - failed - errors), failed, errors };
}

type Writable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer I)[] ? I[] : T[K] };

const AUTO = ['auto', 'auto-approved', 'auto-approve'];

function decisionOf(text: string): Decision | null {
  const word = text.toLowerCase();
  return AUTO.includes(word) ? 'auto' : (DECISIONS.find((one) => one === word) ?? null);
}

/** Reads one run, a line after the other. */
class RunReader {
  readonly run: Writable<JournalRun>;
  #step: Writable<JournalStep> | null = null;
  #checkpoint: Writable<JournalCheckpoint> | null = null;
  #outcome: { status: string | null; error: string | null } | null = null;
  /** In the task's description, which is not kept. */
  #isDescription = false;

  constructor(title: string) {
    this.run = { run_id: null, title, ticket: null, started: null, items: [], outcome: null };
  }

  /** @param next the line behind it. */
  read(line: string, next: string): void {
    if (this.#opens(line, next)) return;
    if (this.#isDescription) return;
    if (this.#outcome !== null) this.#readOutcome(line, this.#outcome);
    else if (this.#checkpoint !== null) this.#readCheckpoint(line, this.#checkpoint);
    else if (this.#step !== null) this.#readStep(line, this.#step);
    else this.#readHeader(line);
  }

  /** Whether the line begins a section. */
  #opens(line: string, next: string): boolean {
    const step = behind(line, '## Step:');
    const checkpoint = behind(line, '### Checkpoint:');
    const isOutcome = line === '## Outcome';
    // A description may hold anything: what looks like a section there is one only as it is written.
    const isWritten = step !== null ? stepOf(step).time !== null : isOutcome && field(next, 'Status') !== null;
    if ((step === null && checkpoint === null && !isOutcome) || (this.#isDescription && !isWritten)) {
      this.#isDescription ||= line === '## Task Description' && this.run.items.length === 0 && this.#outcome === null;
      return this.#isDescription;
    }
    this.#isDescription = false;
    this.#checkpoint = null;
    // A run that was taken up again goes on behind its outcome.
    this.#outcome = null;
    if (step !== null) {
      const { name, time } = stepOf(step);
      this.#step = { name: name || 'unnamed', time, usage: null, duration_ms: null, findings: [], results: [], lines: [] };
      this.run.items.push({ kind: 'step', step: this.#step });
    } else if (checkpoint !== null) {
      this.#checkpoint = { step: checkpoint, decision: null, unread: null, feedback: null };
      this.run.items.push({ kind: 'checkpoint', checkpoint: this.#checkpoint });
    } else {
      this.#outcome = { status: null, error: null };
      this.run.outcome = this.#outcome;
    }
    return true;
  }

  #readHeader(line: string): void {
    this.run.run_id ??= field(line, 'Run ID') || null;
    this.run.started ??= field(line, 'Started');
    const ticket = field(line, 'Ticket');
    // Behind the ticket stands where it came from.
    if (ticket !== null) this.run.ticket ??= ticket.split(' ')[0] || null;
  }

  #readStep(line: string, step: Writable<JournalStep>): void {
    const usage = field(line, 'Usage');
    const tests = field(line, 'Test results');
    const [finding, result] = [findingOf(line), tests === null ? null : resultOf(tests)];
    if (usage !== null) {
      step.usage = usage;
      step.duration_ms = durationIn(usage);
    } else if (result !== null) step.results.push(result);
    else if (finding !== null) step.findings.push(finding);
    else step.lines.push(line);
  }

  #readCheckpoint(line: string, checkpoint: Writable<JournalCheckpoint>): void {
    const decision = field(line, 'Decision');
    const feedback = field(line, 'Feedback');
    if (decision !== null) {
      checkpoint.decision = decisionOf(decision);
      checkpoint.unread = checkpoint.decision === null ? decision : null;
    } else if (feedback !== null) checkpoint.feedback = feedback;
    // What was said may have several lines.
    else if (checkpoint.feedback !== null) checkpoint.feedback += `\n${line}`;
  }

  #readOutcome(line: string, outcome: { status: string | null; error: string | null }): void {
    outcome.status ??= field(line, 'Status');
    outcome.error ??= field(line, 'Error');
  }
}

/** The runs of a file, in its order; what stands before the first one is none. */
export function levelUpRuns(text: string): readonly JournalRun[] {
  const readers: RunReader[] = [];
  const lines = linesOf(text);
  for (const [i, line] of lines.entries()) {
    const title = behind(line, HEADER);
    if (title !== null) readers.push(new RunReader(title));
    else readers.at(-1)?.read(line, lines[i + 1] ?? '');
  }
  return readers.map(({ run }) => run);
}
