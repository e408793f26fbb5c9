// The fixture folders, and what reading one needs: a temporary copy of its home, a cache of its own, and a clock of files.
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach } from 'vitest';
import type { Agent, LogFile, RecordSink } from '../../src/capture/agent.js';
import { agentNamed } from '../../src/capture/agents.js';
import { oneByOne } from '../../src/ingest/read-one.js';
import type { Reading } from '../../src/ingest/scope.js';
import { readSessions, type AgentSessions, type SessionSummary } from '../../src/ingest/sessions.js';
import type { AgentName } from '../../src/model/agents.js';
import type { Skipped } from '../../src/model/cut.js';
import type { Warning } from '../../src/model/errors.js';
import type { RecordCopy } from '../../src/model/record.js';
import { formatOrNull } from '../../src/model/time.js';
import type { Counts } from '../../src/model/tokens.js';
import { CursorCache } from '../../src/store/cursors.js';

const FIXTURES = fileURLToPath(new URL('../fixtures', import.meta.url));

export interface ExpectedSession {
  readonly agent: AgentName;
  readonly session_id: string;
  readonly records: number;
  readonly usage: Counts;
  readonly flags: readonly string[];
  readonly skipped?: readonly Skipped[];
  readonly by_model?: Readonly<Record<string, Counts & { readonly records: number }>>;
  readonly subagents?: (Counts & { readonly records: number }) | null;
  readonly first_at?: string | null;
  readonly last_at?: string | null;
}

export interface Fixture {
  /** `<agent>/<case>`. */
  readonly name: string;
  readonly agent: Agent;
  readonly folder: string;
  readonly home: string;
  readonly expected: readonly ExpectedSession[];
}

const foldersIn = (path: string): string[] =>
  readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();

export function fixtures(): Fixture[] {
  return foldersIn(FIXTURES).flatMap((agent) =>
    foldersIn(join(FIXTURES, agent)).map((name) => {
      const folder = join(FIXTURES, agent, name);
      const { sessions } = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as { sessions: ExpectedSession[] };
      return { name: `${agent}/${name}`, agent: agentNamed(agent as AgentName), folder, home: join(folder, 'home'), expected: sessions };
    }),
  );
}

const temporary: string[] = [];

afterEach(removeTemporaryFolders);

export function removeTemporaryFolders(): void {
  for (const folder of temporary.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** An empty folder that is removed after the test. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'tokentrail-unit-')));
  temporary.push(folder);
  return folder;
}

/** A copy of a fixture's home, to be changed. */
export function copyOfHome(fixture: Fixture): string {
  const home = join(temporaryFolder(), 'home');
  cpSync(fixture.home, home, { recursive: true });
  return home;
}

/** Files below a folder, relative to it. */
export function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

export const makeFolderOf = (path: string): void => void mkdirSync(dirname(path), { recursive: true });

/** A reading with a cache folder of its own, which collects warnings. */
export function newReading(cache = temporaryFolder()): Reading & { readonly warnings: Warning[] } {
  const warnings: Warning[] = [];
  return {
    cache: new CursorCache(cache),
    warn: (warning) => void warnings.push(warning),
    progress: () => undefined,
    beforeLong: () => undefined,
    readers: oneByOne,
    stored: (name) => name,
    warnings,
  };
}

export const readHome = (agent: Agent, home: string, reading: Reading = newReading()): Promise<AgentSessions> =>
  readSessions(agent, agent.roots({ home, variables: {} }), reading);

/** What a summary tells that does not depend on where and when its files were written. */
export function told(summary: SessionSummary): Omit<ExpectedSession, 'agent'> {
  const { session_id, usage, flags, skipped, first_at, last_at } = summary;
  return {
    session_id,
    records: usage.records,
    usage: usage.counts,
    by_model: usage.by_model,
    subagents: usage.subagents,
    flags,
    skipped,
    first_at: formatOrNull(first_at),
    last_at: formatOrNull(last_at),
  };
}

const byId = (a: { session_id: string }, b: { session_id: string }): number => (a.session_id < b.session_id ? -1 : 1);

export const allTold = ({ sessions }: AgentSessions): ReturnType<typeof told>[] => sessions.map(told).sort(byId);

/** Counts and flags only: what must stay the same where files are copied. */
export const totalsTold = (read: AgentSessions): unknown => allTold(read).map((session) => ({ ...session, skipped: null }));

/** An expectation without what its fixture leaves open. */
export function wanted(expected: readonly ExpectedSession[], read: AgentSessions): { expected: unknown[]; found: unknown[] } {
  const asked = [...expected].sort(byId);
  const names = new Map(asked.map((session) => [session.session_id, session]));
  const found = allTold(read).map((session) => {
    const wish = names.get(session.session_id);
    const kept = Object.entries(session).filter(([key]) => key === 'skipped' || wish === undefined || Object.hasOwn(wish, key));
    return Object.fromEntries(kept);
  });
  return {
    expected: asked.map((session) => Object.fromEntries(Object.entries({ skipped: [], ...session }).filter(([key]) => key !== 'agent'))),
    found,
  };
}

/** The same agent, whose logs are found in another order. */
export function inOrder(agent: Agent, order: (logs: LogFile[]) => LogFile[]): Agent {
  const reader = agent.reader;
  return { ...agent, reader: { ...reader, logs: async (root) => order(await reader.logs(root)) } };
}

/** Every log of a home, absolute. */
export async function logsOfHome(agent: Agent, home: string): Promise<string[]> {
  const logs = await Promise.all(agent.roots({ home, variables: {} }).map((root) => agent.reader.logs(root)));
  return logs.flat().map(({ root, name }) => join(root, name));
}

/** A sink that keeps what it gets. */
export function collector(): RecordSink & { readonly records: RecordCopy[]; readonly skipped: string[] } {
  const records: RecordCopy[] = [];
  const skipped: string[] = [];
  return { records, skipped, record: (copy) => void records.push(copy), skip: (reason) => void skipped.push(reason) };
}
