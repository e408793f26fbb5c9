// The settings of a configuration file that are about money: prices of the user's own, agents that are paid by subscription, and a
// currency to show beside dollars.
import { createHash } from 'node:crypto';
import type { Node, Pair, ParsedNode, Scalar } from 'yaml';
import { AGENTS, type AgentName } from '../model/agents.js';
import { picoOf } from '../model/money.js';
import { parseInstant, type Instant } from '../model/time.js';
import { RATES, type RateName, type Rates } from '../pricing/card.js';
import type { UserRule } from '../pricing/user-rule.js';
import type { loadYaml } from '../exchange/yaml.js';
import type { Display } from './render/cost.js';

type Yaml = Awaited<ReturnType<typeof loadYaml>>;

export interface MoneySettings {
  readonly rules: readonly UserRule[];
  readonly plans: readonly AgentName[];
  readonly display: Display | null;
  /** What may be spent, for `statusline`; null where nothing is set. */
  readonly budget: Budget | null;
}

/** Pico-dollars that may be spent; null for no limit. */
export interface Budget {
  readonly day: bigint | null;
  readonly month: bigint | null;
}

/** What is wrong with a setting, and where. */
export class SettingProblem extends Error {
  readonly offset: number | undefined;

  constructor(message: string, node: Node | null | undefined) {
    super(message);
    this.offset = node?.range?.[0];
  }
}

const RULE_KEYS = ['model', 'from', 'to', 'mode', 'like', 'times', 'over', ...RATES];

/** Reads nodes of a document; texts are taken as they are written, so that no rate goes through a double. */
export class SettingReader {
  readonly #yaml: Yaml;

  constructor(yaml: Yaml) {
    this.#yaml = yaml;
  }

