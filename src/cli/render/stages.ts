// What stages spent over all analyses.
import { dollars } from '../../model/money.js';
import type { FindingCost, Spend, StageSpend, StagesReport } from '../../report/stages.js';
import { costJson, costText, roundedDollars } from './cost.js';
import { analysesText, grouped, tokens } from './numbers.js';
import { renderTable, type TableColumn } from './table.js';

const spendJson = ({ attempts, tokens: all, cost }: Spend): object => ({ attempts, total_tokens: all, cost: costJson(cost) });

const stageJson = ({ stage, analyses, rework, failed, ...spend }: StageSpend): object => ({
  ...(stage === null ? {} : { stage }),
  analyses,
  ...spendJson(spend),
  rework: spendJson(rework),
  failed: spendJson(failed),
});

/** Rounded down to whole pico-dollars. */
const perFinding = ({ pico, priced }: FindingCost): bigint | null => (pico === null ? null : pico / BigInt(priced));

export const stagesReportJson = ({ stages, total, findings, unfinished }: StagesReport, analyses: number): object => ({
  analyses,
  stages: stages.map(stageJson),
  total: stageJson(total),
  findings: findings.map((finding) => {
    const each = perFinding(finding);
    return {
      severity: finding.severity,
      findings: finding.findings,
      priced_findings: finding.priced,
      is_estimated: finding.isEstimated,
      cost_usd: finding.pico === null ? null : dollars(finding.pico),
      cost_per_finding_usd: each === null ? null : dollars(each),
    };
  }),
  unfinished: { analyses: unfinished.analyses, total_tokens: unfinished.tokens, cost: costJson(unfinished.cost) },
});

const spentIn = ({ attempts, tokens: all }: Spend): string => (attempts === 0 ? '0' : tokens(all));
const costIn = ({ attempts, cost }: Spend): string => (attempts === 0 ? '' : costText(cost));

const COLUMNS: readonly TableColumn<StageSpend>[] = [
  { header: 'stage', cell: ({ stage }) => stage ?? 'total' },
  { header: 'analyses', align: 'right', cell: ({ analyses }) => grouped(analyses) },
  { header: 'attempts', align: 'right', cell: ({ attempts }) => grouped(attempts) },
  { header: 'tokens', align: 'right', cell: spentIn },
  { header: 'cost', align: 'right', cell: costIn },
  { header: 'rework', align: 'right', cell: ({ rework }) => spentIn(rework) },
  { header: 'rework cost', align: 'right', cell: ({ rework }) => costIn(rework) },
  { header: 'failed', align: 'right', cell: ({ failed }) => spentIn(failed) },
  { header: 'failed cost', align: 'right', cell: ({ failed }) => costIn(failed) },
];

const money = (pico: bigint | null, isEstimated: boolean, isPart = false): string =>
  pico === null ? 'N/A' : `${isPart ? '≥ ' : ''}${isEstimated ? '~' : ''}${roundedDollars(pico)}`;

const FINDINGS: readonly TableColumn<FindingCost>[] = [
  { header: 'findings', cell: ({ severity }) => severity },
  { header: 'count', align: 'right', cell: ({ findings }) => grouped(findings) },
  { header: 'cost', align: 'right', cell: ({ pico, isEstimated, priced, findings }) => money(pico, isEstimated, priced < findings) },
  { header: 'each', align: 'right', cell: (finding) => money(perFinding(finding), finding.isEstimated) },
];

export function renderStages({ stages, total, findings, unfinished }: StagesReport, terminal: boolean): string {
  if (stages.length === 0 && findings.length === 0) return 'No stages.';
  const { analyses, tokens: all, cost } = unfinished;
  return [
    renderTable(COLUMNS, [...stages, total], terminal),
    ...(findings.length === 0 ? [] : ['', renderTable(FINDINGS, findings, terminal)]),
    ...(analyses === 0 ? [] : ['', `Unfinished: ${analysesText(analyses)} failed or canceled, ${tokens(all)} tokens, ${costText(cost)}.`]),
  ].join('\n');
}
