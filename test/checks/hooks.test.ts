import { describe, expect, it } from 'vitest';
import { checkHooks, checkReplay, type CheckedFile, type CheckedHooks, type CheckedReplay } from '../../src/checks/hooks.js';

const FILE: CheckedFile = {
  agent: 'claude',
  scope: 'user',
  file: '~/.claude/settings.json',
  hooks: ['SessionStart', 'SessionEnd'],
  missing: [],
  broken: null,
  off: null,
  problem: null,
};

const check = (over: Partial<CheckedHooks> = {}) =>
  checkHooks({ files: [FILE], unrecognised: [], dead: [], damaged: 0, fired: true, ...over });

const ofFile = (over: Partial<CheckedFile>) => check({ files: [{ ...FILE, ...over }] });

describe('hooks in the settings of agents', () => {
  it('are well where all of them are there', () => {
    expect(check()).toMatchObject([{ level: 'ok', message: '~/.claude/settings.json has 2 hooks.', fix: null }]);
  });

  it.each([
    [{ problem: 'it is no JSON' }, 'error', '~/.claude/settings.json: it is no JSON.', 'Mend the file.'],
    [{ broken: '/gone' }, 'error', /calls "\/gone", which is not there/, /hooks install --agent claude`/],
    [{ broken: '/gone', scope: 'project' }, 'error', /is not there/, /hooks install --agent claude --project`/],
    [{ off: 'disableAllHooks: true' }, 'warning', /has "disableAllHooks: true": no hook of claude fires/, /Take it out/],
    [{ missing: ['Stop'] }, 'warning', '~/.claude/settings.json lacks Stop.', /hooks install/],
  ] as const)('are told where they can not fire: %j', (over, level, message, fix) => {
    const text = (wanted: string | RegExp): unknown => (typeof wanted === 'string' ? wanted : expect.stringMatching(wanted));
    expect(ofFile(over)).toMatchObject([{ level, message: text(message), fix: text(fix) }]);
  });

  it('that fire twice are told once, with both files', () => {
    const project = { ...FILE, scope: 'project', file: '~/p/.claude/settings.json' };
    const [, , twice, ...rest] = check({ files: [FILE, project] });
    expect(twice).toMatchObject({ level: 'note', details: { agent: 'claude', files: [FILE.file, project.file] } });
    expect(rest).toEqual([]);
    const gemini = { ...FILE, agent: 'gemini', file: '~/.gemini/settings.json' };
    expect(check({ files: [FILE, gemini] }).map(({ level }) => level)).toEqual(['ok', 'ok']);
    expect(check({ files: [FILE, { ...project, hooks: [], problem: 'it is no file' }] })).toHaveLength(2);
  });

  it('that are nowhere are offered, unless some fire from elsewhere', () => {
    expect(check({ files: [], fired: false })).toMatchObject([{ level: 'note', fix: 'Run `tokentrail hooks install`.' }]);
    expect(check({ files: [] })).toMatchObject([{ level: 'note', fix: null }]);
  });

  it('that are silent, not understood, or left what is damaged are warnings', () => {
    const unrecognised = [
      { agent: 'claude', event: 'Stop', reason: 'no_session_id', count: 2, keys: ['a', 'b'] },
      { agent: 'claude', event: '', reason: 'empty', count: 1, keys: [] },
      { agent: 'claude', event: 'Stop', reason: 'unknown_agent', count: 3, keys: ['session_id'] },
    ];
    const [, ...found] = check({ unrecognised, dead: [{ agent: 'claude', event: 'Stop' }], damaged: 1 });
    expect(found).toMatchObject([
      { check: 'payloads', level: 'warning', message: '2 payloads of claude Stop not recognised (no_session_id; keys seen: a, b).' },
      { check: 'payloads', level: 'warning', message: '1 payload of claude without an event not recognised (empty).' },
      { check: 'payloads', level: 'warning', message: '3 calls of the hook Stop named an agent that there is not.' },
      { check: 'dead', level: 'warning' },
      { check: 'spool', level: 'warning', details: { lines: 1 } },
    ]);
  });
});

describe('payloads that are played again', () => {
  const fine: CheckedReplay = {
    agent: 'codex',
    event: 'Stop',
    understood: true,
    leaked: false,
    process: { exit: 0, printed: 0, kept: true },
  };

  it('are well where each is understood and nothing is printed', () => {
    expect(checkReplay([fine, { ...fine, process: null }])).toMatchObject([{ level: 'ok', details: { payloads: 2, agents: 1 } }]);
  });

  it.each([
    [{ understood: false }, 'codex Stop was not understood.'],
    [{ leaked: true }, 'codex Stop kept what was said.'],
    [{ process: { exit: 2, printed: 0, kept: true } }, 'codex Stop ended with 2.'],
    [{ process: { exit: null, printed: 0, kept: true } }, 'codex Stop ended with no exit code.'],
    [{ process: { exit: 0, printed: 3, kept: true } }, 'codex Stop printed 3 bytes.'],
    [{ process: { exit: 0, printed: 0, kept: false } }, 'codex Stop left nothing, or something else.'],
  ])('are errors else: %j', (over, message) => {
    expect(checkReplay([fine, { ...fine, ...over }])).toMatchObject([{ level: 'error', message }]);
  });
});
