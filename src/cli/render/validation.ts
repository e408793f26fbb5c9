// Findings of the books, for people.
import type { BookFinding } from '../../checks/books/check.js';
import { safe } from '../../model/safe.js';
import { plural } from './numbers.js';

const SIGNS = { warning: '!', error: '✗' } as const;

export function renderValidation(findings: readonly (BookFinding & { readonly check: string })[], analyses: number): string {
  const lines = findings.map(
    ({ check, level, code, message, fix }) => `${SIGNS[level]} ${check}: ${safe(message)} (${code})\n    ${safe(fix)}`,
  );
  const of = (level: BookFinding['level']): string => plural(findings.filter((finding) => finding.level === level).length, level);
  const looked = analyses === 1 ? '1 analysis' : `${analyses} analyses`;
  const sum = `${looked} checked: ${of('warning')}, ${of('error')}.`;
  return lines.length === 0 ? sum : [...lines, '', sum].join('\n');
}
