// The phases of work: the rules in force, and what the logs tell of the calls of all records.
import type { Agent } from '../capture/agent.js';
import { AGENT_LIST } from '../capture/agents.js';
import { readCalls, type CallBook, type Classify } from '../ingest/read-calls.js';
import { TokentrailError } from '../model/errors.js';
import type { PhasedCall, PhaseRule } from '../model/phase.js';
import { DEFAULT_RULES, PhaseTable } from '../report/phase-rules.js';
import { usageByPhase, type CallsOf, type PhasesReport } from '../report/phases.js';
import type { UsageFilter } from '../report/usage.js';
import { readConfig } from './config.js';
import type { Context } from './context.js';
import { reportUsage, syncBooks, warnOfSkips, type UsageSource } from './usage.js';

/** A rule of the table, and whether it is the user's own. */
export interface RuleInForce {
  readonly rule: PhaseRule;
  readonly source: 'config' | 'default';
}

/** The rules in their order: the project's, the user's, then those that are built in. @throws CONFIG_INVALID */
export async function phaseRules(context: Context): Promise<readonly RuleInForce[]> {
  const own: PhaseRule[] = [];
  for (const file of context.configFiles) {
    const config = await readConfig(file);
    if (config === null) continue;
    if (config.phaseProblem !== null) throw config.phaseProblem;
    own.push(...config.phases);
  }
  return [
    ...own.map((rule) => ({ rule, source: 'config' }) as const),
    ...DEFAULT_RULES.map((rule) => ({ rule, source: 'default' }) as const),
  ];
}

/** One object for all calls of a tool and phase: there may be a million of them. */
function classifier(rules: readonly RuleInForce[]): Classify {
  const table = new PhaseTable(rules.map(({ rule }) => rule));
  const known = new Map<string, PhasedCall>();
  return (call) => {
    const phase = table.phaseOf(call);
    const name = `${phase}\u0000${call.tool}`;
    let phased = known.get(name);
    if (phased === undefined) known.set(name, (phased = { phase, tool: call.tool }));
    return phased;
  };
}

/** The calls of one agent's records, or of all agents'. Of logs that the report itself reads, it tells which can't be read. */
async function callsOf(context: Context, { agent: only, since }: UsageFilter, classify: Classify, told: boolean): Promise<CallsOf> {
  const books: CallBook[] = [];
  const agents = AGENT_LIST.filter((agent: Agent) => agent.calls !== null && (only === null || agent.name === only));
  for (const agent of agents) {
    const { calls, unread } = await readCalls(
      agent,
      context.roots(agent),
      classify,
      since,
      context.progress(`Reading ${agent.label}'s tool calls`),
    );
    if (!told) context.warnOfUnread(agent, unread);
    books.push(calls);
  }
  // The keys of each agent begin with its name.
  return (_point, key) => {
    for (const book of books) {
      const found = book.get(key);
      if (found !== undefined) return found;
    }
    return null;
  };
}

/** What each phase spent, of all records or of one session. @throws SESSION_NOT_FOUND */
export async function reportPhases(
  context: Context,
  { noStore, sync }: UsageSource,
  filter: UsageFilter,
  session: string | null,
): Promise<PhasesReport> {
  const classify = classifier(await phaseRules(context));
  if (sync) warnOfSkips(context, await syncBooks(context, null, false));
  const calls = await callsOf(context, filter, classify, noStore);
  const report = await reportUsage(context, { noStore, sync: false }, () => usageByPhase(filter, session, calls), { keyed: true });
  const isWhole = filter.agent === null && filter.since === null && filter.until === null;
  if (session === null || !isWhole || report.total.records > 0) return report;
  throw new TokentrailError('SESSION_NOT_FOUND', `There is no record of a session "${session}".`, {
    suggestions: ['See `tokentrail usage sessions` for those that there are; --sync brings the books up to date first.'],
    details: { session },
  });
}
