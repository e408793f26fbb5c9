// What every command has: --json, --store, --quiet, a context, and one way to answer.
import { existsSync } from 'node:fs';
import type { Interfaces } from '@oclif/core';
import { Command } from '@oclif/core/command';
import * as Flags from '@oclif/core/flags';
import { Context } from './context.js';
import { Output } from './output.js';
import { currentOutput, setOutput } from './run-state.js';
import { spoolFolder } from './spool-folder.js';
import { guardStreams } from './streams.js';

export type FlagsOf<T extends typeof Command> = Interfaces.InferredFlags<(typeof BaseCommand)['baseFlags'] & T['flags']>;

export abstract class BaseCommand extends Command {
  static override baseFlags = {
    json: Flags.boolean({ description: 'Print one JSON document.', helpGroup: 'GLOBAL' }),
    store: Flags.string({ description: 'Folder of the store.', helpValue: 'ADDRESS', helpGroup: 'GLOBAL' }),
    quiet: Flags.boolean({ char: 'q', description: 'No words beside the answer and warnings.', helpGroup: 'GLOBAL' }),
  };

  /** Whether what hooks told is taken in: by commands that write, and always by a sync, which also ends what fell silent. */
  protected readonly folds: 'if it wrote' | 'always' = 'if it wrote';

  /** Set once the flags were read. */
  protected context!: Context;

  /** Reads the flags and makes the context from them. */
  protected async begin<T extends typeof Command>(command: T): Promise<{ flags: FlagsOf<T>; args: Interfaces.InferredArgs<T['args']> }> {
    guardStreams();
    const words = this.id!.replaceAll(':', ' ');
    const early = currentOutput();
    setOutput(new Output({ json: early.json, quiet: early.quiet, command: words }));
    const { flags, args } = await this.parse(command);
    const { json, quiet, store } = flags as unknown as { json: boolean; quiet: boolean; store?: string };
    const output = new Output({ json, quiet, command: words });
    setOutput(output);
    this.context = new Context({ output, store: store ?? null, program: this.config.version });
    return { flags: flags as FlagsOf<T>, args: args as Interfaces.InferredArgs<T['args']> };
  }

  /** The answer was given, and what it says is a failure: exit 1. */
  protected failed(): void {
    process.exitCode = 1;
  }

  /** Done, but something was skipped: exit 3, or 1 where that is asked for. */
  protected partly(strict: boolean): void {
    process.exitCode = strict ? 1 : 3;
  }

  /** Prints the answer: `data` (made only then) in the envelope with --json, else `text`. Then a writing command tidies up. */
  protected async answer(data: () => unknown, text: string): Promise<void> {
    this.context.output.answer(data, text);
    // The answer stands, whatever becomes of tidying up.
    const { context, folds } = this;
    const { variables, home } = context.surroundings;
    // Without hooks there is nothing to be taken in, and nothing to be loaded for it.
    const takesIn = (folds === 'always' || context.writes) && existsSync(spoolFolder(variables, home));
    if (takesIn || context.synced !== 'not')
      await import('./tidy-up.js').then(({ tidyUp }) => tidyUp(context, takesIn, folds === 'always')).catch(() => undefined);
    await this.context.close().catch(() => undefined);
  }
}
