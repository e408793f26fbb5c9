// The flags of a source's fields, for adding and for changing one.
import type { SourceFields } from '../lifecycle/sources.js';
import * as Flags from '@oclif/core/flags';
import { TokentrailError } from '../model/errors.js';
import type { Context } from './context.js';
import { countFlag, listFlag, listOf, textFlag } from './flags.js';

const reliabilityFlag = () =>
  Flags.custom<number>({
    description: 'From 0 to 1.',
    parse: (input) => {
      const value = Number(input);
      if (input.trim() === '' || !(value >= 0 && value <= 1)) {
        throw new TokentrailError('USAGE', `--reliability "${input}" is no number from 0 to 1.`, {
          suggestions: ['Give it as --reliability 0.8.'],
        });
      }
      return Promise.resolve(value);
    },
  })();

export const sourceFlags = () => ({
  title: textFlag('title', 'Title.'),
  type: textFlag('type', 'Paper, report, article, …'),
  author: Flags.string({ description: 'An author; may be repeated.', multiple: true }),
  year: countFlag('year', 'Year of publication.'),
  url: textFlag('url', 'Address.'),
  doi: textFlag('doi', 'DOI.'),
  accessed: textFlag('accessed', 'When it was read.'),
  'last-checked': textFlag('last-checked', 'When it was last looked at.'),
  reliability: reliabilityFlag(),
  'bias-notes': textFlag('bias-notes', 'Remarks on bias.'),
  'claims-extracted': listFlag('claims-extracted', 'Ids of claims.'),
  'analysis-file': textFlag('analysis-file', 'Document about it.'),
  topics: listFlag('topics', 'Topics.'),
  domains: listFlag('domains', 'Domains.'),
  status: textFlag('status', 'State.'),
});

type Given = Readonly<Record<keyof ReturnType<typeof sourceFlags>, unknown>>;

/** The fields that were given. */
export function sourceFields(context: Context, flags: Partial<Given>): SourceFields {
  const list = (value: unknown): string[] | undefined => (value === undefined ? undefined : listOf(value as string[]));
  return {
    title: flags.title as string | undefined,
    type: flags.type as string | undefined,
    author: flags.author as string[] | undefined,
    year: flags.year as number | undefined,
    url: flags.url as string | undefined,
    doi: flags.doi as string | undefined,
    accessed: flags.accessed as string | undefined,
    last_checked: flags['last-checked'] as string | undefined,
    reliability: flags.reliability as number | undefined,
    bias_notes: flags['bias-notes'] as string | undefined,
    claims_extracted: list(flags['claims-extracted']),
    analysis_file: flags['analysis-file'] === undefined ? undefined : context.storedPath(flags['analysis-file'] as string),
    topics: list(flags.topics),
    domains: list(flags.domains),
    status: flags.status as string | undefined,
  };
}
