// Findings for people.
import { LEVELS, type Finding } from '../../checks/finding.js';
import { safe } from '../../model/safe.js';
import { plural } from './numbers.js';

const SIGNS = { ok: '✓', note: '·', warning: '!', error: '✗' } as const;

export function renderFindings(findings: readonly Finding[]): string {
  const lines = findings.map(({ level, check, message, fix }) => {
    const line = `${SIGNS[level]} ${check}: ${safe(message)}`;
    return fix === null ? line : `${line}\n    ${safe(fix)}`;
  });
  const counts = LEVELS.slice(2).map((level) => plural(findings.filter((finding) => finding.level === level).length, level));
  return [...lines, '', counts.join(', ')].join('\n');
}
