// Which folder is the store: flag, variable, project, user, beside the project, the user's data folder.
import { dirname, join, resolve } from 'node:path';
import { TokentrailError } from '../model/errors.js';
import { readConfig } from './config.js';
import type { Project } from './project.js';

export interface AddressQuestion {
  /** --store or TOKENTRAIL_STORE, relative to `folder`; null where none is given. */
  readonly given: string | null;
  readonly folder: string;
  readonly project: Project;
  /** Configuration files, the first that names a store decides. */
  readonly configFiles: readonly string[];
  /** The user's data folder. */
  readonly dataFolder: string;
  /** Puts the home for `~`. */
  readonly expand: (path: string) => string;
}

/** @throws STORE_UNSUPPORTED for an address that is no folder, CONFIG_INVALID */
export async function storeFolderOf({ given, folder, project, configFiles, dataFolder, expand }: AddressQuestion): Promise<string> {
  const local = (address: string, base: string): string => {
    const [scheme] = /^[a-z][a-z0-9+]*:\/\//i.exec(address) ?? [];
    if (scheme === undefined) return resolve(base, expand(address));
    // What follows may hold a password.
    throw new TokentrailError('STORE_UNSUPPORTED', `The store address "${scheme}…" is no local folder.`, {
      suggestions: ['Name a local folder; object storage is not supported by this version.'],
    });
  };
  if (given !== null) return local(given, folder);
  for (const file of configFiles) {
    const config = await readConfig(file);
    if (config?.store) return local(config.store, dirname(file));
  }
  return project.marked ? join(project.root, '.tokentrail') : dataFolder;
}
