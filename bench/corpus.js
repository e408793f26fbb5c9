// Measures reading all sessions against other tools, in one interleaved run: `node bench/corpus.js HOME`, where HOME is a home with
// logs. CCUSAGE and TOKSCALE name the native programs of those tools; what is not named is left out.
import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { interleave, report, runOnce, runProgram } from './measure.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = join(root, 'bin/run.js');
const home = process.argv[2];
if (home === undefined || !existsSync(home)) throw new Error('Name a home with logs: node bench/corpus.js HOME');
const ROUNDS = Number(process.env.ROUNDS ?? 7);

const env = {
  ...process.env,
  HOME: home,
  TZ: 'UTC',
  CLAUDE_CONFIG_DIR: join(home, '.claude'),
  CODEX_HOME: join(home, '.codex'),
  XDG_CACHE_HOME: join(home, '.cache'),
  XDG_CONFIG_HOME: join(home, '.config'),
  XDG_DATA_HOME: join(home, '.local/share'),
  TOKSCALE_PRICING_CACHE_ONLY: '1',
};

const forget = () => {
  rmSync(join(home, '.cache/tokentrail'), { recursive: true, force: true });
  rmSync(join(home, '.local/share/tokentrail'), { recursive: true, force: true });
};

const ours = (...args) => runOnce([bin, ...args], { env, cwd: home });

/** Two commands, one after the other, as one measurement. */
const both = (a, b) => {
  const [x, y] = [a(), b()];
  return { ...y, ms: x.ms + y.ms, cpu: x.cpu + y.cpu, rss: Math.max(x.rss, y.rss) };
};

/** A log that gets a line before each run. */
const projects = join(home, '.claude/projects');
const folder = join(projects, readdirSync(projects)[0]);
const grows = join(
  folder,
  readdirSync(folder).find((name) => name.endsWith('.jsonl')),
);
const last = readFileSync(grows, 'utf8')
  .trimEnd()
  .split('\n')
  .findLast((line) => line.includes('"type":"assistant"'));
let added = 0;
const append = () =>
  appendFileSync(grows, `${last.replace(/"id":"msg_[^"]*"/, `"id":"msg_bench_${String(++added).padStart(12, '0')}"`)}\n`);

const daily = () => ours('usage', 'daily', '--json');
const sync = () => ours('usage', 'sync', '--json');

const subjects = {
  ...(process.env.CCUSAGE ? { 'ccusage daily': () => runProgram(process.env.CCUSAGE, ['daily', '--offline', '--json'], { env }) } : {}),
  ...(process.env.TOKSCALE
    ? { 'tokscale models, later run': () => runProgram(process.env.TOKSCALE, ['models', '--json', '--no-spinner'], { env }) }
    : {}),
  'usage daily --no-store': () => ours('usage', 'daily', '--no-store', '--json'),
  'usage sync of all, then usage daily': () => {
    forget();
    return both(sync, daily);
  },
  'nothing new: usage daily --sync': () => ours('usage', 'daily', '--sync', '--json'),
  'nothing new: usage sync, then usage daily': () => both(sync, daily),
  'a line appended: usage daily --sync': () => {
    append();
    return ours('usage', 'daily', '--sync', '--json');
  },
  'analysis sessions list': () => ours('analysis', 'sessions', 'list', '--json'),
};

report('All sessions of a home, against the first of these', interleave(subjects, ROUNDS));
forget();
