// The entries of a journal as commands take them: by flags, or many as JSON lines.
import * as Flags from '@oclif/core/flags';
import { recordEntries, type EntryInput, type Recorded } from '../lifecycle/journal.js';
import { TokentrailError } from '../model/errors.js';
import { isFields } from '../model/foreign-columns.js';
import { DECISIONS, SEVERITIES, type EntryKind, type JournalDraft } from '../model/journal.js';
import { parseInstant, type Instant } from '../model/time.js';
import type { Context } from './context.js';
import { countFlag, currentIdFlag, idFlag, isPlainId } from './flags.js';
import { givenText } from './given-text.js';
import { analysisIdOf } from './session-flags.js';

/** What every entry takes. */
export const entryFlags = () => ({
  id: currentIdFlag(),
  stage: idFlag('stage', 'The stage that it is about.'),
  attempt: countFlag('attempt', 'Which attempt of the stage; found out if left out.'),
  from: Flags.string({
    helpValue: 'FILE|-',
    description: 'Many at once: a JSON object a line, with the names of the flags as keys, "-" in them as "_".',
  }),
});

interface Field {
  readonly to: keyof JournalDraft;
  /** The value; undefined if it is none. */
  readonly read: (value: unknown) => unknown;
  /** What it must be. */
  readonly is: string;
}

/** A time that a flag gave. */
class GivenTime {
  readonly at: Instant;

  constructor(at: Instant) {
    this.at = at;
  }
}

const text = (to: keyof JournalDraft): Field => ({
  to,
  read: (value) => (typeof value === 'string' && value.trim() !== '' && value.isWellFormed() ? value : undefined),
  is: 'a text',
});

const oneOf = (to: keyof JournalDraft, all: readonly string[]): Field => ({
  to,
  read: (value) => all.find((one) => one === value),
  is: `one of ${all.join(', ')}`,
});

const count = (to: keyof JournalDraft, least: number): Field => ({
  to,
  read: (value) => (Number.isSafeInteger(value) && (value as number) >= least ? value : undefined),
  is: `a whole number from ${least}`,
});

const time = (to: keyof JournalDraft): Field => ({
  to,
  // Flags were read before.
  read: (value) => (value instanceof GivenTime ? value.at : typeof value === 'string' ? (parseInstant(value) ?? undefined) : undefined),
  is: 'a time as 2026-11-22T10:00:00+01:00',
});

/** A name on one line. */
const word = (to: keyof JournalDraft): Field => ({
  to,
  read: (value) => (typeof value === 'string' && isPlainId(value) ? value : undefined),
  is: 'a name of at most 200 characters on one line',
});

const SHARED: Readonly<Record<string, Field>> = { stage: word('stage'), attempt: count('attempt', 1), at: time('at') };

const FIELDS: Readonly<Record<EntryKind, Readonly<Record<string, Field>>>> = {
  checkpoint: {
    ...SHARED,
    decision: oneOf('decision', DECISIONS),
    feedback: text('feedback'),
    by: text('decided_by'),
    requested_at: time('requested_at'),
  },
  finding: {
    ...SHARED,
    severity: oneOf('severity', SEVERITIES),
    category: text('category'),
    file: text('file'),
    line: count('line', 1),
    message: text('message'),
  },
  note: { ...SHARED, text: text('message') },
  result: { ...SHARED, passed: count('passed', 0), failed: count('failed', 0), errors: count('errors', 0) },
};

/** Keys without which an entry says nothing. */
const NEEDED: Readonly<Record<EntryKind, readonly string[]>> = {
  checkpoint: ['decision'],
  finding: ['severity', 'message'],
  note: ['text'],
  result: ['passed', 'failed'],
};

/** Texts in which a path below the home may stand. */
const PLACES: ReadonlySet<keyof JournalDraft> = new Set(['feedback', 'file', 'message', 'category', 'decided_by']);

type Given = Readonly<Record<string, unknown>>;

