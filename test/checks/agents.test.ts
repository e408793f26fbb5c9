import { describe, expect, it } from 'vitest';
import { AGENT_LIST, agentNamed } from '../../src/capture/agents.js';
import { checkAgent, type AgentState } from '../../src/checks/agents.js';
import type { AgentSessions, SessionSummary } from '../../src/ingest/sessions.js';
import { NO_USAGE } from '../../src/lifecycle/usage.js';
import { NOON } from '../store/temporary.js';

const NONE: AgentSessions = { agent: 'claude', sessions: [], files: 0, lines: 0, records: 0, answered: false, skipped: [], unread: [] };

const session = (over: Partial<SessionSummary> = {}): SessionSummary => ({
  agent: 'claude',
  session_id: 'u1',
  project: null,
  folders: [],
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
  path: '/x.jsonl',
  files: 1,
  ...over,
});

const state = (sessions: Partial<AgentSessions> | null, over: Partial<AgentState> = {}): AgentState => ({
  agent: agentNamed('claude'),
  roots: ['/home/u/.claude'],
  present: true,
  sessions: sessions === null ? null : { ...NONE, ...sessions },
  ...over,
});

describe('the check of an agent', () => {
  it('is a note where the agent is not on this machine', () => {
    expect(checkAgent(state(null, { present: false }))).toMatchObject({
      level: 'note',
      message: 'Claude Code: not found on this machine.',
      fix: null,
    });
  });

  it('is a note with the reason where its logs hold no tokens', () => {
    expect(checkAgent(state({ agent: 'cursor', answered: true, files: 1 }, { agent: agentNamed('cursor') }))).toMatchObject({
      level: 'note',
      message:
        'Cursor: found, not supported (its transcripts carry no tokens; only cursor.com knows them): 1 file, 0 lines, 0 sessions, tokens N/A.',
    });
  });

  it('says how much the logs tell, and why not all', () => {
    const { message } = checkAgent(state({}, { agent: agentNamed('copilot') }));
    expect(message).toMatch(/^Copilot CLI: found, partial \(input and cache are only known once/);
  });

  it('is an error where usage has a form that is not known', () => {
    const skipped = [{ reason: 'unknown_shape', count: 2 }];
    expect(checkAgent(state({ files: 1, records: 3, skipped, sessions: [session()] }))).toMatchObject({
      level: 'error',
      message: expect.stringContaining('2 unknown_shape') as string,
    });
  });

  it.each([
    ['an error where the log goes on for more than a week without a record', 8, 'error'],
    ['well where it goes on for six days', 6, 'ok'],
  ])('is %s', (_, days, level) => {
    const silent = session({ last_at: NOON, changed_at: NOON + days * 86_400_000_000 });
    expect(checkAgent(state({ files: 1, records: 3, sessions: [silent] }))).toMatchObject({ level });
  });

  it('is well where numbers flow', () => {
    expect(checkAgent(state({ files: 1, records: 3, sessions: [session()] }))).toMatchObject({ level: 'ok', fix: null });
  });

  it('is well where there are no logs yet', () => {
    expect(checkAgent(state({}))).toMatchObject({ level: 'ok' });
  });

  it('is an error where there are answers and no counts at all', () => {
    const found = checkAgent(state({ answered: true, files: 2, records: 0, sessions: [session({ flags: ['no_token_counts'] })] }));
    expect(found).toMatchObject({ level: 'error', fix: expect.stringContaining('accounting.md') as string });
  });

  it('is well where a log holds no answer yet', () => {
    expect(checkAgent(state({ files: 1, records: 0, sessions: [session()] }))).toMatchObject({ level: 'ok' });
  });

  it('is a warning with what to do where a log can’t be read', () => {
    const found = checkAgent(state({ files: 2, records: 3, sessions: [session()], unread: [{ path: '/x', reason: 'EACCES' }] as never }));
    expect(found).toMatchObject({ level: 'warning', fix: expect.stringContaining('readable') as string });
  });

  it.each([
    [1, 1, '1 file, 0 lines, 1 session, 1 record'],
    [2, 0, '2 files, 0 lines, 1 session, 0 records'],
  ])('counts in plain words: %i files, %i records', (files, records, text) => {
    expect(checkAgent(state({ files, records, sessions: [session()] })).message).toContain(text);
  });

  it('names the newest record of all sessions', () => {
    const sessions = [session({ last_at: NOON - 1_000_000 }), session({ last_at: NOON }), session({ last_at: null })];
    expect(checkAgent(state({ files: 3, records: 2, sessions }))).toMatchObject({ details: { newest: '2026-05-04T10:00:00.000Z' } });
  });

  it('knows no newest one where no record has a time', () => {
    expect(checkAgent(state({ files: 1, records: 1, sessions: [session({ last_at: null })] }))).toMatchObject({
      details: { newest: null },
    });
  });

  it('adds up what was skipped and what could not be read, by reason', () => {
    const skipped = [{ reason: 'invalid_json', count: 2 }];
    const unread = [
      { path: '/x', reason: 'invalid_json' },
      { path: '/y', reason: 'EACCES' },
    ];
    expect(checkAgent(state({ files: 4, records: 1, sessions: [session()], skipped, unread: unread as never }))).toMatchObject({
      message: expect.stringContaining('skipped: 3 invalid_json, 1 EACCES') as string,
    });
  });

  it.each(AGENT_LIST.map((agent) => [agent.label, agent] as const))('is named agents and tells the roots of %s', (_, agent) => {
    expect(checkAgent(state({}, { agent, roots: ['/r'] }))).toMatchObject({
      check: 'agents',
      details: { agent: agent.name, roots: ['/r'] },
    });
  });
});
