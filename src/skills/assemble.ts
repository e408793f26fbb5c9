// Templates → files for each agent. Pure: what is written where is decided by others. A template that fails fails all of it; a skill that
// breaks the rules of Agent Skills is left out and told.
import type { Liquid, LiquidError, Template } from 'liquidjs';
import type { AgentName } from '../model/agents.js';
import { checkSkill } from './check-skill.js';
import { loadLiquid } from './libraries.js';
import { pluginFiles } from './plugin.js';
import { SKILL_TEMPLATE, templateError, type Skipped, type Sources, type Texts, type Voice } from './sources.js';

export interface Assembled {
  /** Path below the folder that is made → text. */
  readonly files: Texts;
  readonly skipped: readonly Skipped[];
}

/** How much a template may do: it is a page, not a program. */
const LIMITS = { parseLimit: 1_000_000, renderLimit: 10_000, memoryLimit: 100_000_000 };

const SUFFIX = '.liquid';

/** Blank lines that tags left behind are one. */
const tidy = (text: string): string => `${text.replaceAll(/\n{3,}/g, '\n\n').trim()}\n`;

class Renderer {
  readonly #engine: Liquid;
  readonly #partials: Texts;
  readonly #parsed = new Map<string, Template[]>();

  constructor(engine: Liquid, partials: Texts) {
    this.#engine = engine;
    this.#partials = partials;
  }

  static async with(partials: Texts): Promise<Renderer> {
    const { Liquid } = await loadLiquid();
    // Partials come from a map, so that no template reads any file.
    const templates = Object.fromEntries(partials);
    return new Renderer(
      new Liquid({ strictVariables: true, strictFilters: true, ownPropertyOnly: true, templates, cache: true, ...LIMITS }),
      partials,
    );
  }

  async render(file: string, text: string, variables: Readonly<Record<string, unknown>>): Promise<string> {
    try {
      let parsed = this.#parsed.get(file);
      if (parsed === undefined) this.#parsed.set(file, (parsed = this.#engine.parse(text, file)));
      return (await this.#engine.render(parsed, variables)) as string;
    } catch (error) {
      throw this.#told(file, error as LiquidError);
    }
  }

  /** The error with the file and line where it is: of a partial, only the text is known. */
  #told(file: string, error: LiquidError): Error {
    const { token } = error as { readonly token?: LiquidError['token'] };
    const partial = [...this.#partials].find(([, text]) => token?.input === text && token.file === undefined)?.[0];
    const line = token === undefined ? null : (token.getPosition()[0] ?? null);
    const what = error.message.split('\n')[0]!.replace(/^ENOENT: /, '');
    const where = what.lastIndexOf(', file:') >= 0 ? what.lastIndexOf(', file:') : what.lastIndexOf(', line:');
    return templateError(
      partial === undefined ? file : `partials/${partial}${SUFFIX}`,
      line,
      where < 0 ? what : what.slice(0, where),
      error,
    );
  }
}

interface Rendering {
  readonly agent: AgentName;
  readonly skill: string;
  readonly files: Texts;
}

async function renderSkill(renderer: Renderer, agent: Voice, skill: string, sources: Texts): Promise<Texts> {
  const files = new Map<string, string>();
  for (const [name, text] of sources) {
    if (!name.endsWith(SUFFIX)) files.set(name, text);
    else files.set(name.slice(0, -SUFFIX.length), tidy(await renderer.render(`${skill}/${name}`, text, { agent, skill })));
  }
  return files;
}

async function renderCommands(renderer: Renderer, agent: Voice, commands: Texts): Promise<Texts> {
  const files = new Map<string, string>();
  for (const [name, text] of commands)
    if (name.endsWith(SUFFIX)) files.set(name.slice(0, -SUFFIX.length), tidy(await renderer.render(`commands/${name}`, text, { agent })));
  return files;
}

/**
 * Renders every skill for every agent, and the plugin.
 *
 * @param version of the program, which the plugin gets unless its source names one.
 * @throws TEMPLATE_INVALID with file and line where a template names what is not there, or is none
 */
export async function assemble(sources: Sources, version: string): Promise<Assembled> {
  const renderer = await Renderer.with(sources.partials);
  const renderings: Rendering[] = [];
  const skipped: Skipped[] = [...sources.skipped];
  for (const [agent, voice] of sources.agents) {
    for (const [skill, texts] of sources.skills) {
      const files = await renderSkill(renderer, voice, skill, texts);
      const problems = await checkSkill(skill, files.get(SKILL_TEMPLATE.slice(0, -SUFFIX.length))!);
      if (problems.length > 0) skipped.push({ skill, agent, reason: problems.join('; ') });
      else renderings.push({ agent, skill, files });
    }
  }
  const files = new Map<string, string>(
    renderings.flatMap(({ agent, skill, files }) => [...files].map(([name, text]) => [`${agent}/${skill}/${name}`, text] as const)),
  );
  const { plugin } = sources;
  if (plugin !== null) {
    const voice = sources.agents.get(plugin.agent);
    if (voice === undefined) throw templateError('plugin.yaml', null, `agents.yaml tells nothing of "${plugin.agent}"`);
    const skills = renderings
      .filter(({ agent }) => agent === plugin.agent)
      .flatMap(({ skill, files: own }) => [...own].map(([name, text]) => [`${skill}/${name}`, text] as const));
    const commands = await renderCommands(renderer, voice, sources.commands);
    for (const [name, text] of pluginFiles(plugin, version, new Map(skills), commands)) files.set(`plugin/${name}`, text);
  }
  return { files: new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1))), skipped };
}
