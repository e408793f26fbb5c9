// What `init` does: the configuration file of the project, if it has none, and the store.
import { existsSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { TokentrailError } from '../model/errors.js';
import { fileFailure } from '../store/failures.js';
import { writeFileAtomically } from '../store/files.js';
import type { Context } from './context.js';
import { CONFIG_NAME } from './project.js';

export interface Initialised {
  readonly config: string;
  readonly config_written: boolean;
  readonly store: string;
  readonly store_created: boolean;
}

function writeConfig(file: string, store: string, folder: string): void {
  const text = `# Settings of tokentrail for this project. A relative store is beside this file.\nstore: ${JSON.stringify(store)}\n`;
  try {
    writeFileAtomically(file, [text], true);
  } catch (error) {
    throw fileFailure(error, file, `the store "${folder}" is there, but the project does not name it`);
  }
}

/** @param store --store, if given: it is written down, so that it needs not be given again. */
export async function initialise(context: Context, store: string | null): Promise<Initialised> {
  const config = join(context.project.marked ? context.project.root : context.folder, CONFIG_NAME);
  const config_written = !existsSync(config);
  const address = store === null ? '.tokentrail' : storeIn(config, resolve(context.folder, context.expand(store)));
  if (!config_written && store !== null) {
    const message = `${context.tilde(config)} is there already and was not changed; the store that it names stays the project's.`;
    context.warn([{ code: 'CONFIG_KEPT', message }]);
  }
  // First the store: a file that names one which can't be made would stand in the way of every later command.
  const books = await context.booksIn(config_written ? resolve(join(config, '..'), address) : null);
  if (config_written) {
    writeConfig(config, address, books.store.folder);
    context.output.say(`Wrote ${context.tilde(config)}.`);
  }
  return { config, config_written, store: books.store.folder, store_created: books.store.created };
}

/** Relative where the store lies beside the file, so that the project can be moved. */
function storeIn(config: string, folder: string): string {
  const path = relative(join(config, '..'), folder);
  if (path === '') {
    throw new TokentrailError('USAGE', "The folder of the project can't be its store, which keeps everything else out.", {
      suggestions: ['Name a folder of its own, as `--store .tokentrail`.'],
    });
  }
  return path === '..' || path.startsWith(`..${sep}`) ? folder : path;
}
