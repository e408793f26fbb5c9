import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addUsage, isNegative, NO_USAGE, subtractUsage, sumUsage, usageOfRecord } from '../../src/lifecycle/usage.js';
import { add, sum, TOKEN_CLASSES, UNKNOWN, ZERO } from '../../src/model/tokens.js';
import { usageBy, usagePair } from './made.js';

const one = { input: 1, cache_read: 2, cache_write_5m: 3, cache_write_1h: 4, output: 5, reasoning: null };

describe('the arithmetic of usages', () => {
  it('gives back what was added when it is subtracted', () => {
    fc.assert(
      fc.property(usagePair, ([a, b]) => {
        expect(subtractUsage(addUsage(a, b), b)).toEqual(a);
      }),
    );
  });

  it('gives back what was subtracted when it is added', () => {
    fc.assert(
      fc.property(usagePair, ([a, b]) => {
        expect(addUsage(subtractUsage(a, b), b)).toEqual(a);
      }),
    );
  });

  it('leaves nothing when a usage is subtracted from itself', () => {
    fc.assert(
      fc.property(
        fc.boolean().chain((tells) => usageBy(tells)),
        (a) => {
          expect(subtractUsage(a, a)).toMatchObject({ records: 0, by_model: {}, subagents: null });
        },
      ),
    );
  });

  it('adds in any order', () => {
    fc.assert(
      fc.property(usagePair, ([a, b]) => {
        expect(addUsage(a, b)).toEqual(addUsage(b, a));
      }),
    );
  });

  it('keeps the models adding up to the whole, class by class', () => {
    fc.assert(
      fc.property(usagePair, ([a, b]) => {
        const { counts, records, by_model } = addUsage(a, b);
        const models = Object.values(by_model);
        for (const name of TOKEN_CLASSES) expect(models.reduce((n, model) => n + model[name]!, 0)).toBe(counts[name]);
        expect(models.reduce((n, model) => n + model.records, 0)).toBe(records);
      }),
    );
  });

  it('keeps the models adding up to the whole in a difference', () => {
    fc.assert(
      fc.property(usagePair, ([a, b]) => {
        const { counts, by_model } = subtractUsage(addUsage(a, b), a);
        for (const name of TOKEN_CLASSES) expect(Object.values(by_model).reduce((n, model) => n + model[name]!, 0)).toBe(counts[name]);
      }),
    );
  });

  it('never counts more for sub-agents than for all', () => {
    fc.assert(
      fc.property(usagePair, ([a, b]) => {
        const { counts, subagents } = addUsage(a, b);
        for (const name of TOKEN_CLASSES) expect(subagents?.[name] ?? 0).toBeLessThanOrEqual(counts[name]!);
      }),
    );
  });

  it('sums a list as its parts', () => {
    fc.assert(
      fc.property(fc.array(usageBy(true), { minLength: 1, maxLength: 5 }), (all) => {
        expect(sumUsage(all).counts).toEqual(sum(all.map(({ counts }) => counts)));
      }),
    );
  });

  it('has nothing as the sum of nothing', () => {
    expect(sumUsage([])).toEqual(NO_USAGE);
  });

  it('keeps unknown reasoning unknown where a model is new', () => {
    const before = usageOfRecord('opus', false, one);
    const after = addUsage(before, usageOfRecord('haiku', false, one));
    expect(subtractUsage(after, before).by_model).toEqual({ haiku: { ...one, records: 1 } });
  });

  it('keeps a record of a model that counted nothing', () => {
    expect(addUsage(NO_USAGE, usageOfRecord('opus', false, ZERO)).by_model).toEqual({ opus: { ...ZERO, records: 1 } });
  });

  it('takes unknown for unknown, whatever is added', () => {
    expect(addUsage({ ...NO_USAGE, counts: UNKNOWN }, usageOfRecord('opus', false, one)).counts).toEqual(UNKNOWN);
  });
});

describe('one record', () => {
  it('is a usage of its model, and of nobody’s sub-agent', () => {
    expect(usageOfRecord('opus', false, one)).toEqual({
      counts: one,
      records: 1,
      by_model: { opus: { ...one, records: 1 } },
      subagents: null,
    });
  });

  it('of a sub-agent is part of the whole too', () => {
    expect(usageOfRecord('opus', true, one)).toMatchObject({ counts: one, subagents: { ...one, records: 1 } });
  });

  it('may have a model whose name means something to JavaScript', () => {
    const odd = addUsage(usageOfRecord('__proto__', false, one), usageOfRecord('constructor', false, one));
    expect([Object.keys(odd.by_model).sort(), odd.counts.output]).toEqual([['__proto__', 'constructor'], 10]);
  });
});

describe('a usage below zero', () => {
  const a = usageOfRecord('opus', false, one);
  const b = usageOfRecord('haiku', false, one);

  it('is found in the counts', () => {
    expect(isNegative(subtractUsage(a, addUsage(a, a)))).toBe(true);
  });

  it('is found in a model, where the whole is none', () => {
    expect(isNegative(subtractUsage(addUsage(b, b), a))).toBe(true);
  });

  it('is not seen where there is none', () => {
    fc.assert(fc.property(usagePair, ([x, y]) => !isNegative(addUsage(x, y)) && !isNegative(subtractUsage(addUsage(x, y), x))));
  });

  it('is not seen in what is unknown', () => {
    expect(isNegative({ ...NO_USAGE, counts: add(UNKNOWN, ZERO) })).toBe(false);
  });
});
