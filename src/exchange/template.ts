// Templates of exports for people: what stands around the sections, and in which order. Sections come ready for their format, so that a
// template of the user's own can't make text from outside into markup.
import { TokentrailError } from '../model/errors.js';

/** Ready texts by name. */
export type Sections = Readonly<Record<string, string>>;

/** How much a template may do: it is a page, not a program. */
const LIMITS = { parseLimit: 1_000_000, renderLimit: 10_000, memoryLimit: 1_000_000_000 };

/** @throws TEMPLATE_INVALID if it is none, or names a section that is not there */
export async function filled(template: string, sections: Sections): Promise<string> {
  // A CommonJS module: bundled, its names are only on the default export.
  const loaded = (await import('liquidjs')) as typeof import('liquidjs') & { readonly default?: typeof import('liquidjs') };
  const { Liquid } = loaded.default ?? loaded;
  // No template reads another one, or any file.
  const engine = new Liquid({ strictVariables: true, strictFilters: true, templates: {}, ownPropertyOnly: true, ...LIMITS });
  try {
    return (await engine.parseAndRender(template, sections)) as string;
  } catch (error) {
    const message = (error as Error).message.split('\n')[0]!;
    throw new TokentrailError('TEMPLATE_INVALID', `The template can't be filled: ${message}.`, {
      suggestions: [`Its sections are ${Object.keys(sections).join(', ')}; the ones that come with the program are in templates/reports.`],
      cause: error,
    });
  }
}
