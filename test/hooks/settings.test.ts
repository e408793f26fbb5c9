import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  installedEvents,
  SettingsProblem,
  statusLineIn,
  switchedOff,
  withHooks,
  withoutHooks,
  withoutStatusLine,
  withStatusLine,
} from '../../src/hooks/settings.js';
import { HOOK_AGENTS, INSTALLED_EVENTS, type HookAgent } from '../../src/model/hook-event.js';

const PROGRAM = { script: '/opt/clone/bin/run.js' };

const lines = (command: string) => ({ bash: command, powershell: command });

const put = (text: string | null, agent: HookAgent = 'claude'): string =>
  withHooks(text, agent, PROGRAM, (event) => lines(`tokentrail hook ${event} --agent ${agent}`));

const OTHERS = `{
  // kept
  "model": "opus",
  "hooks": {
    "Stop": [{ "matcher": "", "hooks": [{ "type": "command", "command": "say done" }] }],
    "PreToolUse": [{ "hooks": [{ "type": "command", "command": "tokentrail-like hook" }] }]
  }
}
`;

describe.each(HOOK_AGENTS)('the settings of %s', (agent) => {
  it('get an entry for each event, once', () => {
    const text = put(null, agent);
    expect(installedEvents(text, agent, PROGRAM).map(({ event }) => event)).toEqual(INSTALLED_EVENTS[agent]);
    expect(put(text, agent)).toBe(text);
  });

  it('hold nothing of ours any more when it was taken out', () => {
    expect(JSON.parse(withoutHooks(put(null, agent), PROGRAM))).toEqual(agent === 'copilot' ? { version: 1 } : {});
  });
});

describe('settings with hooks of others', () => {
  it('keep them, their comments and their order', () => {
    const text = put(OTHERS);
    expect(text).toContain('// kept');
    expect(text.indexOf('say done')).toBeLessThan(text.indexOf('tokentrail hook Stop'));
    expect(text).toContain('tokentrail-like hook');
    const back = withoutHooks(text, PROGRAM);
    expect(JSON.parse(back.replace('// kept', ''))).toEqual(JSON.parse(OTHERS.replace('// kept', '')));
  });

  it('get another program where ours has moved, in its place', () => {
    const moved = withHooks(put(OTHERS), 'claude', PROGRAM, (event) => lines(`'/new place/tokentrail' hook ${event} --agent claude`));
    expect(installedEvents(moved, 'claude', PROGRAM).map(({ command }) => command)).toContain(
      `'/new place/tokentrail' hook Stop --agent claude`,
    );
    expect(moved).not.toContain('"tokentrail hook');
  });

  it.each([
    ['othertool hook Stop --agent claude', false],
    ['tokentrail-like hook Stop --agent claude', false],
    ['/opt/x/run.js hook Stop --agent claude', false],
    ['tokentrail hook Stop --agent claude', true],
    ["'/my tools/tokentrail' hook Stop --agent claude", true],
    ['/usr/bin/node /usr/lib/node_modules/tokentrail/bin/run.js hook Stop --agent claude', true],
    ["/usr/bin/node '/opt/clone/bin/run.js' hook Stop --agent claude", true],
    ['if command -v tokentrail >/dev/null 2>&1; then tokentrail hook Stop --agent claude; fi', true],
    ['tokentrail hook Stop --agent claude; rm -rf /', false],
  ])('take %j for ours: %s', (command, isOurs) => {
    const text = JSON.stringify({ hooks: { Stop: [{ hooks: [{ type: 'command', command }] }] } });
    expect(withoutHooks(text, PROGRAM) !== text).toBe(isOurs);
  });

  it('may begin with a mark of their encoding, and keep it', () => {
    const text = put('\ufeff{\n  "a": 1\n}\n');
    expect([text.startsWith('\ufeff{'), withoutHooks(text, PROGRAM)]).toEqual([true, '\ufeff{\n  "a": 1\n}\n']);
  });

  it('keep what they are indented by, and their ends of lines', () => {
    const tabs = put('{\n\t"a": 1\n}');
    expect(tabs).toContain('\n\t"hooks": {');
    expect(put('{\r\n  "a": 1\r\n}\r\n')).toContain('\r\n  "hooks"');
  });

  it.each([
    ['no JSON', '{ "hooks": '],
    ['a list', '[]'],
    ['hooks that are a list', '{"hooks":[]}'],
    ['an event that is an object', '{"hooks":{"Stop":{}}}'],
  ])('are left alone where they hold %s', (_, text) => {
    expect(() => put(text)).toThrow(SettingsProblem);
  });

  it('are as they were after any of them got ours and lost it, whatever they hold', () => {
    const command = fc.constantFrom('say done', 'echo hook Stop', 'node x.js hook');
    const entry = fc.record({
      matcher: fc.constantFrom('', 'Bash'),
      hooks: fc.array(fc.record({ type: fc.constant('command'), command }), { minLength: 1 }),
    });
    const events = fc.dictionary(fc.constantFrom('Stop', 'SessionStart', 'PostToolUse', 'Other'), fc.array(entry, { minLength: 1 }));
    const settings = fc.record({ model: fc.string(), hooks: events }, { requiredKeys: [] });
    fc.assert(
      fc.property(settings, fc.constantFrom(0, 2, 4), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        const back = JSON.parse(withoutHooks(put(text), PROGRAM)) as object;
        // An empty list of hooks is as none.
        expect({ hooks: {}, ...back }).toEqual({ hooks: {}, ...value });
      }),
      { numRuns: 200 },
    );
  });
});

describe('a setting that stops all hooks', () => {
  it.each([
    ['{"disableAllHooks": true}', 'disableAllHooks: true'],
    ['{"hooksConfig": {"enabled": false}}', 'hooksConfig.enabled: false'],
    ['{"hooks": {"enabled": false}}', 'hooks.enabled: false'],
    ['{"tools": {"enableHooks": false}} // why', 'tools.enableHooks: false'],
    ['{"disableAllHooks": false, "hooksConfig": {"enabled": true, "disabled": []}}', null],
    ['{"disableAllHooks": "true", "hooks": {"Stop": []}, "tools": []}', null],
    ['{}', null],
  ])('is found: %s', (text, found) => {
    expect(switchedOff(text)).toBe(found);
  });
});

describe('a status line', () => {
  it('is set where none is, and taken away again', () => {
    const text = withStatusLine('{\n  "a": 1\n}\n', PROGRAM, 'tokentrail statusline');
    expect([statusLineIn(text, PROGRAM), withoutStatusLine(text, PROGRAM)]).toEqual(['ours', '{\n  "a": 1\n}\n']);
  });

  it('of others is never replaced or taken away', () => {
    const text = '{"statusLine":{"type":"command","command":"mine.sh"}}';
    expect([withStatusLine(text, PROGRAM, 'tokentrail statusline'), withoutStatusLine(text, PROGRAM)]).toEqual([text, text]);
  });
});
