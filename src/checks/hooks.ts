// Checks of the hooks: whether they stand in agents' settings, fire, are understood, print nothing and keep nothing that is private.
import { count, type Finding } from './finding.js';

/** What is known of the hooks of an agent in one file of settings. */
export interface CheckedFile {
  readonly agent: string;
  readonly scope: string;
  readonly file: string;
  readonly hooks: readonly unknown[];
  readonly missing: readonly string[];
  readonly broken: string | null;
  readonly off: string | null;
  readonly problem: string | null;
}

export interface CheckedHooks {
  readonly files: readonly CheckedFile[];
  readonly unrecognised: readonly { readonly agent: string; readonly event: string; readonly reason: string; readonly count: number; readonly keys: readonly string[] }[]; // prettier-ignore
  readonly dead: readonly { readonly agent: string; readonly event: string }[];
  readonly damaged: number;
  /** Some hook has fired. */
  readonly fired: boolean;
}

const install = (agent: string, scope: string): string =>
  `tokentrail hooks install --agent ${agent}${scope === 'project' ? ' --project' : ''}`;

function checkFile({ agent, scope, file, hooks, missing, broken, off, problem }: CheckedFile): Finding {
  const base = { check: 'settings', details: { agent, scope, file } };
  if (problem !== null) return { ...base, level: 'error', message: `${file}: ${problem}.`, fix: 'Mend the file.' };
  if (broken !== null) {
    const message = `${file} calls "${broken}", which is not there: no hook of ${agent} can fire.`;
    return { ...base, level: 'error', message, fix: `Run \`${install(agent, scope)}\`.` };
  }
  if (off !== null) {
    const message = `${file} has "${off}": no hook of ${agent} fires.`;
    return { ...base, level: 'warning', message, fix: 'Take it out of the file, if they are to fire.' };
  }
  if (missing.length === 0) return { ...base, level: 'ok', message: `${file} has ${count(hooks.length, 'hook', 'hooks')}.`, fix: null };
  const message = `${file} lacks ${missing.join(', ')}.`;
  return { ...base, level: 'warning', message, fix: `Run \`${install(agent, scope)}\`.` };
}

/** What is wrong with the hooks of this machine. */
export function checkHooks({ files, unrecognised, dead, damaged, fired }: CheckedHooks): Finding[] {
  const findings = files.map(checkFile);
  for (const agent of new Set(files.map((file) => file.agent))) {
    const own = files.filter((file) => file.agent === agent && file.hooks.length > 0);
    if (own.length < 2) continue;
    const message = `The hooks of ${agent} stand in ${own.map(({ file }) => file).join(' and in ')}: each fires twice, and is counted twice here.`;
    const fix = `Run \`tokentrail hooks uninstall --agent ${agent} --project\`, if those of the user are enough.`;
    findings.push({ check: 'settings', level: 'note', message, fix, details: { agent, files: own.map(({ file }) => file) } });
  }
  if (files.length === 0) {
    const message = fired
      ? 'No hooks stand in the settings of agents; those that fired come from elsewhere, as from a plugin.'
      : 'No hooks are installed.';
    findings.push({ check: 'settings', level: 'note', message, fix: fired ? null : 'Run `tokentrail hooks install`.', details: {} });
  }
  for (const { agent, event, reason, count: times, keys } of unrecognised) {
    if (reason === 'unknown_agent') {
      const message = `${count(times, 'call', 'calls')} of the hook ${event} named an agent that there is not.`;
      findings.push({ check: 'payloads', level: 'warning', message, fix: 'Correct --agent in the command line of the hook.', details: { event, reason, count: times } }); // prettier-ignore
      continue;
    }
    const seen = keys.length === 0 ? '' : `; keys seen: ${keys.join(', ')}`;
    const message = `${count(times, 'payload', 'payloads')} of ${agent} ${event === '' ? 'without an event' : event} not recognised (${reason}${seen}).`;
    findings.push({ check: 'payloads', level: 'warning', message, fix: 'Report it with the keys, please; nothing else of it was kept.', details: { agent, event, reason, count: times, keys } }); // prettier-ignore
  }
  for (const { agent, event } of dead) {
    const message = `The hook ${event} of ${agent} did not fire in 14 days.`;
    const fix = 'If the agent is used, see whether it trusts and runs its hooks; else `tokentrail hooks uninstall`.';
    findings.push({ check: 'dead', level: 'warning', message, fix, details: { agent, event } });
  }
  if (damaged > 0) {
    const message = `${count(damaged, 'line', 'lines')} that hooks left can't be read.`;
    findings.push({ check: 'spool', level: 'warning', message, fix: null, details: { lines: damaged } });
  }
  return findings;
}

/** What a replay of payloads showed. */
export interface CheckedReplay {
  readonly agent: string;
  readonly event: string;
  readonly understood: boolean;
  readonly leaked: boolean;
  readonly process: { readonly exit: number | null; readonly printed: number; readonly kept: boolean } | null;
}

function faultOf({ understood, leaked, process: ran }: CheckedReplay): string | null {
  if (!understood) return 'was not understood';
  if (leaked) return 'kept what was said';
  if (ran === null) return null;
  if (ran.exit !== 0) return `ended with ${ran.exit === null ? 'no exit code' : ran.exit}`;
  if (ran.printed > 0) return `printed ${ran.printed} bytes`;
  return ran.kept ? null : 'left nothing, or something else';
}

/** Every payload must be understood, and nothing printed, which would go into the context of the model. */
export function checkReplay(replayed: readonly CheckedReplay[]): Finding[] {
  const faults = replayed.flatMap((one) => {
    const fault = faultOf(one);
    const { agent, event } = one;
    return fault === null
      ? []
      : [{ check: 'replay', level: 'error' as const, message: `${agent} ${event} ${fault}.`, fix: null, details: { agent, event } }];
  });
  if (faults.length > 0) return faults;
  const agents = new Set(replayed.map(({ agent }) => agent)).size;
  const message = `${replayed.length} payloads of ${agents} agents were understood; nothing was printed, so 0 tokens go into a context.`;
  return [{ check: 'replay', level: 'ok', message, fix: null, details: { payloads: replayed.length, agents } }];
}
