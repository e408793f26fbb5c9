// Prices all records, and then all analyses, by the price book as it is now.
import { AGENT_LIST } from '../capture/agents.js';
import { repriceAgent, type RepricedModel } from '../ingest/reprice.js';
import { planRepricing, repriceAnalyses, type Repricing } from '../lifecycle/reprice.js';
import type { Books } from '../lifecycle/books.js';
import type { Context } from './context.js';

export interface Repriced {
  readonly book: string;
  readonly models: readonly RepricedModel[];
  readonly analyses: Repricing;
}

/** Records first: an analysis costs what they do, so that after a kill the next run finds what is left to do. */
export async function reprice(context: Context, dryRun: boolean): Promise<Repriced> {
  const books: Books = await (dryRun ? context.readBooks() : context.existingBooks());
  const { name } = await context.prices(true);
  const parts = await context.syncParts(AGENT_LIST, false);
  const { store } = books;
  await store.requireUsage();
  const records = async (): Promise<RepricedModel[]> => {
    const models: RepricedModel[] = [];
    for (const agent of AGENT_LIST) models.push(...(await repriceAgent(store, agent, parts, !dryRun)));
    return models;
  };
  if (dryRun) return { book: name, models: await store.guarded(records), analyses: await planRepricing(books, true) };
  return store.exclusively(async () => {
    const models = await records();
    return { book: name, models, analyses: await repriceAnalyses(books, `priced by ${name}`) };
  });
}
