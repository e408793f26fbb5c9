// Configuration files. An unknown key is an error with its line: a setting that is misspelt must not be silently ignored. What is wrong
// with prices or phases is told and breaks nothing else, since work is measured without them.
import { existsSync, readFileSync } from 'node:fs';
import type { Node, Pair, ParsedNode, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import { TokentrailError } from '../model/errors.js';
import { loadYaml } from '../exchange/yaml.js';
import type { PhaseRule } from '../model/phase.js';
import { readPhases } from './phase-settings.js';
import { readMoney, type MoneySettings } from './price-settings.js';

export interface Config {
  /** Address of the store; relative ones are relative to the file. */
  readonly store: string | null;
  /** Names that stages may have; null where any may. */
  readonly stages: readonly string[] | null;
  /** Prices, plans and currency, but for those that are wrong. */
  readonly money: MoneySettings;
  /** What is wrong with them. */
  readonly problem: TokentrailError | null;
  /** Rules of phases, which come before those that are built in; none if one of them is wrong. */
  readonly phases: readonly PhaseRule[];
  readonly phaseProblem: TokentrailError | null;
}

const MONEY_KEYS = ['prices', 'subscriptions', 'currency', 'budget'];
const KEYS = ['store', 'stages', 'phases', ...MONEY_KEYS];

const invalid = (file: string, line: number | null, what: string): TokentrailError =>
  new TokentrailError('CONFIG_INVALID', `${file}${line === null ? '' : `, line ${line}`}: ${what}`, {
    suggestions: [
      'Correct the file; it can hold `store`, `stages`, `phases`, `prices`, `subscriptions`, `currency` and `budget`, see docs/reference/configuration.md.',
    ],
    details: { file, line },
  });

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw invalid(file, null, `the file can't be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`);
  }
}

/** A list of texts, each once; null if it is none. */
function stageNames(
  node: unknown,
  isSeq: (value: unknown) => value is YAMLSeq,
  isScalar: (value: unknown) => value is Scalar,
): string[] | null {
  if (!isSeq(node)) return null;
  const names = node.items.map((item) =>
    isScalar(item) && typeof item.value === 'string' && item.value.trim() !== '' ? item.value : null,
  );
  return names.length === 0 || names.includes(null) || new Set(names).size < names.length ? null : (names as string[]);
}

type Items = YAMLMap.Parsed['items'];

/** Null if there is no such file. @throws CONFIG_INVALID */
export async function readConfig(file: string): Promise<Config | null> {
  if (!existsSync(file)) return null;
  const yaml = await loadYaml();
  const { isMap, isScalar, isSeq, LineCounter, parseDocument } = yaml;
  const lines = new LineCounter();
  const document = parseDocument(readText(file), { lineCounter: lines });
  const lineOf = (offset: number | undefined): number | null => (offset === undefined ? null : lines.linePos(offset).line);
  const [problem] = document.errors;
  if (problem !== undefined) throw invalid(file, lineOf(problem.pos[0]), problem.message.split('\n')[0]!);
  const empty = document.contents === null || (isScalar(document.contents) && document.contents.value === null);
  if (!empty && !isMap(document.contents)) throw invalid(file, 1, 'the file holds no settings of the form `key: value`.');
  const items: Items = empty ? [] : (document.contents as YAMLMap.Parsed).items;
  const keyLine = ({ key }: Pair<ParsedNode, ParsedNode | null>): number | null => lineOf(isScalar(key) ? key.range[0] : undefined);
  const nameOf = ({ key }: Pair<ParsedNode, ParsedNode | null>): string => (isScalar(key) ? String(key.value) : String(key));
  const unknown = items.find((item) => !KEYS.includes(nameOf(item)));
  if (unknown !== undefined) throw invalid(file, keyLine(unknown), `the setting "${nameOf(unknown)}" is unknown.`);
  const store = items.find((item) => nameOf(item) === 'store');
  const address = isScalar(store?.value) ? store.value.value : null;
  if (store !== undefined && (typeof address !== 'string' || address === ''))
    throw invalid(file, keyLine(store), '"store" must be a text.');
  const named = items.find((item) => nameOf(item) === 'stages');
  const stages = named === undefined ? null : stageNames(document.get('stages', true), isSeq, isScalar);
  if (named !== undefined && stages === null) throw invalid(file, keyLine(named), '"stages" must be a list of names, each once.');
  const settings = new Map<string, Node | null>(items.map((item) => [nameOf(item), item.value]));
  const { money, problem: wrong } = readMoney(yaml, settings);
  const told = (found: typeof wrong): TokentrailError | null =>
    found === null ? null : invalid(file, lineOf(found.offset), found.message);
  const { phases, problem: wrongPhase } = readPhases(yaml, settings);
  return { store: address as string | null, stages, money, problem: told(wrong), phases, phaseProblem: told(wrongPhase) };
}
