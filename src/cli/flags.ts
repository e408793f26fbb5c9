// Flags that several commands share: their names, help texts and checks.
import * as Flags from '@oclif/core/flags';
import { END_STATUSES, KINDS, STAGE_STATUSES, STATUSES } from '../model/analysis.js';
import { AGENT_FLAGS, TOOL_FLAGS } from '../model/agents.js';
import { TokentrailError } from '../model/errors.js';
import { HOOK_AGENTS, type HookAgent } from '../model/hook-event.js';
import { fromMs, localDay, parseInstant, spanBefore, type Instant } from '../model/time.js';

const usage = (message: string, suggestion: string): TokentrailError =>
  new TokentrailError('USAGE', message, { suggestions: [suggestion] });

/** Texts are kept as given, but for what could not be stored or told apart: nothing, and broken Unicode. */
export function plainText(name: string, input: string): string {
  if (input.trim() === '') throw usage(`--${name} is empty.`, `Give --${name} a value, or leave it out.`);
  if (!input.isWellFormed()) throw usage(`--${name} is not valid Unicode.`, 'Check the encoding of your terminal.');
  return input;
}

const LONGEST_ID = 200;

/** On one line, and of a length that is one of a name. */
export const isPlainId = (input: string): boolean =>
  input.trim() !== '' && input.isWellFormed() && input.length <= LONGEST_ID && !/[\u0000-\u001f\u007f]/.test(input);

function plainId(name: string, input: string): string {
  plainText(name, input);

  if (!isPlainId(input)) {
    throw usage(`--${name} has more than ${LONGEST_ID} characters or holds control characters.`, 'Give a plain id.');
  }
  return input;
}

export const textFlag = (name: string, description: string) =>
  Flags.string({ description, parse: (input) => Promise.resolve(plainText(name, input)) });

export const requiredText = (name: string, description: string) =>
  Flags.string({ description, required: true, parse: (input) => Promise.resolve(plainText(name, input)) });

export const requiredId = (name: string, description: string) =>
  Flags.string({ description, required: true, parse: (input) => Promise.resolve(plainId(name, input)) });

export const idFlag = (name: string, description: string) =>
  Flags.string({ description, parse: (input) => Promise.resolve(plainId(name, input)) });

/** Comma-separated, and a repeated flag adds. */
export const listFlag = (name: string, description: string) =>
  Flags.string({
    description: `${description} Comma-separated; may be repeated.`,
    multiple: true,
    parse: (input) => Promise.resolve(plainText(name, input)),
  });

export const listOf = (values: readonly string[] | undefined): string[] => [
  ...new Set(
    (values ?? [])
      .flatMap((value) => value.split(','))
      .map((value) => value.trim())
      .filter((value) => value !== ''),
  ),
];

export const countFlag = (name: string, description: string) =>
  Flags.custom<number>({
    description,
    parse: (input) => {
      const count = Number(input);
      if (!/^\d+$/.test(input) || !Number.isSafeInteger(count))
        throw usage(`--${name} "${input}" is no whole number up to 2^53 − 1.`, 'Give a count, as 1200.');
      return Promise.resolve(count);
    },
  })();

/** A time with an offset, a local day, or a span before now (`7d`). A day as an end is its end. */
export const timeFlag = (name: string, description: string, edge: 'start' | 'end') =>
  Flags.custom<Instant>({
    description: `${description} RFC 3339 with an offset, a date, or a span such as 7d, 12h or 30m.`,
    helpValue: 'TIME',
    parse: (input) => {
      const instant = parseInstant(input) ?? localDay(input, edge) ?? spanBefore(input, fromMs(Date.now()));
      if (instant === null)
        throw usage(`--${name} "${input}" is no time.`, 'Give it as 2026-11-22T10:00:00+01:00, as 2026-11-22, or as 7d, 12h, 30m.');
      return Promise.resolve(instant);
    },
  })();

/** A day as it was given, in whichever zone the command's days are. */
export interface GivenDay {
  readonly day: string;
}

/** A day of the calendar that instants reach to. */
const isDay = (text: string): boolean => localDay(text, 'start') !== null && parseInstant(`${text}T00:00:00Z`) !== null;

/** The same for a command whose days are those of a zone: a date is left to it. */
export const zonedTimeFlag = (name: string, description: string) =>
  Flags.custom<Instant | GivenDay>({
    description: `${description} RFC 3339 with an offset, a date in the zone of --tz, or a span such as 7d, 12h or 30m.`,
    helpValue: 'TIME',
    parse: (input) => {
      const given = parseInstant(input) ?? (isDay(input) ? { day: input } : spanBefore(input, fromMs(Date.now())));
      if (given === null)
        throw usage(`--${name} "${input}" is no time.`, 'Give it as 2026-11-22T10:00:00+01:00, as 2026-11-22, or as 7d, 12h, 30m.');
      return Promise.resolve(given);
    },
  })();

