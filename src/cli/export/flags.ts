// Flags of exports, and the request that they make.
import * as Flags from '@oclif/core/flags';
import { TokentrailError } from '../../model/errors.js';
import type { ToolFlag } from '../../model/agents.js';
import type { Instant } from '../../model/time.js';
import { future, textFlag, zonedAtFlag, zonedTimeFlag, type GivenDay } from '../flags.js';
import { usageFilter, zoneOf } from '../usage.js';
import { isPage, isStamped, type ExportRequest } from './request.js';
import type { OwnTemplate } from './template.js';

/** What every export takes. */
export const exportFlags = () => ({
  out: textFlag('out', 'File to write, with a manifest FILE.sha256 beside it; stdout if left out.'),
  at: zonedAtFlag(),
  tz: textFlag('tz', 'Time zone of times and days, as Europe/Berlin; UTC if left out.'),
  redact: Flags.boolean({ description: 'Leave out notes, titles and paths.' }),
  stamp: Flags.boolean({ description: 'Tell when it was exported; the bytes are others each time then.' }),
});

export const strictFlag = () => Flags.boolean({ description: 'Exit 1 instead of 3 if something in it has no price.' });

/** Which analyses. */
export const chosenFlags = () => ({
  since: zonedTimeFlag('since', 'Only analyses begun at or after this time.'),
  until: zonedTimeFlag('until', 'Only analyses begun before this time; a date includes its day.'),
  forgotten: Flags.boolean({ description: 'Those that `analysis forget` hid, too.' }),
});

/** By when the books are asked for, of a date its end in the zone; null for those of now. @throws USAGE if it is in the future */
export function atOf(
  { at, tz }: { readonly at?: Instant | GivenDay | undefined; readonly tz?: string | undefined },
  now: Instant,
): Instant | null {
  if (at === undefined || typeof at === 'number') return at ?? null;
  const { edgeOf, dayOf } = zoneOf(tz ?? 'UTC');
  if (at.day > dayOf(now)) throw future(at.day);
  return Math.min(edgeOf(at.day, 'end') - 1, now);
}

interface GivenFlags {
  readonly tz?: string | undefined;
  readonly redact: boolean;
  readonly stamp: boolean;
  readonly forgotten?: boolean | undefined;
  readonly since?: Instant | GivenDay | undefined;
  readonly until?: Instant | GivenDay | undefined;
  readonly tool?: ToolFlag | undefined;
}

export const templateFlag = () =>
  textFlag('template', 'File to be filled in place of the template of the program; with Markdown and HTML.');

export function requestOf(
  asked: Pick<ExportRequest, 'what' | 'format' | 'id' | 'rows'>,
  flags: GivenFlags,
  now: Instant,
  template: OwnTemplate | null,
): ExportRequest {
  const zone = zoneOf(flags.tz ?? 'UTC');
  const { since, until, agent } = usageFilter({ tool: flags.tool, since: flags.since, until: flags.until }, zone);
  if (template !== null && !isPage(asked.format))
    throw new TokentrailError('USAGE', `--template is not for --format ${asked.format}.`, {
      suggestions: ['Add --format md or --format html.'],
    });
  if (flags.stamp && !isStamped(asked.format))
    throw new TokentrailError('USAGE', `--format ${asked.format} has no place for --stamp.`, {
      suggestions: ['Leave --stamp out; the time of the file tells when it was written.'],
    });
  if (asked.what === 'lineage' && asked.id !== undefined && (since !== null || until !== null || flags.forgotten === true))
    throw new TokentrailError(
      'USAGE',
      'With an id, all that went into it is exported: --since, --until and --forgotten choose among all analyses.',
      {
        suggestions: ['Leave the id out, or the flags.'],
      },
    );
  return {
    ...asked,
    tz: zone.name,
    ...(agent === null ? {} : { agent }),
    ...(since === null ? {} : { since }),
    ...(until === null ? {} : { until }),
    ...(flags.forgotten === true ? { forgotten: true } : {}),
    ...(flags.redact ? { redact: true } : {}),
    ...(flags.stamp ? { stamp: now } : {}),
    ...(template === null ? {} : { template: template.sha256 }),
  };
}
