// The stages of an analysis as the text of `stages_json`. Every revision repeats all stages, so 500 marks write 125,000 of them:
// names, paths and models stand once in lists, a stage is an array that refers to them. Reading gives back exactly what was written.
import type { Stage, StageStatus } from '../model/analysis.js';
import type { ModelCounts, OpenRecord, StageCut, Usage } from '../model/cut.js';
import { sameCounts, sum, ZERO, type Counts } from '../model/tokens.js';

type Numbers = readonly (number | null)[];

/** session, instant (0: that of the stage), records, [log, position]…, open records. */
type CutText = readonly [number, number, number, readonly (readonly [number, number])[], readonly OpenRecord[]];

/** models with their counts, sub-agents' counts or 0, and the whole if it is not the sum of the models. */
type UsageText = readonly [readonly (readonly [number, ...Numbers])[], Numbers | 0, Numbers | 0];

type StageText = readonly [...StageFields, knownTotal?: number | null, untimed?: 1 | 0, durationMs?: number];

type StageFields = readonly [
  name: number,
  attempt: number,
  status: StageStatus,
  at: number,
  usage: UsageText | null,
  session: number | null,
  notes: string | null,
  cuts: readonly CutText[],
];

interface StagesText {
  readonly format: 1;
  /** Names, session ids, paths of logs and models, to which the stages refer by number. */
  readonly words: readonly string[];
  readonly stages: readonly StageText[];
}

class Words {
  readonly list: string[] = [];
  readonly #numbers = new Map<string, number>();

  number(word: string): number {
    let number = this.#numbers.get(word);
    if (number === undefined) {
      number = this.list.push(word) - 1;
      this.#numbers.set(word, number);
    }
    return number;
  }
}

const numbersOf = (counts: Counts, records: number): Numbers => [
  records,
  counts.input,
  counts.cache_read,
  counts.cache_write_5m,
  counts.cache_write_1h,
  counts.output,
  counts.reasoning,
];

function countsOf([records, input, cache_read, cache_write_5m, cache_write_1h, output, reasoning]: Numbers): ModelCounts {
  return {
    records: records ?? 0,
    input: input ?? null,
    cache_read: cache_read ?? null,
    cache_write_5m: cache_write_5m ?? null,
    cache_write_1h: cache_write_1h ?? null,
    output: output ?? null,
    reasoning: reasoning ?? null,
  };
}

const withoutRecords = ({ input, cache_read, cache_write_5m, cache_write_1h, output, reasoning }: ModelCounts): Counts => ({
  input,
  cache_read,
  cache_write_5m,
  cache_write_1h,
  output,
  reasoning,
});

/** What the whole is if nothing else is written: the sum of the models. */
function sumOfModels(models: readonly ModelCounts[]): { counts: Counts; records: number } {
  const [first, ...rest] = models.map(withoutRecords);
  return { counts: first === undefined ? ZERO : sum(rest, first), records: models.reduce((n, { records }) => n + records, 0) };
}

function usageText(usage: Usage, words: Words): UsageText {
  const models = Object.entries(usage.by_model).map(
    ([model, counts]) => [words.number(model), ...numbersOf(counts, counts.records)] as const,
  );
  const implied = sumOfModels(Object.values(usage.by_model));
  const same = implied.records === usage.records && sameCounts(implied.counts, usage.counts);
  const { subagents } = usage;
  return [models, subagents === null ? 0 : numbersOf(subagents, subagents.records), same ? 0 : numbersOf(usage.counts, usage.records)];
}

function usageFrom([models, subagents, whole]: UsageText, words: readonly string[]): Usage {
  const by_model = Object.fromEntries(models.map(([model, ...numbers]) => [words[model]!, countsOf(numbers)]));
  const implied = sumOfModels(Object.values(by_model));
  const { records, ...counts } = whole === 0 ? { ...implied.counts, records: implied.records } : countsOf(whole);
  return { counts, records, by_model, subagents: subagents === 0 ? null : countsOf(subagents) };
}

const cutText = (cut: StageCut, at: number, words: Words): CutText => [
  words.number(cut.session_id),
  cut.at === at ? 0 : cut.at,
  cut.records,
  Object.entries(cut.positions).map(([path, position]) => [words.number(path), position] as const),
  cut.open,
];

const cutFrom = ([session, cutAt, records, positions, open]: CutText, at: number, words: readonly string[]): StageCut => ({
  session_id: words[session]!,
  at: cutAt === 0 ? at : cutAt,
  positions: Object.fromEntries(positions.map(([path, position]) => [words[path]!, position])),
  open,
  records,
});

export function stagesToText(stages: readonly Stage[]): string {
  const words = new Words();
  const texts = stages.map((stage): StageText => {
    const text: StageFields = [
      words.number(stage.stage),
      stage.attempt,
      stage.status,
      stage.at,
      stage.usage === null ? null : usageText(stage.usage, words),
      stage.session_id === null ? null : words.number(stage.session_id),
      stage.notes,
      stage.cuts.map((cut) => cutText(cut, stage.at, words)),
    ];
    const knownTotal = stage.known_total ?? null;
    if (stage.duration_ms !== undefined) return [...text, knownTotal, stage.untimed === true ? 1 : 0, stage.duration_ms];
    if (stage.untimed === true) return [...text, knownTotal, 1];
    return knownTotal === null ? text : [...text, knownTotal];
  });
  return JSON.stringify({ format: 1, words: words.list, stages: texts } satisfies StagesText);
}

/** @throws if the text is not what `stagesToText` writes. */
export function stagesFromText(text: string): Stage[] {
  const parsed = JSON.parse(text) as StagesText;
  // Read by an older program, a later format must not pass for no stages; the type only knows this one.
  if ((parsed.format as number) !== 1) throw new Error(`format ${String(parsed.format)} of stages`);
  const { words, stages } = parsed;
  return stages.map(([name, attempt, status, at, usage, session, notes, cuts, knownTotal, untimed, durationMs]) => ({
    stage: words[name]!,
    attempt,
    status,
    at,
    usage: usage === null ? null : usageFrom(usage, words),
    session_id: session === null ? null : words[session]!,
    notes,
    cuts: cuts.map((cut) => cutFrom(cut, at, words)),
    ...(knownTotal === undefined || knownTotal === null ? {} : { known_total: knownTotal }),
    ...(untimed === 1 ? { untimed: true as const } : {}),
    ...(durationMs === undefined ? {} : { duration_ms: durationMs }),
  }));
}
