// What the commands on skills share: from flags to agents, folders and skills.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AGENTS, type AgentName } from '../model/agents.js';
import { TokentrailError } from '../model/errors.js';
import { assemble, type Assembled } from '../skills/assemble.js';
import { installSkills, type Done } from '../skills/install.js';
import { listSkills, type ListedSkill } from '../skills/list.js';
import { agentsHere, rootsOf, SCOPES, type Scope, type Where } from '../skills/places.js';
import { readRendered, type Rendered } from '../skills/rendered.js';
import { readSources } from '../skills/sources.js';
import { uninstallSkills } from '../skills/uninstall.js';
import { compareAssembled, writeAssembled, type AssembledFile } from '../skills/write-assembled.js';
import type { Context } from './context.js';
import { TEMPLATES } from './program.js';
import { checkoutOf } from './project.js';

/** Names of an agent that `--agent` takes. */
export const SKILL_AGENTS = [...AGENTS, 'claude-code'] as const;

export interface SkillFlags {
  readonly agent?: readonly (typeof SKILL_AGENTS)[number][] | undefined;
  readonly user?: boolean;
  readonly project?: boolean;
  readonly from?: string | undefined;
}

const whereOf = (context: Context): Where => ({ ...context.surroundings, project: checkoutOf(context.folder) });

/** The scopes that flags name, or those given. */
function scopesOf({ user, project }: SkillFlags, otherwise: readonly Scope[]): readonly Scope[] {
  const named = SCOPES.filter((scope) => (scope === 'user' ? user === true : project === true));
  return named.length > 0 ? named : otherwise;
}

function namedAgents({ agent }: SkillFlags): readonly AgentName[] | null {
  if (agent === undefined || agent.length === 0) return null;
  return [...new Set(agent.map((name) => (name === 'claude-code' ? 'claude' : name)))];
}

/** The agents that are meant: those named, or those that were used here. @throws AGENT_NEEDED */
function agentsOf(context: Context, flags: SkillFlags): readonly AgentName[] {
  const agents = namedAgents(flags) ?? agentsHere(whereOf(context));
  if (agents.length > 0) return agents;
  throw new TokentrailError('AGENT_NEEDED', 'No agent was found on this machine that skills could be installed for.', {
    suggestions: [`Name one with --agent: ${AGENTS.join(', ')}.`],
    details: { agents: AGENTS },
  });
}

/** The skills that come with the program, or those that were assembled into a folder. */
function renderedOf(context: Context, from: string | undefined): Rendered {
  const folder = from === undefined ? fileURLToPath(new URL('assembled', TEMPLATES)) : context.path(from);
  return readRendered(folder, from ?? context.tilde(folder));
}

/** @throws SKILL_NOT_FOUND */
function requireKnown(names: readonly string[], known: readonly string[]): void {
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new TokentrailError('SKILL_NOT_FOUND', `There is no skill "${unknown}".`, {
    suggestions: [`There are ${known.join(', ')}.`],
    details: { skill: unknown, skills: known },
  });
}

export interface AssembleFlags {
  readonly from?: string | undefined;
  readonly out?: string | undefined;
  readonly check: boolean;
}

/** What was assembled, and what became of its files. */
export interface AssembledSkills extends Pick<Assembled, 'skipped'> {
  readonly folder: string;
  readonly files: readonly AssembledFile[];
  readonly dryRun: boolean;
}

/** @throws TEMPLATE_INVALID, FILE_NOT_FOUND, FILE_UNWRITABLE */
export async function assembleSkills(context: Context, flags: AssembleFlags): Promise<AssembledSkills> {
  const from = flags.from === undefined ? fileURLToPath(new URL('skills', TEMPLATES)) : context.path(flags.from);
  const folder = flags.out === undefined ? join(dirname(from), 'assembled') : context.path(flags.out);
  const { files, skipped } = await assemble(await readSources(from, flags.from ?? context.tilde(from)), context.program);
  if (flags.check) return { folder, skipped, files: compareAssembled(folder, files), dryRun: true };
  try {
    return { folder, skipped, files: writeAssembled(folder, files), dryRun: false };
  } catch (error) {
    throw new TokentrailError('FILE_UNWRITABLE', `The assembled skills can't be written to "${context.tilde(folder)}".`, {
      suggestions: ['Name another folder with --out.'],
      details: { folder: context.tilde(folder) },
      cause: error,
    });
  }
}

/** Whether the folder is not what the templates make. */
export const hasDrift = ({ files }: AssembledSkills): boolean => files.some(({ state }) => state !== 'unchanged');

/** Whether something was left out. */
export const isPartlyAssembled = ({ files, skipped }: AssembledSkills): boolean =>
  skipped.length > 0 || files.some(({ state }) => state === 'foreign' || state === 'kept');

export interface InstallFlags extends SkillFlags {
  readonly link: boolean;
  readonly force: boolean;
  readonly 'dry-run': boolean;
}

/** Into the folders of the agents that are named, or were used here. @throws AGENT_NEEDED, SKILL_NOT_FOUND, FILE_NOT_FOUND */
export async function installAll(context: Context, flags: InstallFlags, names: readonly string[]): Promise<readonly Done[]> {
  const rendered = renderedOf(context, flags.from);
  requireKnown(names, rendered.names);
  const roots = rootsOf(agentsOf(context, flags), scopesOf(flags, ['user']), whereOf(context));
  const options = { rendered, link: flags.link, force: flags.force, dryRun: flags['dry-run'] };
  return installSkills(roots, names.length > 0 ? names : rendered.names, options);
}

/** From the folders of all agents, or of those named. @throws SKILL_NOT_FOUND */
export async function uninstallAll(
  context: Context,
  flags: Omit<InstallFlags, 'link'>,
  names: readonly string[],
): Promise<readonly Done[]> {
  const rendered = renderedOf(context, flags.from);
  const roots = rootsOf(namedAgents(flags) ?? AGENTS, scopesOf(flags, ['user']), whereOf(context));
  const options = { rendered, force: flags.force, dryRun: flags['dry-run'] };
  const done = await uninstallSkills(roots, names.length > 0 ? [...new Set(names)] : null, options);
  // One that the program has no more may still lie somewhere.
  requireKnown(names, [...rendered.names, ...done.map(({ skill }) => skill)]);
  return done;
}

/** Of the agents that are named, or of those that were used here or hold a skill of ours. */
export async function listAll(context: Context, flags: SkillFlags): Promise<readonly ListedSkill[]> {
  const where = whereOf(context);
  const rendered = renderedOf(context, flags.from);
  const named = namedAgents(flags);
  const listed = await listSkills(named ?? AGENTS, scopesOf(flags, SCOPES), where, rendered);
  if (named !== null) return listed;
  const here = agentsHere(where);
  const hasOurs = (agent: AgentName): boolean =>
    listed.some((one) => one.agent === agent && one.state !== 'missing' && one.state !== 'foreign');
  return listed.filter(({ agent }) => here.includes(agent) || hasOurs(agent));
}
