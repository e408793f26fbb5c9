// Measures the figures of docs/explanation/performance.md: `make bench`, or `node bench/run.js NAME…` for some of them.
// Each as a ratio to `node -e 0` in one interleaved run; needs GNU time for the memory.
import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadFill } from './load-fill.js';
import { interleave, median, report, runOnce } from './measure.js';
import { turn, writeSession } from './session-log.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = join(root, 'bin/run.js');
const SESSION = '5e551011-0000-4000-8000-000000000001';
const ROUNDS = Number(process.env.ROUNDS ?? 15);
const floor = () => runOnce(['-e', '0']);

/** A home with one growing session of a given size, and twenty project folders. */
class Bench {
  constructor(megabytes) {
    this.home = mkdtempSync(join(tmpdir(), 'tokentrail-bench-'));
    this.project = join(this.home, 'paper');
    mkdirSync(this.project);
    for (let i = 0; i < 20; i++) mkdirSync(join(this.home, `.claude/projects/-other-${i}`), { recursive: true });
    this.log = join(this.home, '.claude/projects/-paper', `${SESSION}.jsonl`);
    this.answers = writeSession(this.log, SESSION, this.project, megabytes);
    this.env = {
      ...process.env,
      HOME: this.home,
      XDG_CACHE_HOME: '',
      XDG_DATA_HOME: '',
      XDG_CONFIG_HOME: '',
      CLAUDECODE: '1',
      CLAUDE_CODE_SESSION_ID: SESSION,
    };
    this.store = join(this.home, '.local/share/tokentrail');
  }

  run(...args) {
    return runOnce([bin, ...args], { cwd: this.project, env: this.env });
  }

  /** Starts an analysis, and makes the first mark, which is not measured. */
  start() {
    this.id = this.run('analysis', 'start', '--source-id', 'bench').stdout.trim();
    this.mark();
    return this;
  }

  mark = () => {
    let text = '';
    for (let i = 0; i < 3; i++) text += turn(SESSION, this.project, this.answers++, Date.now());
    appendFileSync(this.log, text);
    return this.run('analysis', 'mark', '--id', this.id, '--stage', 'bench');
  };

  end() {
    rmSync(this.home, { recursive: true, force: true });
  }
}

const folderSize = (path) =>
  readdirSync(path, { recursive: true, withFileTypes: true }).reduce(
    (sum, entry) => sum + (entry.isFile() ? statSync(join(entry.parentPath ?? entry.path, entry.name)).size : 0),
    0,
  );

const parts = {
  startup() {
    const empty = mkdtempSync(join(tmpdir(), 'tokentrail-bench-'));
    const env = { ...process.env, HOME: empty };
    report(
      'Start-up (bars: --version ≤ 2 ×, --help ≤ 5 ×)',
      interleave(
        { 'node -e 0': floor, '--version': () => runOnce([bin, '--version'], { env }), '--help': () => runOnce([bin, '--help'], { env }) },
        ROUNDS,
      ),
    );
    rmSync(empty, { recursive: true });
  },

  mark() {
    const [small, middle, large] = [1, 50, 500].map((megabytes) => new Bench(megabytes).start());
    const results = interleave(
      { 'node -e 0': floor, 'mark, 1 MB session': small.mark, 'mark, 50 MB session': middle.mark, 'mark, 500 MB session': large.mark },
      ROUNDS,
    );
    report('analysis mark, second and later (bars: 50 MB ≤ 8 ×, ≤ 130 MiB; 500 MB against 1 MB ≤ 1.2 ×)', results);
    console.log(`  500 MB against 1 MB: ${(results['mark, 500 MB session'].ratio / results['mark, 1 MB session'].ratio).toFixed(2)} ×`);
    for (const bench of [small, middle, large]) bench.end();
  },

  async analyses() {
    const { fillStore, mergeAll, readAnalysis } = await loadFill();
    const subjects = { 'node -e 0': floor };
    const benches = [];
    let own = 0;
    for (const count of [10, 1000, 10000]) {
      const bench = new Bench(1).start();
      own = await fillStore(bench.store, await readAnalysis(bench.store, bench.id), count);
      subjects[`mark, ${count} analyses in the store`] = bench.mark;
      benches.push(bench);
    }
    subjects['list, 10000 analyses in the store'] = () => benches[2].run('analysis', 'list');
    const results = interleave(subjects, ROUNDS);
    report('analysis mark in stores of five revisions an analysis (bar: largest against smallest ≤ 1.3 ×)', results);
    const [, least, , most] = Object.values(results);
    await mergeAll(benches[2].store);
    const size = folderSize(join(benches[2].store, 'analysis_logs.lance'));
    console.log(
      `  50,000 rows: ${(own / 1e6).toFixed(1)} MB as text, ${(size / 1e6).toFixed(1)} MB after upkeep: ${(size / own).toFixed(2)} × (bar ≤ 3 ×)`,
    );
    console.log(`  10,000 against 10: ${(most.ratio / least.ratio).toFixed(2)} ×`);
    for (const bench of benches) bench.end();
  },

  async growth() {
    const { commitOneByOne, mergeAll, readAnalysis } = await loadFill();
    const bench = new Bench(1).start();
    const own = await commitOneByOne(bench.store, await readAnalysis(bench.store, bench.id), 200);
    const table = join(bench.store, 'analysis_logs.lance');
    console.log('\n200 analyses, each of its five revisions a commit of its own (bar after upkeep: ≤ 3 × the rows as text)');
    console.log(`  rows as text: ${(own / 1e6).toFixed(1)} MB   store as it is: ${(folderSize(table) / 1e6).toFixed(1)} MB`);
    await mergeAll(bench.store);
    console.log(`  after upkeep, once the grace period of a day is over: ${(folderSize(table) / own).toFixed(2)} ×`);
    bench.end();
  },

  async marks() {
    const { mergeAll } = await loadFill();
    const bench = new Bench(1).start();
    const ratios = [];
    for (let i = 0; i < 500; i++) {
      const edge = i < 15 || i >= 485;
      const base = edge ? floor().ms : 1;
      const { ms } = bench.mark();
      if (edge) ratios.push(ms / base);
    }
    const first = median(ratios.slice(0, 15));
    const last = median(ratios.slice(15));
    console.log('\n500 marks on one analysis (bars: last against first ≤ 1.5 ×; store after upkeep ≤ 5 MB)');
    console.log(`  first 15: ${first.toFixed(2)} ×   last 15: ${last.toFixed(2)} ×   last against first: ${(last / first).toFixed(2)} ×`);
    console.log(`  store as it is: ${(folderSize(bench.store) / 1e6).toFixed(1)} MB`);
    await mergeAll(bench.store);
    console.log(`  after upkeep, once the grace period of a day is over: ${(folderSize(bench.store) / 1e6).toFixed(1)} MB`);
    bench.end();
  },

  first() {
    const bench = new Bench(600);
    const { ms, rss } = bench.run('analysis', 'start', '--source-id', 'bench');
    console.log(
      `\nFirst snapshot of a 600 MB log (bar: ≤ 200 MiB)\n  ${rss.toFixed(0)} MiB, ${(ms / 1000).toFixed(1)} s, ${bench.answers} answers`,
    );
    bench.end();
  },
};

const wanted = process.argv.slice(2);
for (const [name, measure] of Object.entries(parts)) if (wanted.length === 0 || wanted.includes(name)) await measure();
