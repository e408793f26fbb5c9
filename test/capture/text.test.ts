import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { closeLog, openLog, type OpenLog } from '../../src/capture/open.js';
import { chunksOf, headOf, textSize } from '../../src/capture/text.js';
import { filesIn, fixtures, temporaryFolder } from './fixture.js';

const COMPRESSED = fixtures().find(({ name }) => name === 'codex/compressed')!;

const compressed = (): Buffer => readFileSync(join(COMPRESSED.home, filesIn(COMPRESSED.home)[0]!));

/** What a reading of a file gives. */
async function of<T>(bytes: string | Uint8Array, read: (open: OpenLog, path: string) => Promise<T>): Promise<T> {
  const path = join(temporaryFolder(), 'log');
  writeFileSync(path, bytes);
  const open = openLog(path);
  if (typeof open === 'string') throw new Error(open);
  try {
    return await read(open, path);
  } finally {
    closeLog(open);
  }
}

async function joined(chunks: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = [];
  for await (const chunk of chunks) parts.push(Buffer.from(chunk));
  return Buffer.concat(parts).toString();
}

/** A compressed text of `blocks` × 128 KiB of zeros, of 4 bytes for each block. */
function zeros(blocks: number): Buffer {
  const one = Buffer.from([0, 0, 0, 0]);
  one.writeUIntLE((131_072 << 3) | (1 << 1), 0, 3);
  const last = Buffer.from(one);
  last[0]! |= 1;
  return Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38]), ...Array<Buffer>(blocks - 1).fill(one), last]);
}

describe('the text of a log', () => {
  it('begins where it is asked to', async () => {
    expect(await of('0123456789', (open) => joined(chunksOf(open, 'x.jsonl', 4)))).toBe('456789');
  });

  it('is empty behind its end', async () => {
    expect(await of('0123', (open) => joined(chunksOf(open, 'x.jsonl', 9)))).toBe('');
  });

  it('goes as far as it went when it was opened', async () => {
    const text = await of('0123', (open, path) => {
      appendFileSync(path, '4567');
      return joined(chunksOf(open, 'x.jsonl', 0));
    });
    expect(text).toBe('0123');
  });

  it('ends early if the file was cut off meanwhile', async () => {
    const text = await of('0123', (open, path) => {
      writeFileSync(path, '01');
      return joined(chunksOf(open, 'x.jsonl', 0));
    });
    expect(text).toBe('01');
  });

  it('has a beginning that is no longer than it is', async () => {
    expect(
      await of('0123', async (open) => [
        (await headOf(open, 'x', 2)).toString(),
        (await headOf(open, 'x', 9)).toString(),
        (await headOf(open, 'x', 0)).length,
      ]),
    ).toEqual(['01', '0123', 0]);
  });
});

describe('the text of a compressed log', () => {
  it('is that of what was compressed', async () => {
    const text = await of(compressed(), (open) => joined(chunksOf(open, 'x.jsonl.zst', 0)));
    expect(
      text
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { type: string }).type),
    ).toEqual(['session_meta', 'turn_context', 'event_msg', 'event_msg', 'event_msg']);
  });

  it('has offsets of the text, not of the file', async () => {
    const whole = await of(compressed(), (open) => joined(chunksOf(open, 'x.zst', 0)));
    expect(await of(compressed(), (open) => joined(chunksOf(open, 'x.zst', 500)))).toBe(whole.slice(500));
  });

  it('is as long as the text', async () => {
    const whole = await of(compressed(), (open) => joined(chunksOf(open, 'x.zst', 0)));
    expect(await of(compressed(), (open) => textSize(open, 'x.zst'))).toBe(whole.length);
  });

  it('of a file that was cut off is the beginning of the text', async () => {
    const whole = await of(compressed(), (open) => joined(chunksOf(open, 'x.zst', 0)));
    const part = await of(compressed().subarray(0, -20), (open) => joined(chunksOf(open, 'x.zst', 0)));
    expect(whole.startsWith(part)).toBe(true);
  });

  it('is not held in memory as a whole', async () => {
    const before = process.memoryUsage().arrayBuffers;
    const held = await of(zeros(2_048), async (open) => {
      for await (const _ of chunksOf(open, 'x.zst', 0)) return process.memoryUsage().arrayBuffers - before;
      throw new Error('There was no text.');
    });
    expect(held).toBeLessThan(64 * 1024 * 1024);
  });
});
