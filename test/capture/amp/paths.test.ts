import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ampLogs, ampRoots } from '../../../src/capture/amp/paths.js';
import { makeFolderOf, temporaryFolder } from '../fixture.js';

describe("Amp's folder", () => {
  it.each<[string, Record<string, string>, string]>([
    ['the data folder', {}, '/home/ada/.local/share/amp'],
    ['XDG_DATA_HOME', { XDG_DATA_HOME: '/data' }, '/data/amp'],
    ['AMP_DATA_DIR', { XDG_DATA_HOME: '/data', AMP_DATA_DIR: '/amp' }, '/amp'],
  ])('is in %s', (_, variables, root) => {
    expect(ampRoots({ home: '/home/ada', variables })).toEqual([root]);
  });

  it('gives its threads and never its secrets', async () => {
    const root = temporaryFolder();
    for (const name of ['threads/T-1.json', 'threads/T-1.json.tmp', 'threads/secrets.json', 'secrets.json', 'T-2.json']) {
      makeFolderOf(join(root, name));
      writeFileSync(join(root, name), '{}');
    }
    expect((await ampLogs(root)).map(({ name }) => name)).toEqual(['threads/T-1.json']);
  });
});