/** @param name of a key as the user wrote it. @throws USAGE */
function entryOf(context: Context, entry: EntryKind, given: Given, where: string, name: (key: string) => string): EntryInput {
  const wrong = (message: string, suggestion: string): TokentrailError =>
    new TokentrailError('USAGE', `${where}${where === '' ? message[0]!.toUpperCase() + message.slice(1) : message}`, {
      suggestions: [suggestion],
    });
  const fields = FIELDS[entry];
  const values: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined || value === null) continue;
    const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (field === undefined) throw wrong(`${name(key)} is nothing that a ${entry} has.`, `It may have ${Object.keys(fields).join(', ')}.`);
    const read = field.read(value);
    if (read === undefined) throw wrong(`${name(key)} is not ${field.is}.`, `Give ${field.is}.`);
    values[field.to] = PLACES.has(field.to) ? context.storedText(read as string) : read;
  }
  const now = context.now();
  for (const key of ['at', 'requested_at'])
    if (typeof values[key] === 'number' && values[key] > now) throw wrong(`${name(key)} is in the future.`, 'Give a time that is past.');
  if (typeof values['requested_at'] === 'number' && values['requested_at'] > ((values['at'] as number | undefined) ?? now))
    throw wrong(`${name('requested_at')} is after the decision.`, 'Give the time since which it was waited for.');
  const missing = NEEDED[entry].filter((key) => values[fields[key]!.to] === undefined);
  if (missing.length > 0)
    throw wrong(`a ${entry} needs ${missing.map(name).join(' and ')}.`, `See \`tokentrail analysis ${entry} --help\`.`);
  if (values['attempt'] !== undefined && values['stage'] === undefined && entry !== 'checkpoint')
    throw wrong(`${name('attempt')} needs ${name('stage')}.`, 'Name the stage, too.');
  return { ...values, entry };
}

/** @throws USAGE for a line that is none */
function entriesOf(context: Context, entry: EntryKind, content: string): EntryInput[] {
  const lines = content.replace(/^\ufeff/, '').split(/\r?\n/);
  return lines.flatMap((line, i): EntryInput[] => {
    if (line.trim() === '') return [];
    const where = `Line ${i + 1}: `;
    let given: unknown;
    try {
      given = JSON.parse(line);
    } catch {
      given = null;
    }
    if (!isFields(given)) throw new TokentrailError('USAGE', `${where}it is no JSON object.`, { suggestions: ['Nothing was recorded.'] });
    return [entryOf(context, entry, given, where, (key) => `"${key}"`)];
  });
}

interface JournalFlags {
  readonly id?: string | undefined;
  readonly from?: string | undefined;
}

/** Flags that say nothing of the entry. */
const OTHERS: ReadonlySet<string> = new Set(['id', 'from', 'json', 'store', 'quiet']);

const TIMES: ReadonlySet<string> = new Set(['at', 'requested-at']);

const flagName = (key: string): string => `--${key.replaceAll('_', '-')}`;

/** Records one entry by its flags, or those of --from. @throws USAGE, ANALYSIS_NOT_FOUND */
export async function recordGiven(context: Context, entry: EntryKind, flags: JournalFlags & Given): Promise<Recorded> {
  const { id, from } = flags;
  const own = Object.entries(flags).filter(([name, value]) => !OTHERS.has(name) && value !== undefined);
  if (from !== undefined && own.length > 0)
    throw new TokentrailError('USAGE', '--from takes the place of the other flags.', { suggestions: ['Leave out one of them.'] });
  const given = Object.fromEntries(
    own.map(([name, value]) => [name.replaceAll('-', '_'), TIMES.has(name) ? new GivenTime(value as Instant) : value]),
  );
  const inputs =
    from === undefined
      ? [entryOf(context, entry, given, '', flagName)]
      : entriesOf(context, entry, await givenText(context, from, 'list of entries'));
  if (inputs.length === 0) throw new TokentrailError('USAGE', `No ${entry} was given.`, { suggestions: ['Give a JSON object a line.'] });
  const analysis = await analysisIdOf(context, id, 'write');
  return recordEntries(await context.existingBooks(), analysis, `analysis ${entry}`, inputs);
}
