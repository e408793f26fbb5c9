// Each promise of docs/explanation/guarantees.md names a test, and that test is there.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** A promise a line, without line ends. */
const promises = readFileSync(root('docs/explanation/guarantees.md'), 'utf8')
  .split(/\n(?=- )|\n\n/)
  .filter((text) => text.startsWith('- '))
  .map((text) => text.slice(2).replaceAll(/\s+/g, ' '));

const REFERENCE = /`(test\/[^`]+)`: "([^"]+)"$/;

describe('the promises', () => {
  it('are many', () => expect(promises.length).toBeGreaterThan(15));

  it.each(promises)('end with a test that is there: %s', (promise) => {
    const [, file, title] = REFERENCE.exec(promise.trim()) ?? [];
    expect(file !== undefined && existsSync(root(file))).toBe(true);
    expect(readFileSync(root(file!), 'utf8').replaceAll(/\s+/g, ' ')).toContain(title);
  });
});