/** The time whose books are asked for; a date means the end of that day, today's what holds now. */
export const atFlag = () =>
  Flags.custom<Instant>({
    description: 'The books as they were recorded by this time. RFC 3339 with an offset, a date (its end), or a span such as 7d.',
    helpValue: 'TIME',
    parse: (input) => {
      const now = fromMs(Date.now());
      const day = localDay(input, 'start');
      const instant =
        parseInstant(input) ?? (day !== null && day <= now ? Math.min(localDay(input, 'end')! - 1, now) : day) ?? spanBefore(input, now);
      if (instant === null) throw usage(`--at "${input}" is no time.`, 'Give it as 2026-11-22T10:00:00+01:00, as 2026-11-22, or as 7d.');
      if (instant > now) throw future(input);
      return Promise.resolve(instant);
    },
  })();

/** The same for a command whose days are those of a zone: a date is left to it. */
export const zonedAtFlag = () =>
  Flags.custom<Instant | GivenDay>({
    description:
      'The books as they were recorded by this time. RFC 3339 with an offset, a date (its end in the zone of --tz), or a span such as 7d.',
    helpValue: 'TIME',
    parse: (input) => {
      const now = fromMs(Date.now());
      const given = parseInstant(input) ?? (isDay(input) ? { day: input } : spanBefore(input, now));
      if (given === null) throw usage(`--at "${input}" is no time.`, 'Give it as 2026-11-22T10:00:00+01:00, as 2026-11-22, or as 7d.');
      if (typeof given === 'number' && given > now) throw future(input);
      return Promise.resolve(given);
    },
  })();

export const future = (input: string): TokentrailError => usage(`--at "${input}" is in the future.`, 'Leave --at out for what holds now.');

export const tagsFlag = () =>
  Flags.string({
    description: 'A label KEY=VALUE; may be repeated.',
    multiple: true,
    helpValue: 'KEY=VALUE',
    parse: (input) => {
      if (!/^[^=\s]+=.+$/s.test(input)) throw usage(`--tag "${input}" is not of the form KEY=VALUE.`, 'Give it as --tag team=search.');
      return Promise.resolve(plainText('tag', input));
    },
  });

export const toolFlag = () => Flags.option({ options: TOOL_FLAGS, description: 'The agent that does the work, or manual, or other.' })();

/** One of the agents whose logs are read. */
export const agentFlag = () => Flags.option({ options: AGENT_FLAGS, description: 'Only the logs of this agent.', helpValue: 'AGENT' })();

export const kindFlag = () => Flags.option({ options: KINDS, description: 'A synthesis draws on other analyses.' })();

export const endStatusFlag = () => Flags.option({ options: END_STATUSES, description: 'How it ended.' })();

export const stageStatusFlag = () => Flags.option({ options: STAGE_STATUSES, default: 'done', description: 'How the stage ended.' })();

/** Of work that is entered when it is over, or planned. */
export const enteredStatusFlag = () =>
  Flags.option({ options: [...END_STATUSES, 'draft'] as const, default: 'completed' as const, description: 'Its state.' })();

export const statusFlag = () => Flags.option({ options: STATUSES, description: 'Its state.' })();

/** `--id`, left out where the running session has one started analysis. */
export const currentIdFlag = () => idFlag('id', 'The analysis; if left out, the only started one of this session.');

export const limitFlag = (standard: number) =>
  Flags.custom<number>({
    description: 'How many at most.',
    default: standard,
    parse: (input) => {
      const limit = Number(input);
      if (!/^\d+$/.test(input) || limit < 1 || !Number.isSafeInteger(limit))
        throw usage(`--limit "${input}" is no whole number above 0.`, 'Give it as --limit 50.');
      return Promise.resolve(limit);
    },
  })();

/** The flags that name a session. */
export const sessionFlags = () => ({
  'usage-session-id': idFlag('usage-session-id', 'The session, if it is not found by itself.'),
  'usage-session-path': textFlag('usage-session-path', 'The log of the session.'),
});

/** One of some words. */
export const option = <T extends string>(options: readonly T[], description: string) => Flags.option({ options, description })();

const HOOK_AGENT_FLAGS = [...HOOK_AGENTS, 'claude-code'] as const;

/** The agent that is meant by a flag. */
export const hookAgentOf = (name: (typeof HOOK_AGENT_FLAGS)[number]): HookAgent => (name === 'claude-code' ? 'claude' : name);

/** An agent that has hooks. */
export const hookAgentFlag = (description: string) => Flags.option({ options: HOOK_AGENT_FLAGS, description, helpValue: 'AGENT' })();

/** Several of them. */
export const hookAgentsFlag = () =>
  Flags.option({
    options: HOOK_AGENT_FLAGS,
    description: 'Only this agent; may be repeated. All that are used here if left out.',
    helpValue: 'AGENT',
    multiple: true,
  })();

/** For whom something is installed. */
export const scopeFlags = () => ({
  user: Flags.boolean({ description: 'For all projects of this user (as if left out).', exclusive: ['project'] }),
  project: Flags.boolean({ description: 'For the project of this folder.', exclusive: ['user'] }),
});
