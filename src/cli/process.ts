// The agent's process that started an analysis: so that work whose agent ended without a word can be told.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Agent } from '../capture/agent.js';
import type { Analysis } from '../model/analysis.js';
import type { AgentProcess } from '../model/cut.js';
import type { Context } from './context.js';
import { ancestorProcesses, processStart } from './machine.js';

/** A name that tells the same machine, since it was booted last, and nothing else of it. */
function bootOf(machine: string): string {
  let boot = '';
  try {
    boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    // Elsewhere the process's own start time tells one boot from another.
  }
  return createHash('sha256').update(`${machine}\u0000${boot}`).digest('hex').slice(0, 16);
}

const machineOf = (machine: string): string => createHash('sha256').update(machine).digest('hex').slice(0, 16);

/** The nearest ancestor of this process that is the agent; null if none is, or nothing tells when it began. */
export async function agentProcess(context: Context, { environment }: Agent): Promise<AgentProcess | null> {
  const found = (await ancestorProcesses()).find(({ names }) => names.some((name) => environment.processes.includes(name)));
  const started = found === undefined ? null : (processStart(found.pid) ?? null);
  if (found === undefined || started === null) return null;
  const machine = context.machineId();
  return { pid: found.pid, started, machine: machineOf(machine), boot: bootOf(machine) };
}

/** Whether the process is known to have ended: it began on this machine, and is there no more. */
function hasEnded(machine: string, { pid, started, machine: own, boot }: AgentProcess): boolean {
  if (own !== machineOf(machine)) return false;
  if (boot !== bootOf(machine)) return true;
  const now = processStart(pid);
  return now !== undefined && now !== started;
}

/** Whether it is started and each agent that was seen to work on it has ended. */
export function isProcessGone(context: Context, { status, sessions }: Pick<Analysis, 'status' | 'sessions'>): boolean {
  if (status !== 'started') return false;
  const seen = sessions.flatMap(({ process }) => process ?? []);
  return seen.length > 0 && seen.length === sessions.length && seen.every((one) => hasEnded(context.machineId(), one));
}
