// Takes in books that were exported: every revision as it was recorded. An id that stands for another analysis here is given another
// name, and so is it where it is an input.
import type { Analysis } from '../model/analysis.js';
import { compareAnalysisIds } from '../model/ids.js';
import type { JournalEntry } from '../model/journal.js';
import type { Source } from '../model/source.js';
import { journal as journalTable } from '../schema/index.js';
import { analysisToRow, provedBy } from '../store/analysis-rows.js';
import type { AnalysisLogs } from '../store/analysis-logs.js';
import { sealedRow } from '../store/entry-rows.js';
import { sourceProvedBy } from '../store/source-rows.js';
import { ATTEMPTS, contended, type Books } from './books.js';
import type { ImportedRow } from './import.js';
import { allJournals } from './journal.js';
import type { RecordedBooks } from './recorded.js';

export interface ImportedBooks {
  readonly rows: readonly ImportedRow[];
  readonly sources: {
    readonly imported: number;
    readonly known: number;
    /** Those that are here with other revisions, which stay. */
    readonly differing: readonly string[];
    /** Analyses whose journals went on otherwise here; they stay. */
    readonly differing_journals: readonly string[];
  };
}

/** What is here, by id. */
interface There {
  readonly analyses: ReadonlyMap<string, readonly Analysis[]>;
  readonly sources: ReadonlyMap<string, readonly Source[]>;
  /** Ids that are taken, also by idempotency keys. */
  readonly ids: ReadonlySet<string>;
}

const NOTHING: There = { analyses: new Map(), sources: new Map(), ids: new Set() };

const byId = <T extends { readonly id: string }>(chains: readonly (readonly T[])[]): Map<string, readonly T[]> =>
  new Map(chains.map((chain) => [chain[0]!.id, chain]));

/** How many revisions of two chains are the same ones; null if they are different histories. */
function sameUntil<T>(here: readonly T[], given: readonly T[], proofOf: (revision: T) => string): number | null {
  const both = Math.min(here.length, given.length);
  for (let i = 0; i < both; i++) if (proofOf(here[i]!) !== proofOf(given[i]!)) return null;
  return both;
}

/** The chain under another id, or with inputs of other names: rows of their own, with hashes of their own. */
function renamed(chain: readonly Analysis[], id: string, names: ReadonlyMap<string, string>): readonly Analysis[] {
  const isSame = id === chain[0]!.id && chain.every(({ inputs_analysis_ids: inputs }) => !inputs?.some((input) => names.has(input)));
  if (isSame) return chain;
  let prev_sha256: string | null = null;
  return chain.map((analysis) => {
    const inputs_analysis_ids = analysis.inputs_analysis_ids?.map((input) => names.get(input) ?? input) ?? null;
    const row: Analysis = { ...analysis, id, inputs_analysis_ids, prev_sha256, row_sha256: null };
    const sealed: Analysis = { ...row, row_sha256: analysisToRow(row)['row_sha256'] as string };
    prev_sha256 = sealed.row_sha256;
    return sealed;
  });
}

/** Inputs before what draws on them, so that their names are known by then. */
function inOrder(chains: readonly (readonly Analysis[])[]): (readonly Analysis[])[] {
  const known = byId(chains);
  const [ordered, seen] = [[] as (readonly Analysis[])[], new Set<string>()];
  const visit = (chain: readonly Analysis[]): void => {
    const { id } = chain[0]!;
    if (seen.has(id)) return;
    seen.add(id);
    for (const input of chain.flatMap(({ inputs_analysis_ids }) => inputs_analysis_ids ?? [])) {
      const found = known.get(input);
      if (found !== undefined) visit(found);
    }
    ordered.push(chain);
  };
  for (const chain of chains) visit(chain);
  return ordered;
}

interface Plan extends Pick<ImportedBooks, 'rows'> {
  readonly sources: Omit<ImportedBooks['sources'], 'differing_journals'>;
  readonly fresh: readonly Analysis[];
  readonly freshSources: readonly Source[];
}

