// What `hooks doctor`, `overhead` and `self-check` tell of the hooks.
import { checkHooks, checkReplay } from '../../checks/hooks.js';
import type { Finding } from '../../checks/finding.js';
import type { Context } from '../context.js';
import { replayPayloads, type Replayed } from './replay.js';
import { hooksReport, type HooksReport } from './report.js';

export interface HooksExamined {
  readonly report: HooksReport;
  readonly replayed: readonly Replayed[];
  readonly findings: readonly Finding[];
}

/** Looks at the hooks of this machine, and plays every known payload through this program. */
export async function examineHooks(context: Context): Promise<HooksExamined> {
  const report = await hooksReport(context);
  const replayed = await replayPayloads();
  const { files, counts, worth, damaged } = report;
  const dead = worth.filter(({ state }) => state === 'dead');
  const shown = files.map((file) => ({ ...file, file: context.tilde(file.file) }));
  const findings = [
    ...checkHooks({ files: shown, unrecognised: counts.unrecognised, dead, damaged, fired: counts.counts.length > 0 }),
    ...checkReplay(replayed),
  ];
  return { report, replayed, findings };
}
