// The shell blocks of every rendered skill, verbatim and in order, each in a shell of its own as agents run them, with the environment
// and the growing log of each agent.
import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AGENTS, toolOf, type AgentName } from '../../src/model/agents.js';
import { AGENT_SESSIONS, type AgentSession, type Spent } from '../support/agent-sessions.js';
import { SOAK } from '../support/chance.js';
import { BIN, type Home, type Result } from '../support/home.js';
import { QuickHome } from '../support/quick-home.js';
import { ResidentProgram } from '../support/resident-program.js';
import { shown, type Shown } from './shown.js';

const ASSEMBLED = fileURLToPath(new URL('../../templates/assembled', import.meta.url));

const SKILLS = ['tokentrail-check', 'tokentrail-synthesize', 'tokentrail-track', 'tokentrail-report'] as const;

type Skill = (typeof SKILLS)[number];

const textOf = (agent: AgentName, skill: Skill): string => readFileSync(join(ASSEMBLED, agent, skill, 'SKILL.md'), 'utf8');

/** The shell blocks of a text, as they stand. */
const blocksIn = (text: string): string[] => [...text.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block]) => block!);

const isGivingUp = (block: string): boolean => block.includes('--status failed');

/** A block as an agent runs it: nothing of an earlier one is left. */
function runBlock(block: string, cwd: string, env: Readonly<Record<string, string>>): Promise<Result> {
  return new Promise((resolve) => {
    // Without a level, bash takes itself for the shell of a remote login.
    execFile('bash', ['-eu', '-c', block], { cwd, env: { SHLVL: '1', ...env } }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : -1, stdout, stderr });
    });
  });
}

const SYSTEM_PATH = '/usr/local/bin:/usr/bin:/bin';

const program = new ResidentProgram();

afterAll(() => program.end());

/** A home in which `tokentrail` is on the path; as it is started by users, or quickly. */
function homeWithProgram(way: 'started' | 'quick' = 'quick'): Home {
  const home = new QuickHome();
  const bin = join(home.path, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'tokentrail'), `#!/bin/sh\nexec '${process.execPath}' '${BIN}' "$@"\n`);
  chmodSync(join(bin, 'tokentrail'), 0o755);
  home.env['PATH'] = `${way === 'quick' ? program.bin : bin}:${SYSTEM_PATH}`;
  return home;
}

/** What all of an agent's skills did. */
interface Played {
  readonly results: readonly (Result & { readonly skill: Skill })[];
  readonly analyses: Readonly<Record<'check' | 'synthesize' | 'track', Shown>>;
}

/** 10 fresh, 5 from the cache, and the rest of so many tokens as output. */
const answerOf = (total: number): Spent => ({ input: 10, read: 5, output: total - 15 });

/** Tokens of the answers before each block of a skill, in order. */
const ANSWERS: Readonly<Record<Skill, readonly (number | null)[]>> = {
  // start, read, check, write, end
  'tokentrail-check': [1000, 100, 200, 300, 50],
  // start, list, gather, write, end
  'tokentrail-synthesize': [null, null, 100, 200, null],
  // start, work, giving up
  'tokentrail-track': [null, 400, 100],
  // days, models, analyses, sessions
  'tokentrail-report': [null, null, null, null],
};

/** The track skill is given up, the others run to their end. */
const chosen = (skill: Skill, block: string): boolean =>
  skill === 'tokentrail-track' ? !block.includes('--status completed') : !isGivingUp(block);

async function play(agent: AgentName): Promise<Played> {
  // One of them by a process for each call, where there is time for it.
  const home = homeWithProgram(SOAK && agent === 'claude' ? 'started' : 'quick');
  const session: AgentSession = AGENT_SESSIONS[agent](home);
  const results: (Result & { skill: Skill })[] = [];
  for (const skill of SKILLS) {
    const blocks = blocksIn(textOf(agent, skill)).filter((block) => chosen(skill, block));
    expect(blocks.length).toBe(ANSWERS[skill].length);
    for (const [i, block] of blocks.entries()) {
      const tokens = ANSWERS[skill][i] ?? null;
      if (tokens !== null) session.answer(answerOf(tokens));
      results.push({ skill, ...(await runBlock(block, home.project, { ...home.env, ...session.env })) });
    }
  }
  const ids = results.flatMap(({ stdout }) => /^ANALYSIS-\d+-\d+$/m.exec(stdout)?.[0] ?? []);
  const of = (i: number): Promise<Shown> => shown(home, ids[i]!);
  return { results, analyses: { check: await of(0), synthesize: await of(1), track: await of(2) } };
}

const played = new Map<AgentName, Played>();

beforeAll(async () => {
  const [claude, ...others] = AGENTS;
  const quick = async (): Promise<void> => {
    for (const agent of others) played.set(agent, await play(agent));
  };
  await Promise.all([play(claude).then((done) => played.set(claude, done)), quick()]);
}, 600_000);

/** Agents whose logs tell every class while the session runs. */
const TELLING = ['claude', 'codex', 'gemini', 'qwen', 'opencode'] as const;

const stagesOf = ({ stages, tail }: Shown): unknown => [
  ...stages.map(({ stage, tokens_delta }) => [stage, tokens_delta]),
  tail?.tokens_delta ?? null,
];

