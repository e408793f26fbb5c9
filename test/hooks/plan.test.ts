import { describe, expect, it } from 'vitest';
import { planInstall, planRemoval, type OwnEntries } from '../../src/hooks/plan.js';

const PROGRAM = { script: '/opt/clone/bin/run.js' };

const ENTRIES: OwnEntries = {
  program: PROGRAM,
  linesOf: (event) => ({ bash: `tokentrail hook ${event} --agent claude`, powershell: '' }),
  statusline: 'tokentrail statusline',
};

const bytes = (text: string): Uint8Array => Buffer.from(text);

const removed = (...args: Parameters<typeof planRemoval>): string | null => {
  const left = planRemoval(...args);
  return left === null ? null : Buffer.from(left).toString('utf8');
};

describe('an installation', () => {
  it('into no file leaves nothing to put back', () => {
    const { after, stripped, isForeign } = planInstall(null, 'claude', ENTRIES);
    expect(JSON.parse(after)).toMatchObject({ hooks: { SessionStart: [{}] }, statusLine: { command: 'tokentrail statusline' } });
    expect([stripped, isForeign]).toEqual([null, false]);
  });

  it('into its own result changes nothing, and tells what was there of others', () => {
    const before = '{ "model": "x" }\n';
    const first = planInstall(before, 'claude', ENTRIES);
    expect(first.stripped).toBe(before);
    const again = planInstall(first.after, 'claude', ENTRIES);
    expect(again.after).toBe(first.after);
    expect(again.stripped).not.toBe(first.after);
    expect(JSON.parse(again.stripped!)).toEqual({ model: 'x' });
  });

  it('leaves the status line of others, and sets none unasked', () => {
    const theirs = '{"statusLine": {"type": "command", "command": "date"}}';
    const { after, isForeign } = planInstall(theirs, 'claude', ENTRIES);
    expect(JSON.parse(after)).toMatchObject({ statusLine: { command: 'date' } });
    expect(isForeign).toBe(true);
    expect(planInstall(theirs, 'claude', { ...ENTRIES, statusline: null }).isForeign).toBe(false);
    expect(JSON.parse(planInstall('{}', 'claude', { ...ENTRIES, statusline: null }).after)).not.toHaveProperty('statusLine');
  });
});

describe('a removal', () => {
  const { after: installed } = planInstall('{ "model":"x" }', 'claude', ENTRIES);
  const { after: made } = planInstall(null, 'claude', ENTRIES);
  const changed = installed.replace('"x"', '"y"');

  it('puts back the very bytes where nobody changed the file since', () => {
    expect(removed(installed, { before: bytes('{ "model":"x" }'), isAsLeft: true }, PROGRAM)).toBe('{ "model":"x" }');
  });

  it('takes ours out where somebody did, or nothing is known of the installation', () => {
    expect(JSON.parse(removed(changed, { before: bytes('{ "model":"x" }'), isAsLeft: false }, PROGRAM)!)).toEqual({ model: 'y' });
    expect(JSON.parse(removed(changed, null, PROGRAM)!)).toEqual({ model: 'y' });
  });

  it('takes away a file that was made for ours, unless something else came into it', () => {
    expect(removed(made, { before: null, isAsLeft: true }, PROGRAM)).toBeNull();
    expect(removed(made.replace('{', '{\n'), { before: null, isAsLeft: false }, PROGRAM)).toBeNull();
    const grown = made.replace('{', '{ "model": "z",');
    expect(JSON.parse(removed(grown, { before: null, isAsLeft: false }, PROGRAM)!)).toEqual({ model: 'z' });
  });
});
