// Runs one command line: finds the command, and turns whatever ends it into one answer and one exit code.
import { fileURLToPath } from 'node:url';
import type { Interfaces } from '@oclif/core';
import { run } from '@oclif/core/run';
import { TokentrailError } from '../model/errors.js';
import { Output } from './output.js';
import { currentOutput, setOutput } from './run-state.js';
import { removeScratch } from '../store/scratch.js';
import { safe } from '../model/safe.js';
import { guardStreams } from './streams.js';

/** Flags of every command, which may also stand before the command's name. */
const GLOBAL_FLAGS = new Set(['--json', '--quiet', '-q']);

/** Moves global flags that stand first behind the command, where they are read. */
export function commandFirst(args: readonly string[]): string[] {
  const leading: string[] = [];
  let i = 0;
  for (; i < args.length; i++) {
    const arg = args[i]!;
    if (GLOBAL_FLAGS.has(arg) || arg.startsWith('--store=')) leading.push(arg);
    else if (arg === '--store' && i + 1 < args.length) leading.push(arg, args[++i]!);
    else break;
  }
  const rest = args.slice(i);
  const dashes = rest.indexOf('--');
  return dashes < 0 ? [...rest, ...leading] : [...rest.slice(0, dashes), ...leading, ...rest.slice(dashes)];
}

/** `help analysis start` is `analysis start --help`. */
const helpFlag = (args: readonly string[]): string[] => (args[0] === 'help' ? [...args.slice(1), '--help'] : [...args]);

/** Words before the first flag: the command as far as it can be told without knowing the commands. */
const wordsOf = (args: readonly string[]): string => {
  const end = args.findIndex((arg) => arg.startsWith('-'));
  return args.slice(0, end < 0 ? undefined : end).join(' ');
};

interface OclifError extends Error {
  readonly oclif?: { readonly exit?: number };
  readonly code?: string;
}

const isUsage = ({ oclif, name, constructor }: OclifError): boolean =>
  oclif?.exit === 2 || /Parse|Flag|Arg|Validation/.test(`${name} ${constructor.name}`);

/** oclif's message without what it puts around ours, on one line. */
const plainMessage = (message: string): string =>
  message
    .replace(/^Parsing --\S+ \n\t/, '')
    .replace(/^The following errors? occurred:\s*/, '')
    .replaceAll(/\n?See more help with --help/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim();

function asOwnError(error: unknown, command: string): TokentrailError {
  if (error instanceof TokentrailError) {
    // Thrown while a flag is read, its message comes back wrapped.
    const { code, suggestions, details, cause } = error;
    return error.message.startsWith('Parsing --')
      ? new TokentrailError(code, plainMessage(error.message), { suggestions, details, cause })
      : error;
  }
  const thrown = error as OclifError;
  const message = plainMessage(thrown instanceof Error ? thrown.message : String(thrown));
  if (command === '' || /^command .* not found$/is.test(message)) {
    if (command === '') return new TokentrailError('USAGE', 'No command was given.', { suggestions: ['See `tokentrail --help`.'] });
    return new TokentrailError('UNKNOWN_COMMAND', `There is no command "${command}".`, { suggestions: ['See `tokentrail --help`.'] });
  }
  if (isUsage(thrown)) {
    return new TokentrailError('USAGE', message, {
      suggestions: [`See \`tokentrail ${command} --help\`.`],
    });
  }
  return new TokentrailError('BUG', `Something went wrong that should not: ${message.split('\n')[0]}`, {
    suggestions: ['Set DEBUG=tokentrail for the details and report it, please.'],
    cause: error,
  });
}

function isExit(error: unknown): boolean {
  return (error as OclifError).code === 'EEXIT';
}

/** Ends the run at once, as the kernel would, but with a word; what was acknowledged is on disk, and the lock dies with us. */
function endOnSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      if (currentOutput().answered) process.exit(process.exitCode ?? 0);
      const error = new TokentrailError('INTERRUPTED', 'Interrupted; what was not acknowledged was not recorded.', { details: { signal } });
      currentOutput().failNow(error);
      removeScratch();
      process.exit(error.exitCode);
    });
  }
}

/** Where an error and its causes came from; a message is one line, whatever it holds. */
function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return `${safe(String(error))}\n`;
  const frames = (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at '));
  const cause = error.cause === undefined ? '' : `caused by ${stackOf(error.cause)}`;
  return `${[`${error.name}: ${safe(error.message)}`, ...frames.map(safe)].join('\n')}\n${cause}`;
}

const nothing = (): void => undefined;

/** oclif's words for debugging show the command line as it came, escapes and all. */
const SILENT: Interfaces.Logger = {
  namespace: 'oclif',
  child: () => SILENT,
  debug: nothing,
  error: nothing,
  info: nothing,
  trace: nothing,
  warn: nothing,
};

/** Without plugins: else oclif runs what a package.json in the user's data folder names, where a store is that may have been restored. */
const loadOptions = (entry: string): Interfaces.LoadOptions => ({
  root: fileURLToPath(entry),
  userPlugins: false,
  devPlugins: false,
  logger: SILENT,
});

/** Runs the command line and sets the exit code. */
export async function main(argv: readonly string[], entry: string): Promise<void> {
  endOnSignals();
  guardStreams();
  const args = helpFlag(commandFirst(argv));
  const own = args.slice(0, args.includes('--') ? args.indexOf('--') : undefined);
  const command = wordsOf(args);
  setOutput(new Output({ json: own.includes('--json'), quiet: own.includes('--quiet'), command }));
  try {
    await run(args, loadOptions(entry));
  } catch (error) {
    if (isExit(error)) return;
    const failure = asOwnError(error, command);
    currentOutput().fail(failure);
    if (process.env['DEBUG']?.includes('tokentrail') === true) process.stderr.write(stackOf(error));
    process.exitCode = failure.exitCode;
  }
}
