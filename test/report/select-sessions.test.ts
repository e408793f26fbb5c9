import { describe, expect, it } from 'vitest';
import type { SessionSummary } from '../../src/ingest/sessions.js';
import { NO_USAGE } from '../../src/lifecycle/usage.js';
import { selectSessions, type SessionFilter } from '../../src/report/select-sessions.js';
import { NOON } from '../store/temporary.js';

const ALL: SessionFilter = { inProject: null, since: null, limit: 20 };

const session = (session_id: string, over: Partial<SessionSummary> = {}): SessionSummary => ({
  agent: 'claude',
  session_id,
  project: '/home/ada/paper',
  folders: ['/home/ada/paper'],
  models: [],
  first_at: NOON,
  last_at: NOON,
  changed_at: NOON,
  written_at: NOON,
  usage: NO_USAGE,
  flags: [],
  skipped: [],
  partial_records: 0,
  turns: null,
  path: `/x/${session_id}.jsonl`,
  files: 1,
  ...over,
});

const ids = (all: readonly SessionSummary[], filter: Partial<SessionFilter> = {}): string[] =>
  selectSessions(all, { ...ALL, ...filter }).sessions.map(({ session_id }) => session_id);

describe('a list of sessions', () => {
  it('has the last changed first', () => {
    expect(ids([session('a'), session('b', { changed_at: NOON + 2 }), session('c', { changed_at: NOON + 1 })])).toEqual(['b', 'c', 'a']);
  });

  it('has one order where they changed together, in whichever order they came', () => {
    expect([ids([session('b'), session('a')]), ids([session('a'), session('b')])]).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ]);
  });

  it('has at most as many as were asked for, and tells how many match', () => {
    const { sessions, matching } = selectSessions([session('a'), session('b'), session('c')], { ...ALL, limit: 2 });
    expect([sessions.length, matching]).toEqual([2, 3]);
  });

  it('begins with the instant that it is since', () => {
    expect(ids([session('a', { changed_at: NOON - 1 }), session('b')], { since: NOON })).toEqual(['b']);
  });

  it('has a session of a project if any of its folders lies in it', () => {
    const all = [session('a', { folders: ['/elsewhere', '/home/ada/paper/src'] }), session('b', { folders: ['/elsewhere'] })];
    expect(ids(all, { inProject: (folder) => folder.startsWith('/home/ada/paper') })).toEqual(['a']);
  });

  it('has no session without a folder, where a project is asked for', () => {
    expect(ids([session('a', { folders: [] })], { inProject: () => true })).toEqual([]);
  });

  it('leaves what it was given in its order', () => {
    const all = [session('a'), session('b', { changed_at: NOON + 1 })];
    selectSessions(all, ALL);
    expect(all.map(({ session_id }) => session_id)).toEqual(['a', 'b']);
  });
});
