import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scanLines, type LineSink, type ScanPosition } from '../../src/capture/lines.js';
import { PrefixHash } from '../../src/capture/prefix-hash.js';

const BEGIN: ScanPosition = { bytes: 0, discarding: false };

interface Seen extends LineSink {
  readonly events: string[];
}

/** Notes what it is given; takes a tail if `takesTail`. */
function noting(takesTail = true): Seen {
  const events: string[] = [];
  return {
    events,
    line: (bytes, start, end, position) => void events.push(`${position}:${bytes.toString('latin1', start, end)}`),
    tail: (bytes, position) => {
      if (takesTail) events.push(`${position}:${bytes.toString('latin1')}`);
      return takesTail;
    },
    tooLong: (position) => void events.push(`${position} too long`),
  };
}

async function* chunks(...texts: string[]): AsyncGenerator<Buffer> {
  for (const text of texts) yield await Promise.resolve(Buffer.from(text, 'latin1'));
}

/** As a file is read: every chunk is the same memory, valid only until the next one. */
async function* reused(text: string, ends: readonly number[]): AsyncGenerator<Buffer> {
  const memory = Buffer.alloc(Math.max(1, text.length));
  let start = 0;
  for (const end of [...ends, text.length]) {
    const length = memory.write(text.slice(start, end), 'latin1');
    yield await Promise.resolve(memory.subarray(0, length));
    memory.fill(0x78);
    start = end;
  }
}

const scan = async (text: string, maxLine: number, takesTail = true): Promise<{ events: string[]; position: ScanPosition }> => {
  const sink = noting(takesTail);
  const position = await scanLines(chunks(text), BEGIN, sink, undefined, maxLine);
  return { events: sink.events, position };
};

/** Short texts with many newlines, and the places where they are cut. */
const cutText = fc.string({ unit: fc.constantFrom('a', 'b', '\n', '\r'), maxLength: 60 }).chain((text) =>
  fc.tuple(
    fc.constant(text),
    fc.array(fc.nat({ max: text.length }), { maxLength: 6 }).map((ends) => ends.sort((a, b) => a - b)),
  ),
);

describe('scanning lines', () => {
  it('gives each line with the byte at which it begins', async () => {
    expect((await scan('ab\n\nc\n', 100)).events).toEqual(['0:ab', '3:', '4:c']);
  });

  it('ends after the last line that was consumed', async () => {
    expect((await scan('ab\nc', 100, false)).position).toEqual({ bytes: 3, discarding: false });
  });

  it('ends after a tail that was taken', async () => {
    expect((await scan('ab\nc', 100, true)).position).toEqual({ bytes: 4, discarding: false });
  });

  it('offers a tail that was not taken again, with what came after it', async () => {
    const first = await scan('ab\nc', 100, false);
    const sink = noting();
    await scanLines(chunks('cd\ne\n'), first.position, sink);
    expect(sink.events).toEqual(['3:cd', '6:e']);
  });

  it('calls an empty text no line at all', async () => {
    expect((await scan('', 100)).events).toEqual([]);
  });

  it('gives the same lines wherever the chunks end', async () => {
    await fc.assert(
      fc.asyncProperty(cutText, async ([text, ends]) => {
        const sink = noting();
        const position = await scanLines(reused(text, ends), BEGIN, sink);
        const whole = await scan(text, 1_000);
        expect({ events: sink.events, position }).toEqual(whole);
      }),
      { seed: 1 },
    );
  });

  it('gives the same lines in several readings as in one, also where lines are too long', async () => {
    await fc.assert(
      fc.asyncProperty(cutText, fc.integer({ min: 1, max: 6 }), async ([text, ends], maxLine) => {
        const whole = `${text}\n`;
        const sink = noting(false);
        let position = BEGIN;
        for (const end of [...ends, whole.length]) {
          if (end < position.bytes) continue;
          position = await scanLines(chunks(whole.slice(position.bytes, end)), position, sink, undefined, maxLine);
        }
        expect({ events: sink.events, position }).toEqual(await scan(whole, maxLine, false));
      }),
      { seed: 2 },
    );
  });

  it('hashes exactly the bytes that it consumed', async () => {
    await fc.assert(
      fc.asyncProperty(cutText, fc.integer({ min: 1, max: 8 }), async ([text, ends], maxLine) => {
        const hash = new PrefixHash();
        const position = await scanLines(reused(text, ends), BEGIN, noting(false), hash, maxLine);
        const expected = new PrefixHash();
        expected.update(Buffer.from(text.slice(0, position.bytes), 'latin1'));
        expect(hash.value).toBe(expected.value);
      }),
      { seed: 3 },
    );
  });
});

describe('a line that is too long', () => {
  it('is not given, and the lines around it are', async () => {
    expect((await scan('ab\ncdefgh\nij\n', 4)).events).toEqual(['0:ab', '3 too long', '10:ij']);
  });

  it('is given if it is as long as the limit', async () => {
    expect((await scan('abcd\n', 4)).events).toEqual(['0:abcd']);
  });

  it('is told once when it goes over many chunks', async () => {
    const sink = noting();
    await scanLines(chunks('abc', 'def', 'ghi', 'jk\nl\n'), BEGIN, sink, undefined, 4);
    expect(sink.events).toEqual(['0 too long', '12:l']);
  });

  it('is consumed while it goes by, so that it is never held in memory', async () => {
    const sink = noting(false);
    expect(await scanLines(chunks('abc', 'def', 'ghi'), BEGIN, sink, undefined, 4)).toEqual({ bytes: 9, discarding: true });
  });

  it('is still dropped by the next reading', async () => {
    const sink = noting();
    await scanLines(chunks('more of it\nij\n'), { bytes: 9, discarding: true }, sink, undefined, 4);
    expect(sink.events).toEqual(['20:ij']);
  });

  it('is no tail', async () => {
    expect((await scan('abcdefgh', 4)).events).toEqual(['0 too long']);
  });

  it('does not make a short rest of it a line of its own', async () => {
    const sink = noting();
    const position = await scanLines(chunks('xy'), { bytes: 9, discarding: true }, sink, undefined, 4);
    expect({ events: sink.events, position }).toEqual({ events: [], position: { bytes: 11, discarding: true } });
  });
});
