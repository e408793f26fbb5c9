// Under which names a model is found: exact ones, in each of the forms in which providers, routers and agents write them.
import { describe, expect, it } from 'vitest';
import { parseInstant } from '../../src/model/time.js';
import { ZERO } from '../../src/model/tokens.js';
import { makeBook } from '../../src/pricing/make-book.js';

const book = makeBook([], null);
const AT = parseInstant('2026-11-26T12:00:00Z');

/** The entry that a name finds, as `provider/model`, or why it finds none. */
function matchOf(model: string): string {
  const found = book.find({ model, at: AT, counts: ZERO, terms: null });
  return typeof found === 'string' ? found : found.card.model;
}

describe('a model is found', () => {
  it.each([
    ['by its id', 'claude-sonnet-4-5', 'anthropic/claude-sonnet-4-5'],
    ['in whichever case', 'Claude-Sonnet-4-5', 'anthropic/claude-sonnet-4-5'],
    ['with its day', 'claude-sonnet-4-5-20250929', 'anthropic/claude-sonnet-4-5'],
    ['with a day with dashes', 'gpt-4o-2024-11-20', 'openai/gpt-4o'],
    ['with the word for its latest build', 'claude-3-7-sonnet-latest', 'anthropic/claude-3-7-sonnet-latest'],
    ['without that word', 'claude-3-5-haiku', 'anthropic/claude-3-5-haiku-latest'],
    ['with the mark of long context', 'claude-sonnet-4-5[1m]', 'anthropic/claude-sonnet-4-5'],
    ['with both', 'claude-sonnet-4-5-20250929[1m]', 'anthropic/claude-sonnet-4-5'],
    ['by its provider', 'anthropic/claude-sonnet-4-5', 'anthropic/claude-sonnet-4-5'],
    ['by a gateway', 'gemini/gemini-2.5-pro', 'google/gemini-2.5-pro'],
    ['by the name of an API', 'models/gemini-2.5-pro', 'google/gemini-2.5-pro'],
    ["by a router, at the router's own price", 'openrouter/anthropic/claude-sonnet-4.5', 'openrouter/anthropic/claude-sonnet-4.5'],
    ['on Bedrock in a region', 'anthropic.claude-sonnet-4-5-20250929-v1:0', 'aws/regional.anthropic.claude-sonnet-4-5-20250929-v1:0'],
    ['on Bedrock by a profile', 'us.anthropic.claude-sonnet-4-5-20250929-v1:0', 'aws/regional.anthropic.claude-sonnet-4-5-20250929-v1:0'],
    ['on Bedrock everywhere', 'global.anthropic.claude-sonnet-4-5-20250929-v1:0', 'aws/global.anthropic.claude-sonnet-4-5-20250929-v1:0'],
    [
      'on Bedrock by a gateway',
      'bedrock/eu.anthropic.claude-sonnet-4-5-20250929-v1:0',
      'aws/regional.anthropic.claude-sonnet-4-5-20250929-v1:0',
    ],
    [
      'by the ARN of a model',
      'arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-sonnet-4-5-20250929-v1:0',
      'aws/regional.anthropic.claude-sonnet-4-5-20250929-v1:0',
    ],
    [
      'by the ARN of a profile',
      'arn:aws:bedrock:us-east-1:123456789012:inference-profile/global.anthropic.claude-sonnet-4-5-20250929-v1:0',
      'aws/global.anthropic.claude-sonnet-4-5-20250929-v1:0',
    ],
    [
      'by an ARN that a gateway passes on',
      'bedrock/arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-sonnet-4-5-20250929-v1:0',
      'aws/regional.anthropic.claude-sonnet-4-5-20250929-v1:0',
    ],
    ['on Vertex', 'claude-sonnet-4-5@20250929', 'google/claude-sonnet-4-5'],
    ['on Vertex by a gateway', 'vertex_ai/claude-sonnet-4-5@20250929', 'google/claude-sonnet-4-5'],
    ["on Vertex at its maker's price, where Vertex has none", 'claude-haiku-4-5@20251001', 'anthropic/claude-haiku-4-5'],
  ])('%s', (_, model, entry) => {
    expect(matchOf(model)).toBe(entry);
  });

  it('by its own build, where that has a price of its own', () => {
    expect([matchOf('gpt-4o-2024-05-13'), matchOf('gpt-4o-2024-08-06')]).toEqual(['openai/gpt-4o-2024-05-13', 'openai/gpt-4o']);
  });
});

describe('a name that only resembles one is another model', () => {
  it.each([
    'claude-sonnet-4-5-next',
    'claude-sonnet-4-55',
    'claude-sonnet-4-5:thinking',
    'my-claude-sonnet-4-5',
    'claude-sonnet-5-9',
    'claude-sonnet',
    'gpt-5.9',
    'gpt-55',
    'gpt-5-codex-maximal',
    'gpt',
    'corp/gpt-5',
    'anthropic/gpt-5',
    'openai/claude-sonnet-4-5',
    'constructor/gpt-5',
    '/claude-sonnet-4-5',
    'anthropic/',
    'xx.anthropic.claude-sonnet-4-5-20250929-v1:0',
    'anthropic.claude-sonnet-4-5-20250929-v1:0-mine',
    'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123',
    'arn:aws:sagemaker:us-east-1:123456789012:endpoint/gpt-5',
    'claude sonnet 4 5',
    '',
    ' ',
    '/',
  ])('%j', (model) => {
    expect(matchOf(model)).toBe('unknown_model');
  });

  it('of any entry with something before or behind it', () => {
    const known = new Set(
      book.entries.flatMap(({ model }) => [model, model.slice(model.lastIndexOf('/') + 1)]).map((name) => name.toLowerCase()),
    );
    const others = book.entries
      .map(({ model }) => model.slice(model.lastIndexOf('/') + 1).toLowerCase())
      .flatMap((model) => [`x${model}`, `${model}x`, `${model}-x`, `${model}.9`])
      .filter((name) => !known.has(name) && /[a-z]/.test(name));
    expect(others.filter((name) => matchOf(name) !== 'unknown_model')).toEqual([]);
  });
});

it('finds each entry by its provider and id', () => {
  const lost = book.entries.filter(
    ({ provider, model }) => provider === 'anthropic' && matchOf(`anthropic/${model}`) !== `${provider}/${model}`,
  );
  expect(lost.map(({ model }) => model)).toEqual([]);
});
