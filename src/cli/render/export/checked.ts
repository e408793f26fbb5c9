// What a check of an exported file found.
import type { CheckedExport } from '../../export/check.js';
import { analysesText } from '../numbers.js';

export const checkedJson = ({ file, isSame, manifest, rows, isReproduced }: CheckedExport): object => ({
  file,
  sha256: manifest.sha256,
  is_same: isSame,
  recorded_by: manifest.recorded_by,
  analyses: manifest.rows.length,
  store: rows === null ? null : { findings: rows.findings, changed: rows.changed, added: rows.added },
  is_reproduced: isReproduced,
});

function storeLines({ manifest, rows, isReproduced }: CheckedExport): string[] {
  if (rows === null) return ['There is no store to compare it with.'];
  const { findings, changed, added } = rows;
  const told = findings.map(({ id, revision, finding }) =>
    finding === 'missing'
      ? `✗ Revision ${revision} of ${id} is not in the store.`
      : `✗ Revision ${revision} of ${id} is another one in the store.`,
  );
  const since = [...(changed > 0 ? [`${analysesText(changed)} changed since`] : []), ...(added > 0 ? [`${added} came since`] : [])];
  const agrees = `✓ The store has ${manifest.rows.length === 1 ? 'the revision' : `all ${manifest.rows.length} revisions`} that the manifest lists${since.length === 0 ? '' : `; ${since.join(', ')}`}.`;
  const again =
    isReproduced === null
      ? manifest.request['template'] === undefined
        ? []
        : ['It was made with a template of your own, so that it was not made again.']
      : [
          isReproduced
            ? '✓ Made again from the store as it was then, it is the same file.'
            : '✗ Made again from the store as it was then, it is another file: usage records are missing here, came later than in the store that it was exported from, or were changed.',
        ];
  return [...(findings.length === 0 ? [agrees] : told), ...again];
}

export const renderChecked = (checked: CheckedExport): string =>
  [
    checked.isSame
      ? `✓ ${checked.file} is the file that was written.`
      : `✗ ${checked.file} is not the file that was written: its hash is another one than the manifest's.`,
    ...storeLines(checked),
  ].join('\n');
