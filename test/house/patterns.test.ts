// No pattern of ours takes longer than the text is long: logs, names and errors come from outside, and one line may be a megabyte.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createContext, runInContext } from 'node:vm';
import fc from 'fast-check';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const SRC = fileURLToPath(new URL('../../src', import.meta.url));
const LENGTH = 1_000_000;

/** What a quadratic pattern exceeds by far and a linear one by no means, on any machine. */
const LONGEST_MS = 10_000;

/** Patterns for text of ours, which is never long. */
const SHORT: Readonly<Record<string, string>> = { '/\\B(?=(\\d{3})+(?!\\d))/g': 'the digits of one number' };

const patternsOf = (path: string): string[] => {
  const patterns: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) patterns.push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true));
  return patterns;
};

const PATTERNS = [
  ...new Set(
    readdirSync(SRC, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.as.ts'))
      .flatMap((name) => patternsOf(join(SRC, name))),
  ),
];

const compiled = (literal: string): RegExp => {
  const end = literal.lastIndexOf('/');
  return new RegExp(literal.slice(1, end), literal.slice(end + 1).replace('g', ''));
};

/** Texts that it matches; none for the few kinds of patterns that can't be turned round. */
function matching(pattern: RegExp): string[] {
  try {
    return fc.sample(fc.stringMatching(new RegExp(pattern.source)), { numRuns: 2, seed: 1 }).filter((text) => text.length > 1);
  } catch {
    return [];
  }
}

const long = (piece: string): string => piece.repeat(Math.ceil(LENGTH / piece.length));

const MONOTONOUS = ['a', '0', ' ', '\n', '/', '.', '~', '=', '#', 'ENOENT: '].map((piece) => `${long(piece)}\u0001`);

/** A megabyte of what it matches, or of a beginning of that, ended by what spoils the match. */
function adversaries(pattern: RegExp): string[] {
  const grown = matching(pattern).map((text) => {
    const half = Math.ceil(text.length / 2);
    return [`${long(text)}\u0001`, `${text.slice(0, half)}${long(text[half - 1]!)}\u0001`];
  });
  return [...grown.flat(), ...MONOTONOUS];
}

const scope = createContext({});

/** Whether it is done with a text in time; the engine is stopped if not. */
function ends(pattern: RegExp, text: string, timeout = LONGEST_MS): boolean {
  Object.assign(scope, { pattern, text });
  try {
    runInContext('pattern.exec(text)', scope, { timeout });
    return true;
  } catch {
    return false;
  }
}

describe('a pattern', () => {
  it('is found in the source', () => expect(PATTERNS.length).toBeGreaterThan(30));

  it('would be found out if it were quadratic', () => {
    expect(adversaries(/ENOENT: .*mkdir/).every((text) => ends(/ENOENT: .*mkdir/, text, 300))).toBe(false);
  });

  it.each(PATTERNS.filter((pattern) => SHORT[pattern] === undefined))('is done with a megabyte of anything: %s', (literal) => {
    const pattern = compiled(literal);
    expect(
      adversaries(pattern)
        .filter((text) => !ends(pattern, text))
        .map((text) => text.slice(0, 60)),
    ).toEqual([]);
  });
});