  /** The fields of a map. */
  fields(node: Node | null, keys: readonly string[], of: string): Map<string, Scalar | Node> {
    if (!this.#yaml.isMap(node)) throw new SettingProblem(`${of} must be a map of settings.`, node);
    const fields = new Map<string, Scalar | Node>();
    for (const { key, value } of node.items as Pair<ParsedNode, ParsedNode | null>[]) {
      const name = this.#yaml.isScalar(key) ? String(key.value) : String(key);
      if (!keys.includes(name)) throw new SettingProblem(`${of} has no setting "${name}"; it can have ${keys.join(', ')}.`, key);
      if (value !== null) fields.set(name, value);
    }
    return fields;
  }

  items(node: Node | null, of: string): Node[] {
    if (!this.#yaml.isSeq(node)) throw new SettingProblem(`"${of}" must be a list.`, node);
    return node.items as Node[];
  }

  text(node: Node | undefined, of: string): string | null {
    if (node === undefined) return null;
    if (!this.#yaml.isScalar(node) || node.value === null) throw new SettingProblem(`"${of}" must be a text.`, node);
    return node.source ?? (node.value as string);
  }

  /** A decimal of at least 0, as its text. */
  amount(node: Node | undefined, of: string): string | null {
    const text = this.text(node, of);
    if (text === null) return null;
    const pico = picoOf(text);
    if (pico === null || pico < 0n) throw new SettingProblem(`"${of}" must be a number of at least 0, as 3 or 0.15, not "${text}".`, node);
    return text;
  }

  time(node: Node | undefined, of: string): { readonly at: Instant; readonly text: string } | null {
    const text = this.text(node, of);
    if (text === null) return null;
    const at = parseInstant(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text);
    if (at === null) throw new SettingProblem(`"${of}" must be a day, as 2026-11-01, or a time with an offset, not "${text}".`, node);
    return { at, text };
  }
}

function ratesIn(reader: SettingReader, fields: ReadonlyMap<string, Node>): Rates {
  const rates: Partial<Record<RateName, string>> = {};
  for (const name of RATES) {
    const amount = reader.amount(fields.get(name), name);
    if (amount !== null) rates[name] = amount;
  }
  return rates;
}

/** Exactly: `0.85` is 85 hundredths. */
function factorOf(text: string): UserRule['times'] {
  return { numerator: picoOf(text)!, denominator: 10n ** 12n };
}

function ruleOf(reader: SettingReader, node: Node): UserRule {
  const fields = reader.fields(node, RULE_KEYS, 'A price');
  const pattern = reader.text(fields.get('model'), 'model');
  if (pattern === null)
    throw new SettingProblem('A price needs a "model": a name as logs write it; `*` at its end stands for any rest.', node);
  if (pattern.slice(0, -1).includes('*')) throw new SettingProblem('`*` stands at the end of "model" only.', fields.get('model'));
  const [from, to] = [reader.time(fields.get('from'), 'from'), reader.time(fields.get('to'), 'to')];
  if (from !== null && to !== null && from.at >= to.at) throw new SettingProblem('"from" is not before "to".', node);
  const like = reader.text(fields.get('like'), 'like');
  const times = reader.amount(fields.get('times'), 'times');
  const rates = ratesIn(reader, fields);
  if (like === null && times !== null) throw new SettingProblem('"times" is a factor on the rates of the model that "like" names.', node);
  if (like !== null && Object.keys(rates).length > 0) throw new SettingProblem('A price has either rates of its own or "like".', node);
  if (like === null && (rates.input === undefined || rates.output === undefined))
    throw new SettingProblem('A price needs "input" and "output" in dollars per million tokens, or "like".', node);
  const over = fields.get('over');
  const tier = over === undefined ? null : reader.fields(over, ['tokens', ...RATES], '"over"');
  const tokens = tier === null ? null : reader.amount(tier.get('tokens'), 'tokens');
  if (tier !== null && (tokens === null || !/^\d+$/.test(tokens))) throw new SettingProblem('"over" needs "tokens", a whole number.', over);
  return {
    pattern,
    like,
    times: times === null ? null : factorOf(times),
    rule: {
      source: 'config',
      provider: 'own',
      model: pattern,
      from: from?.at ?? null,
      to: to?.at ?? null,
      since: from?.text ?? null,
      hours: null,
      mode: reader.text(fields.get('mode'), 'mode')?.toLowerCase() ?? null,
      rates: withCaches(rates),
      tiers: tier === null ? [] : [{ over: Number(tokens), rates: withCaches({ ...rates, ...ratesIn(reader, tier) }) }],
      url: null,
      checked: null,
    },
  };
}

/** Caches without a rate of their own cost what input costs. */
const withCaches = (rates: Rates): Rates =>
  rates.input === undefined
    ? rates
    : { cache_read: rates.input, cache_write_5m: rates.input, cache_write_1h: rates.cache_write_5m ?? rates.input, ...rates };

function planOf(reader: SettingReader, node: Node): AgentName {
  const name = reader.text(node, 'subscriptions');
  const agent = AGENTS.find((one) => one === name);
  if (agent === undefined) throw new SettingProblem(`"subscriptions" is a list of ${AGENTS.join(', ')}, not "${name ?? ''}".`, node);
  return agent;
}

function displayOf(reader: SettingReader, node: Node | null): Display {
  const fields = reader.fields(node, ['code', 'rate', 'date'], '"currency"');
  const [code, rate, date] = [
    reader.text(fields.get('code'), 'code'),
    reader.amount(fields.get('rate'), 'rate'),
    reader.time(fields.get('date'), 'date'),
  ];
  if (code === null || !/^[A-Z]{3}$/.test(code)) throw new SettingProblem('"currency" needs "code", as EUR.', node);
  if (rate === null || picoOf(rate) === 0n) throw new SettingProblem('"currency" needs "rate": how much of it a dollar is.', node);
  if (date === null) throw new SettingProblem('"currency" needs "date": the day of the rate.', node);
  return { code, rate, pico: picoOf(rate)!, date: date.text };
}

function budgetOf(reader: SettingReader, node: Node | null): Budget {
  const fields = reader.fields(node, ['day', 'month'], '"budget"');
  const limit = (name: string): bigint | null => {
    const amount = reader.amount(fields.get(name), name);
    if (amount !== null && picoOf(amount) === 0n) throw new SettingProblem(`"${name}" of "budget" must be more than 0 dollars.`, node);
    return amount === null ? null : picoOf(amount);
  };
  const budget = { day: limit('day'), month: limit('month') };
  if (budget.day === null && budget.month === null) throw new SettingProblem('"budget" needs "day" or "month", in dollars.', node);
  return budget;
}

/** What is right of the settings about money, and the first thing that is wrong: one bad setting takes nothing from the others. */
export function readMoney(
  yaml: Yaml,
  settings: ReadonlyMap<string, Node | null>,
): { money: MoneySettings; problem: SettingProblem | null } {
  const reader = new SettingReader(yaml);
  const problems: SettingProblem[] = [];
  const part = <T>(name: string, none: T, read: (node: Node | null) => T): T => {
    if (!settings.has(name)) return none;
    try {
      return read(settings.get(name) ?? null);
    } catch (error) {
      if (!(error instanceof SettingProblem)) throw error;
      problems.push(error);
      return none;
    }
  };
  const money = {
    rules: part<readonly UserRule[]>('prices', [], (node) => reader.items(node, 'prices').map((one) => ruleOf(reader, one))),
    plans: part<readonly AgentName[]>('subscriptions', [], (node) => reader.items(node, 'subscriptions').map((one) => planOf(reader, one))),
    display: part<Display | null>('currency', null, (node) => displayOf(reader, node)),
    budget: part<Budget | null>('budget', null, (node) => budgetOf(reader, node)),
  };
  return { money, problem: problems[0] ?? null };
}

/** The settings of several files, the first one's before the others'. */
export const mergedMoney = (all: readonly MoneySettings[]): MoneySettings => ({
  rules: all.flatMap(({ rules }) => rules),
  plans: [...new Set(all.flatMap(({ plans }) => plans))],
  display: all.find(({ display }) => display !== null)?.display ?? null,
  budget: all.find(({ budget }) => budget !== null)?.budget ?? null,
});

/** A name that tells one set of rules from another, for rate cards; null where there are none. */
export function rulesName(rules: readonly UserRule[]): string | null {
  if (rules.length === 0) return null;
  const text = JSON.stringify(rules, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
  return `config@${createHash('sha256').update(text).digest('hex').slice(0, 12)}`;
}

/** The rules under their name, as the source of what they price. */
export const namedRules = (rules: readonly UserRule[]): UserRule[] =>
  rules.map((user) => ({ ...user, rule: { ...user.rule, source: rulesName(rules)! } }));
