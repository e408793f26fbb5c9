// A home whose commands run in one process, one after the other: for files of many tests of one command each, most of whose time would
// be starts of Node.
import { afterAll } from 'vitest';
import { Home, type Result, type RunOptions } from './home.js';
import { Resident } from './resident.js';

const resident = new Resident();

afterAll(() => resident.end());

export class QuickHome extends Home {
  override run(args: string | readonly string[], options: RunOptions = {}): Promise<Result> {
    const words = typeof args === 'string' ? args.split(' ').filter((word) => word !== '') : [...args];
    return resident.run(words, this, options);
  }
}
