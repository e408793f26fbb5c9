import { describe, expect, it } from 'vitest';
import { commandFirst } from '../../src/cli/main.js';

const moved = (line: string): string => commandFirst(line.split(' ').filter((word) => word !== '')).join(' ');

describe('commandFirst', () => {
  it('leaves a command line as it is that begins with its command', () => {
    expect(moved('analysis start --json --store x')).toBe('analysis start --json --store x');
  });

  it.each([
    ['--json analysis list', 'analysis list --json'],
    ['--quiet analysis list', 'analysis list --quiet'],
    ['-q analysis list', 'analysis list -q'],
    ['--store=x analysis list', 'analysis list --store=x'],
    ['--store x analysis list', 'analysis list --store x'],
    ['--json --store x -q analysis list --all', 'analysis list --all --json --store x -q'],
  ])('moves what stands first behind the command: %s', (given, expected) => {
    expect(moved(given)).toBe(expected);
  });

  it('takes the word after --store for its value, also if it looks like a command', () => {
    expect(moved('--store analysis list')).toBe('list --store analysis');
  });

  it('puts them before a double dash, behind which nothing is a flag', () => {
    expect(moved('--json analysis show -- --odd')).toBe('analysis show --json -- --odd');
  });

  it('keeps an empty value of --store', () => {
    expect(commandFirst(['--store', '', 'analysis', 'list'])).toEqual(['analysis', 'list', '--store', '']);
  });

  it('leaves --store at the end alone, for the command to refuse', () => {
    expect(moved('--store')).toBe('--store');
  });

  it('does not move flags of a command', () => {
    expect(moved('--tool claude analysis list')).toBe('--tool claude analysis list');
  });

  it('loses and adds no word', () => {
    const words = ['--json', '--store', 'x', '-q', 'analysis', 'add', '--notes', '--json', '--', '-q'];
    expect([...commandFirst(words)].sort()).toEqual([...words].sort());
  });

  it('is nothing for nothing', () => {
    expect(commandFirst([])).toEqual([]);
  });
});
