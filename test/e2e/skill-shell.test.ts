// A skill's shell script, as an agent runs it: the id is kept in a variable, a failing command ends the script.
import { beforeEach, describe, expect, it } from 'vitest';
import { ClaudeSession } from '../support/claude-session.js';
import { Home } from '../support/home.js';
import { shown } from './shown.js';

let home: Home;
let session: ClaudeSession;

beforeEach(() => {
  home = new Home();
  session = new ClaudeSession(home).enter().answer({ input: 100, output: 900 });
});

/** Words of a line that the agent writes into its log while the script runs. */
const grow = (input: number, output: number): string => `printf '%s\\n' '${session.line({ input, output })}' >> '${session.path}'`;

describe('a skill in a shell', () => {
  it('books a whole run, with the id in a variable', async () => {
    const { code } = await home.shell(`set -e
      ID=$(tokentrail analysis start --source-id s1 --tool claude)
      ${grow(10, 90)}
      tokentrail analysis mark --id "$ID" --stage read
      ${grow(20, 180)}
      tokentrail analysis mark --id "$ID" --stage write
      ${grow(1, 9)}
      tokentrail analysis complete --id "$ID"`);
    expect(code).toBe(0);
    const [id] = (await home.json<{ analyses: { id: string }[] }>('analysis list')).analyses;
    const analysis = await shown(home, id!.id);
    expect([analysis.tokens_check, ...analysis.stages.map(({ tokens_delta }) => tokens_delta), analysis.tail?.tokens_delta]).toEqual([
      310, 100, 200, 10,
    ]);
  });

  it('books a whole run without the id, as agents lose variables between tool calls', async () => {
    await home.shell('set -e; ID=$(tokentrail analysis start --source-id s1)');
    await home.shell(`set -e; ${grow(10, 90)}; tokentrail analysis mark --stage read`);
    const { code, stdout } = await home.shell(`set -e; ${grow(20, 180)}; tokentrail analysis complete`);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ANALYSIS-\d{4}-001 completed: 300 tokens/);
  });

  it('puts on stdout one line for start, nothing for mark and one line for complete', async () => {
    const { stdout } = await home.shell(`set -e
      tokentrail analysis start --source-id s1
      echo --
      tokentrail analysis mark --stage one
      echo --
      tokentrail analysis complete`);
    expect(stdout).toMatch(/^ANALYSIS-\d{4}-\d{3,}\n--\n--\nANALYSIS-\d{4}-\d{3,} completed: [^\n]+\n$/);
  });

  it('leaves the variable empty and ends a `set -e` script if the start fails', async () => {
    const { code, stdout } = await home.shell(
      'set -e; ID=$(tokentrail analysis start --source-id s1 --usage-session-id none-such); echo "went on with [$ID]"',
    );
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' });
  });

  it('goes on under `set -e` where nothing can be measured', async () => {
    const { code, stdout } = await home.shell(`set -eu
      export CLAUDE_CODE_SESSION_ID=not-here CLAUDE_CONFIG_DIR="$HOME/elsewhere"
      ID=$(tokentrail analysis start --source-id s1)
      tokentrail analysis mark --id "$ID" --stage read
      tokentrail analysis complete --id "$ID" > /dev/null
      echo "$ID"`);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ANALYSIS-\d{4}-001\n$/);
  });

  it('says nothing on stderr with --quiet but warnings', async () => {
    await home.ok('source add --id s1 --title Paper');
    const { stderr } = await home.shell(`set -e
      tokentrail analysis start --source-id s1 --quiet > /dev/null
      tokentrail analysis mark --stage one --quiet
      tokentrail analysis complete --quiet > /dev/null`);
    expect(stderr).toBe('');
  });

  it('gives `current` for a script that needs the id later', async () => {
    const { stdout } = await home.shell(
      'set -e; A=$(tokentrail analysis start --source-id s1); B=$(tokentrail analysis current); [ "$A" = "$B" ] && echo same',
    );
    expect(stdout).toBe('same\n');
  });

  it('takes stage names and notes with spaces, quotes and dollar signs as they are', async () => {
    const stage = `read "all" of $HOME; it's \`fine\``;
    await home.ok('analysis start --source-id s1');
    await home.ok(['analysis', 'mark', '--stage', stage]);
    const id = await home.ok('analysis current');
    expect((await shown(home, id)).stages.map((closed) => closed.stage)).toEqual([stage]);
  });

  it('takes a value that begins with a dash after an equals sign', async () => {
    await home.ok('analysis start --source-id s1');
    expect((await home.run(['analysis', 'mark', '--stage=--all'])).code).toBe(0);
  });

  it('answers a reader that closes the pipe at once without an error', async () => {
    await home.ok('analysis start --source-id s1');
    const { code, stderr } = await home.shell('tokentrail analysis list | true; echo done');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
});
