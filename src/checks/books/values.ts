// Check `values`: words that are chosen from a list are on it.
import { CAPTURE_STATUSES, KINDS, STAGE_STATUSES, STATUSES } from '../../model/analysis.js';
import { AGENTS, toolOf } from '../../model/agents.js';
import { ofEach } from './check.js';

const TOOLS = [...AGENTS.map(toolOf), 'manual', 'other'];

const MODES = ['per_message_sum', 'counter_delta', 'windowed_sum', 'manual'];

export const values = ofEach('values', (analysis) => {
  const { id, status, kind, tool, usage_mode, capture_status, stages } = analysis;
  const asked: (readonly [string, string | null, readonly string[]])[] = [
    ['status', status, STATUSES],
    ['kind', kind, KINDS],
    ['tool', tool, TOOLS],
    ['usage_mode', usage_mode, MODES],
    ['capture_status', capture_status, CAPTURE_STATUSES],
    ...stages.map((stage): [string, string, readonly string[]] => [`status of stage "${stage.stage}"`, stage.status, STAGE_STATUSES]),
  ];
  return asked.flatMap(([name, value, known]) => {
    if (value === null || known.includes(value)) return [];
    const message = `The ${name} of ${id} is "${value}", which is none of ${known.join(', ')}.`;
    return [
      {
        level: 'error',
        code: 'UNKNOWN_VALUE',
        id,
        message,
        fix: 'A newer tokentrail may know it; else it was imported, or written by another program.',
      },
    ];
  });
});
