// Flags that the commands on skills share.
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { plainText } from './flags.js';
import { SKILL_AGENTS } from './skills.js';

/** Whose folders are meant. */
export const placeFlags = (standard: string) => ({
  agent: Flags.option({
    options: SKILL_AGENTS,
    multiple: true as const,
    multipleNonGreedy: true,
    description: `Only for this agent; may be repeated. If left out: ${standard}.`,
    helpValue: 'AGENT',
  })(),
  user: Flags.boolean({ description: 'The folders of the user, for all projects.', exclusive: ['project'] }),
  project: Flags.boolean({ description: 'The folders of this project, to be committed with it.' }),
});

/** Skills of one's own. */
export const fromFlag = () =>
  Flags.string({
    description: 'Skills that `skills assemble` wrote to this folder, instead of those of the program.',
    helpValue: 'DIR',
    parse: (input) => Promise.resolve(plainText('from', input)),
  });

/** Only say it. */
export const dryRunFlag = () => Flags.boolean({ description: 'Only show what would change, as a diff.', default: false });

/** Over changes by hand. */
export const forceFlag = (description: string) => Flags.boolean({ description, default: false });

/** Names of skills, none for all. */
export const skillsArg = () => ({ skill: Args.string({ description: 'Names of skills; all if left out.', multiple: true }) });
