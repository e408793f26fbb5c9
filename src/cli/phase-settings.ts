// The rules of phases in a configuration file.
import type { Node } from 'yaml';
import { DIRECT, UNKNOWN_PHASE, type PhaseRule } from '../model/phase.js';
import type { loadYaml } from '../exchange/yaml.js';
import { SettingProblem, SettingReader } from './price-settings.js';

type Yaml = Awaited<ReturnType<typeof loadYaml>>;

const PATTERNS = ['tool', 'path', 'command', 'agent_type'] as const;

/** A pattern, or a list of them; null where there is none. */
function patternsIn(yaml: Yaml, reader: SettingReader, node: Node | undefined, of: string): readonly string[] | null {
  if (node === undefined) return null;
  const nodes = yaml.isSeq(node) ? reader.items(node, of) : [node];
  const patterns = nodes.map((one) => reader.text(one, of));
  if (patterns.length > 0 && patterns.every((pattern) => pattern !== null && pattern.trim() !== '')) return patterns as string[];
  throw new SettingProblem(`"${of}" must be a pattern or a list of patterns.`, node);
}

/** A line of several commands is taken apart, and each is looked at for itself: no word of one is an operator between them. */
const OPERATORS: ReadonlySet<string> = new Set(['&&', '||', '|', '|&', ';', '&']);

function requireOneCommand(patterns: readonly string[] | null, node: Node | undefined): void {
  const operator = patterns?.flatMap((pattern) => pattern.split(' ')).find((word) => OPERATORS.has(word));
  if (operator === undefined) return;
  throw new SettingProblem(`"command" fits one command, and "${operator}" stands between two; give each of them as a pattern.`, node);
}

function ruleOf(yaml: Yaml, reader: SettingReader, node: Node): PhaseRule {
  const fields = reader.fields(node, ['phase', ...PATTERNS], 'A phase');
  const phase = reader.text(fields.get('phase'), 'phase');
  if (phase === null || phase.trim() === '') throw new SettingProblem('A phase needs "phase": its name.', node);
  if (phase === DIRECT || phase === UNKNOWN_PHASE)
    throw new SettingProblem(`"${phase}" is what requests without a known call are; a rule can't give it.`, fields.get('phase'));
  const [tool, path, command, agent_type] = PATTERNS.map((name) => patternsIn(yaml, reader, fields.get(name), name)) as [
    PhaseRule['tool'], PhaseRule['path'], PhaseRule['command'], PhaseRule['agent_type'],
  ]; // prettier-ignore
  requireOneCommand(command, fields.get('command'));
  if (tool === null && path === null && command === null && agent_type === null)
    throw new SettingProblem(`A phase needs one of ${PATTERNS.join(', ')}.`, node);
  return { phase, tool, path, command, agent_type };
}

/** The rules of setting `phases`, or the first thing that is wrong with them. */
export function readPhases(
  yaml: Yaml,
  settings: ReadonlyMap<string, Node | null>,
): { readonly phases: readonly PhaseRule[]; readonly problem: SettingProblem | null } {
  if (!settings.has('phases')) return { phases: [], problem: null };
  const reader = new SettingReader(yaml);
  try {
    const phases = reader.items(settings.get('phases') ?? null, 'phases').map((node) => ruleOf(yaml, reader, node));
    return { phases, problem: null };
  } catch (error) {
    if (!(error instanceof SettingProblem)) throw error;
    return { phases: [], problem: error };
  }
}
