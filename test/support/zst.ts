// Text as a .zst file that holds it as it is: Node 20 has nothing that compresses, and what reads it does not mind.

const MAGIC = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);
/** One segment, whose size is told in 4 bytes. */
const DESCRIPTOR = 0xa0;
const MOST_IN_BLOCK = 128 * 1024;

export function storedAsZst(text: Buffer): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(text.length);
  const parts: Uint8Array[] = [MAGIC, Buffer.from([DESCRIPTOR]), size];
  for (let start = 0; start < text.length || start === 0; start += MOST_IN_BLOCK) {
    const block = text.subarray(start, start + MOST_IN_BLOCK);
    const header = Buffer.alloc(3);
    header.writeUIntLE((block.length << 3) | Number(start + block.length >= text.length), 0, 3);
    parts.push(header, block);
  }
  return Buffer.concat(parts);
}
