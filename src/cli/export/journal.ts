// The journal of an analysis as a page and as data.
import { analysisItem, type Fields } from '../../exchange/books-file.js';
import type { Zone } from '../../report/days.js';
import type { Story } from '../../report/journal.js';
import { storyFrom } from '../story.js';
import { storyJson } from '../render/story-json.js';
import { headerOf } from './header.js';
import type { ExportRequest } from './request.js';
import { lastOf, type ExportState } from './state.js';

/** The story of the analysis that was asked for, as of the time of the export. */
export const storyIn = ({ chosen }: ExportState): Story => storyFrom(lastOf(chosen.analyses[0]!), chosen.journal?.[0] ?? []);

export function journalData(state: ExportState, request: ExportRequest, zone: Zone): Fields {
  const story = storyIn(state);
  const writing = { time: zone.stampOf, redact: request.redact === true };
  return {
    ...headerOf('tokentrail/journal/v1', state.chosen, request, zone),
    analysis: analysisItem(story.analysis, writing),
    ...storyJson(story, writing),
  };
}
