// Measures `analysis backfill-usage` of 1,000 analyses against `usage daily`, in one interleaved run: `node bench/backfill.js HOME`,
// where HOME is a home with logs. Its store is made anew. Half of the analyses name their session, half their project alone.
import { cpSync, existsSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadFill } from './load-fill.js';
import { interleave, report, runOnce } from './measure.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = join(root, 'bin/run.js');
const home = process.argv[2];
if (home === undefined || !existsSync(home)) throw new Error('Name a home with logs: node bench/backfill.js HOME');
const ROUNDS = Number(process.env.ROUNDS ?? 5);
const ANALYSES = 1000;

const env = { ...process.env, HOME: home, TZ: 'UTC', XDG_CACHE_HOME: '', XDG_CONFIG_HOME: '', XDG_DATA_HOME: '' };
for (const name of ['CLAUDE_CONFIG_DIR', 'CODEX_HOME', 'CLAUDECODE', 'CLAUDE_CODE_SESSION_ID']) delete env[name];
const store = join(home, '.local/share/tokentrail');
const saved = `${store}.saved`;
const ours = (...args) => runOnce([bin, ...args], { env, cwd: home });
// Exit 3: some could not be filled.
const fills = (...flags) => runOnce([bin, 'analysis', 'backfill-usage', ...flags], { env, cwd: home, mayFail: true });

rmSync(store, { recursive: true, force: true });
ours('usage', 'sync');
const times = ['--started-at', '2026-01-01T10:00:00Z', '--completed-at', '2026-01-01T11:00:00Z'];
const added = JSON.parse(ours('analysis', 'add', '--tool', 'claude', '--task', 'bench', ...times, '--json').stdout);
const { fillBare, readAnalysis } = await loadFill();
const { sessions } = JSON.parse(ours('analysis', 'sessions', 'list', '--limit', '100000', '--json').stdout).data;
const told = sessions.filter(({ records, first_at, project }) => records > 0 && first_at !== null && project !== null).slice(0, ANALYSES);
const micros = (text) => Date.parse(text) * 1000;
const bare = told.map(({ agent, session_id, project, first_at, last_at }, n) => ({
  tool: agent === 'claude' ? 'claude-code' : agent,
  session_id: n % 2 === 0 ? session_id : null,
  project,
  started_at: micros(first_at),
  completed_at: micros(last_at) + 1_000_000,
}));
await fillBare(store, await readAnalysis(store, added.data.analysis.id), bare);
rmSync(saved, { recursive: true, force: true });
cpSync(store, saved, { recursive: true });

let plan = null;
const results = interleave(
  {
    'usage daily': () => ours('usage', 'daily'),
    'backfill-usage --dry-run': () => fills('--dry-run'),
    'backfill-usage': () => {
      rmSync(store, { recursive: true, force: true });
      cpSync(saved, store, { recursive: true });
      const run = fills('--json');
      const { data } = JSON.parse(run.stdout);
      plan = { changes: data.changes.length, skipped: data.skipped?.length, written: data.written };
      return run;
    },
  },
  ROUNDS,
);
report(`${bare.length} analyses without tokens: ${JSON.stringify(plan)}`, results);
rmSync(saved, { recursive: true, force: true });
