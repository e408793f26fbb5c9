// Homes that are made once and copied: for files of many tests that begin with the same books.
import { cpSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import { ClaudeSession } from './claude-session.js';
import type { Home } from './home.js';

/** Gives homes what `make` puts into the first of them, with its session entered. */
export class HomeCopies<H extends Home> {
  readonly #make: (home: H, session: ClaudeSession) => Promise<void>;
  #kept: string | null = null;

  constructor(make: (home: H, session: ClaudeSession) => Promise<void>) {
    this.#make = make;
    afterAll(() => {
      if (this.#kept !== null) rmSync(this.#kept, { recursive: true, force: true });
    });
  }

  async into(home: H): Promise<ClaudeSession> {
    if (this.#kept === null) {
      const session = new ClaudeSession(home).enter();
      await this.#make(home, session);
      const kept = mkdtempSync(join(tmpdir(), 'tokentrail-kept-'));
      cpSync(home.path, kept, { recursive: true });
      this.#kept = kept;
      return session;
    }
    cpSync(this.#kept, home.path, { recursive: true });
    // The agent names its folder after the home, which is another one.
    const projects = join(home.path, '.claude', 'projects');
    const [named] = readdirSync(projects);
    const session = new ClaudeSession(home, undefined, 1000).enter();
    rmSync(dirname(session.path), { recursive: true });
    renameSync(join(projects, named!), dirname(session.path));
    return session;
  }
}