/** What would become of each analysis and source. */
function planned(there: There, given: RecordedBooks): Plan {
  const names = new Map<string, string>();
  const taken = new Set(there.ids);
  const [rows, fresh] = [[] as ImportedRow[], [] as Analysis[]];
  for (const chain of inOrder(given.analyses)) {
    const { id } = chain[0]!;
    for (let n = 1; ; n++) {
      const stored_as = n === 1 ? id : `${id}~${n}`;
      const own = renamed(chain, stored_as, names);
      const here = there.analyses.get(stored_as);
      const same = here === undefined ? (taken.has(stored_as) ? null : 0) : sameUntil(here, own, provedBy);
      if (same === null) continue;
      taken.add(stored_as);
      const more = own.slice(same);
      fresh.push(...more);
      if (stored_as !== id) names.set(id, stored_as);
      const result = more.length === 0 ? 'known' : same > 0 ? 'continued' : stored_as === id ? 'imported' : 'renamed';
      rows.push({ id, stored_as, result, unread: [], kept: [] });
      break;
    }
  }
  rows.sort((a, b) => compareAnalysisIds(a.id!, b.id!));
  const [freshSources, differing] = [[] as Source[], [] as string[]];
  let [imported, known] = [0, 0];
  for (const chain of given.sources) {
    const { id } = chain[0]!;
    const same = sameUntil(there.sources.get(id) ?? [], chain, sourceProvedBy);
    if (same === null) differing.push(id);
    else if (same === chain.length) known++;
    else {
      imported++;
      freshSources.push(...chain.slice(same));
    }
  }
  return { rows, fresh, freshSources, sources: { imported, known, differing } };
}

async function lookUp(books: Books, logs: AnalysisLogs): Promise<There> {
  const sources = await books.sources();
  const [analyses, known, ids] = await books.store.guarded(() => Promise.all([logs.chains(), sources.chains(), logs.ids()]));
  return { analyses: byId(analyses), sources: byId(known), ids };
}

const toldOf = ({ rows, sources }: Plan, differing_journals: readonly string[]): ImportedBooks => ({
  rows,
  sources: { ...sources, differing_journals },
});

/** The journal of an analysis under the id that it has here: entries of their own, with hashes of their own. */
function renamedJournal(chain: readonly JournalEntry[], id: string): readonly JournalEntry[] {
  if (chain[0]!.id === id) return chain;
  let prev_sha256: string | null = null;
  return chain.map((entry) => {
    const own: JournalEntry = { ...entry, id, prev_sha256, row_sha256: null };
    prev_sha256 = sealedRow(journalTable, own)['row_sha256'] as string;
    return { ...own, row_sha256: prev_sha256 };
  });
}

/** Entries that are not here yet; of a journal that went on otherwise here none. */
function freshEntries(
  here: ReadonlyMap<string, readonly JournalEntry[]>,
  given: RecordedBooks,
  rows: readonly ImportedRow[],
): { readonly fresh: readonly JournalEntry[]; readonly differing: readonly string[] } {
  const differing: string[] = [];
  const names = new Map(rows.map(({ id, stored_as }) => [id, stored_as]));
  const fresh = (given.journal ?? []).flatMap((chain) => {
    const id = names.get(chain[0]!.id);
    if (id === undefined) return [];
    const own = renamedJournal(chain, id);
    const same = sameUntil(here.get(id) ?? [], own, ({ row_sha256 }) => row_sha256!);
    if (same === null) differing.push(id);
    return same === null ? [] : own.slice(same);
  });
  return { fresh, differing };
}

/** Takes in exported books; what is here already is left alone, and goes on where the file knows more revisions. */
export async function importBooks(books: Books, given: RecordedBooks): Promise<ImportedBooks> {
  const [logs, sources] = [await books.logs(), await books.sources()];
  return books.store.exclusively(async () => {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      await Promise.all([logs.refresh(), sources.refresh()]);
      const there = await lookUp(books, logs);
      const plan = planned(there, given);
      await sources.insertRecorded(plan.freshSources);
      // Where someone without the lock was first, what is there now is looked at again.
      if (!(await logs.insertRecorded(plan.fresh, there.ids))) continue;
      const journal = await books.store.journal();
      await journal?.refresh();
      const entries = freshEntries((await journal?.all()) ?? new Map(), given, plan.rows);
      await journal?.insertRecorded(entries.fresh);
      return toldOf(plan, entries.differing);
    }
    await logs.prove();
    throw contended();
  });
}

/** The same without writing anything. @param books null if there is no store yet */
export async function planBooks(books: Books | null, given: RecordedBooks): Promise<ImportedBooks> {
  const plan = planned(books === null ? NOTHING : await lookUp(books, await books.logs()), given);
  const here = books === null ? new Map<string, readonly JournalEntry[]>() : await allJournals(books);
  return toldOf(plan, freshEntries(here, given, plan.rows).differing);
}
