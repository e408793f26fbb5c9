// Exports that people read: which sections they have, and the template that puts them in order.
import { readFileSync } from 'node:fs';
import { htmlOf, htmlText, POLICY, withPolicy } from '../../exchange/html.js';
import { markdownOf, markdownText, paragraph, type Block } from '../../exchange/markdown.js';
import { filled, type Sections } from '../../exchange/template.js';
import { KeptSessions } from '../../ingest/kept-evidence.js';
import { endToEnd, synthesisNamed } from '../../lifecycle/synthesis.js';
import type { Analysis } from '../../model/analysis.js';
import { safe } from '../../model/safe.js';
import type { Instant } from '../../model/time.js';
import type { Source } from '../../model/source.js';
import { inputLines, lineageOf, sourcesOf, treeOf } from '../../report/lineage.js';
import type { Zone } from '../../report/days.js';
import type { Context } from '../context.js';
import { TEMPLATES } from '../program.js';
import { aboutBlocks, type Telling } from '../render/export/about.js';
import { analysisBlocks, analysisFields, stageBlocks, summaryTable } from '../render/export/analysis-blocks.js';
import { graphBlock, inputBlocks, sourceBlocks, totalBlocks } from '../render/export/synthesis-blocks.js';
import { attemptBlocks, journalFields, otherBlocks, outcomeBlocks } from '../render/export/journal-blocks.js';
import { storyIn } from './journal.js';
import type { ExportHeader } from './header.js';
import type { ExportRequest } from './request.js';
import { lastOf, type ExportState } from './state.js';

/** Sections as blocks, by the names that templates have for them. */
export type BlockSections = Readonly<Record<string, readonly Block[]>>;

/** The header of a page, once it is known when the last of its usage records was recorded. */
export type HeaderOf = (records: Instant | null) => ExportHeader;

export interface Page {
  /** On one line. */
  readonly title: string;
  readonly sections: BlockSections;
}

const present = (tree: ReadonlyMap<string, Analysis | null>): Analysis[] => [...tree.values()].filter((analysis) => analysis !== null);

/** What the books kept of sessions, as of the time of an export. */
export const keptIn = async (context: Context, { at }: ExportState): Promise<KeptSessions> =>
  new KeptSessions((await context.readBooks()).store, at);

/** What a synthesis and its inputs spent, with the inputs as a tree. */
export async function synthesisParts(context: Context, { known }: ExportState, kept: KeptSessions, synthesis: Analysis) {
  const books = await context.readBooks();
  const whole = treeOf(synthesis, known);
  const tree = present(whole);
  const missing = [...whole].flatMap(([id, analysis]) => (analysis === null ? [id] : []));
  const ids = [...new Set(tree.flatMap(sourcesOf))];
  const sources = ids.map((id): { id: string; source: Source | null } => ({ id, source: known.sources.get(id) ?? null }));
  return {
    lines: inputLines(synthesis, known),
    tree,
    ends: await endToEnd(books, kept, tree, missing),
    sources,
    lineage: lineageOf([synthesis], known),
  };
}

/** Each analysis; of a synthesis also its inputs and what it took end to end. */
async function details(context: Context, state: ExportState, telling: Telling): Promise<{ blocks: Block[]; recordedBy: Instant | null }> {
  const blocks: Block[] = [];
  const kept = await keptIn(context, state);
  for (const analysis of state.chosen.analyses.map(lastOf)) {
    blocks.push(...analysisBlocks(analysis, telling));
    if (analysis.kind !== 'synthesis') continue;
    const { lines, ends } = await synthesisParts(context, state, kept, analysis);
    blocks.push(...inputBlocks(lines), ...totalBlocks(ends));
  }
  return { blocks, recordedBy: kept.recordedBy };
}

async function analysesPage(context: Context, state: ExportState, headerOf: HeaderOf, telling: Telling): Promise<Page> {
  const analyses = state.chosen.analyses.map(lastOf);
  const { blocks, recordedBy } = await details(context, state, telling);
  return {
    title: 'Analyses',
    sections: {
      about: aboutBlocks(headerOf(recordedBy)),
      summary: [summaryTable(analyses, telling)],
      details: blocks,
    },
  };
}

async function synthesisPage(context: Context, state: ExportState, headerOf: HeaderOf, telling: Telling, id: string): Promise<Page> {
  const synthesis = synthesisNamed(id, state.books.analyses.map(lastOf));
  const kept = await keptIn(context, state);
  const { lines, ends, sources, lineage } = await synthesisParts(context, state, kept, synthesis);
  return {
    title: `Synthesis ${safe(synthesis.id)}`,
    sections: {
      fields: [analysisFields(synthesis, telling)],
      totals: totalBlocks(ends),
      inputs: inputBlocks(lines),
      stages: synthesis.stages.length === 0 ? [paragraph('No stage was marked.')] : stageBlocks(synthesis, telling),
      sources: sourceBlocks(sources, telling),
      graph: [graphBlock(lineage)],
      about: aboutBlocks(headerOf(kept.recordedBy)),
    },
  };
}

function journalPage(state: ExportState, headerOf: HeaderOf, telling: Telling): Page {
  const story = storyIn(state);
  return {
    title: `Journal of ${safe(story.analysis.id)}`,
    sections: {
      fields: [journalFields(story, telling)],
      stages: attemptBlocks(story, 3, telling),
      others: otherBlocks(story, 2, telling),
      outcome: outcomeBlocks(story, telling),
      about: aboutBlocks(headerOf(null)),
    },
  };
}

export async function pageOf(context: Context, state: ExportState, request: ExportRequest, headerOf: HeaderOf, zone: Zone): Promise<Page> {
  const telling = { time: zone.timeOf, redact: request.redact === true };
  return request.what === 'synthesis'
    ? synthesisPage(context, state, headerOf, telling, request.id!)
    : request.what === 'journal'
      ? journalPage(state, headerOf, telling)
      : analysesPage(context, state, headerOf, telling);
}

/** The page in its template. @throws TEMPLATE_INVALID */
export async function pageText({ title, sections }: Page, format: string, template: string): Promise<string> {
  const isHtml = format === 'html';
  const texts: Record<string, string> = isHtml
    ? { title: await htmlText(title), policy: POLICY, style: usualStyle() }
    : { title: await markdownText(title) };
  for (const [name, blocks] of Object.entries(sections)) texts[name] = (await (isHtml ? htmlOf(blocks) : markdownOf(blocks))).trimEnd();
  const page = `${(await filled(template, texts satisfies Sections)).trimEnd()}\n`;
  return isHtml ? withPolicy(page) : page;
}

const usualStyle = (): string => readFileSync(new URL('reports/page.css', TEMPLATES), 'utf8').trimEnd();

/** The template that comes with the program. */
export const usualTemplate = ({ what, format }: ExportRequest): string =>
  readFileSync(new URL(`reports/${what}.${format}`, TEMPLATES), 'utf8');