describe('the shell blocks of the skills', () => {
  it.each(AGENTS)('of %s all end with exit 0, and none with an error', (agent) => {
    const failed = played.get(agent)!.results.filter(({ code, stderr }) => code !== 0 || /✗|tokentrail ended with/.test(stderr));
    expect(failed).toEqual([]);
  });

  it.each(AGENTS)('of %s find tool and session by themselves and leave no analysis open', (agent) => {
    const { check, synthesize, track } = played.get(agent)!.analyses;
    expect([check, synthesize, track].map(({ tool }) => tool)).toEqual(Array(3).fill(toolOf(agent)));
    expect([check.status, synthesize.status, track.status]).toEqual(['completed', 'completed', 'failed']);
    expect([check.kind, synthesize.kind]).toEqual(['analysis', 'synthesis']);
  });

  it.each(TELLING)('of %s book what was spent, by stage', (agent) => {
    const { check, synthesize, track } = played.get(agent)!.analyses;
    expect([check.total_tokens, stagesOf(check)]).toEqual([650, [['read', 100], ['check', 200], ['write', 300], 50]]);
    // 4 answers, each 10 fresh and 5 from the cache.
    expect([check.input_tokens, check.cache_read_tokens, check.output_tokens]).toEqual([40, 20, 590]);
    expect([synthesize.total_tokens, stagesOf(synthesize)]).toEqual([300, [['gather', 100], ['write', 200], 0]]);
    expect([track.total_tokens, stagesOf(track)]).toEqual([500, [['work', 400], 100]]);
  });

  it('of copilot book the output, which is all that is known while the session runs', () => {
    const { check, track } = played.get('copilot')!.analyses;
    // 85 + 185 + 285 + 35, and 385 + 85.
    expect([check.output_tokens, check.total_tokens, check.capture_status]).toEqual([590, null, 'partial']);
    expect([track.output_tokens, track.total_tokens]).toEqual([470, null]);
  });

  it.each(['amp', 'cursor'] as const)('of %s, whose logs tell nothing here, book stages and times without tokens', (agent) => {
    const { check } = played.get(agent)!.analyses;
    expect([check.capture_status, check.total_tokens, stagesOf(check)]).toEqual([
      'unattached',
      null,
      [['read', null], ['check', null], ['write', null], null],
    ]);
  });

  it.each(TELLING)('of %s report what the logs and the books hold', (agent) => {
    const [days, models, analyses, sessions] = played.get(agent)!.results.filter(({ skill }) => skill === 'tokentrail-report');
    // 1000 + 650 + 300 + 500.
    for (const { stdout } of [days!, models!, sessions!]) expect(stdout).toContain('2,450');
    expect(analyses!.stdout).toMatch(/650[^]*300[^]*500|500[^]*300[^]*650/);
  });

  it('where tokentrail is missing say so in one line, and the work goes on', async () => {
    const home = new QuickHome();
    const cases = AGENTS.flatMap((agent) => SKILLS.flatMap((skill) => blocksIn(textOf(agent, skill))));
    expect(cases.length).toBe(8 * (6 + 6 + 4 + 4));
    const env = { HOME: home.path, PATH: SYSTEM_PATH };
    for (const block of new Set(cases)) {
      const { code, stdout, stderr } = await runBlock(block, home.project, env);
      expect({ code, stdout, stderr }).toEqual({
        code: 0,
        stdout: '',
        stderr: expect.stringMatching(/^tokentrail is not installed: [a-z ]+\.\n$/) as string,
      });
    }
  });

  it('where the bookkeeping fails show why, and the work goes on', async () => {
    const home = homeWithProgram();
    const { env } = AGENT_SESSIONS.claude(home);
    const [start] = blocksIn(textOf('claude', 'tokentrail-check'));
    const { code, stderr } = await runBlock(start!, home.project, { ...home.env, ...env, TOKENTRAIL_STORE: 's3://none' });
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /STORE_UNSUPPORTED, exit 12\)\ntokentrail ended with 12; its message says why\. The work goes on without being booked\.\n$/,
    );
  });

  it('of an agent that tells no session find what was started before its log was there', async () => {
    const home = homeWithProgram();
    const blocks = blocksIn(textOf('gemini', 'tokentrail-track'));
    const run = (block: string): Promise<Result> => runBlock(block, home.project, { ...home.env, GEMINI_CLI: '1' });
    expect((await run(blocks[0]!)).stderr).toContain('(UNATTACHED)');
    AGENT_SESSIONS.gemini(home).answer(answerOf(100));
    for (const block of blocks.slice(1, 3)) expect((await run(block)).stderr).not.toContain('✗');
    expect((await home.run('analysis list --status started')).stdout.trim().split('\n')).toHaveLength(1);
  });

  it('take what an agent puts in the place of what a comment names', async () => {
    const home = homeWithProgram();
    const session = AGENT_SESSIONS.claude(home);
    session.answer(answerOf(1000));
    const env = { ...home.env, ...session.env };
    const input = await home.ok('analysis start --source-id smith-2024', { env: session.env });
    await home.ok('analysis complete', { env: session.env });
    const blocks = blocksIn(textOf('claude', 'tokentrail-synthesize'));
    const title = `it's "a" $(title) of ours`;
    await runBlock(blocks[0]!.replace("'unnamed-synthesis'", `'${title.replaceAll("'", `'\\''`)}'`), home.project, env);
    const { stdout } = await runBlock(blocks.at(-2)!.replace("INPUTS=''", `INPUTS='${input}'`), home.project, env);
    const analysis = (await shown(home, /ANALYSIS-\d+-\d+/.exec(stdout)![0])) as Shown & { source_id: string };
    expect([analysis.source_id, analysis.inputs_analysis_ids]).toEqual([title, [input]]);
  });
});
