// AssemblyScript, compiled to WebAssembly by `make scanner`. Checks that a line is one JSON object, to the last byte, and notes
// where the fields lie that a reader asks for; everything else is skipped, sixteen bytes at a time inside texts.
// Invariant: it answers 1 only for a line that JSON.parse takes, and then for each field the value that JSON.parse would give it.
// A line that it does not fully recognise is answered with 0 and read by JSON.parse instead.
//
// The line must be followed by a newline, which is in no line and stops every loop here.

/** A node of the tree of fields: the members of an object that are wanted. Five numbers each, filled in by the caller. */
// first member, members
export const NODES: usize = memory.data(8 * 64, 16);
// key's address, key's length, slot, node to enter or -1
export const MEMBERS: usize = memory.data(16 * 256, 16);
export const KEYS: usize = memory.data(8192, 16);
/** What was found in each slot: kind, first byte, byte after the last, and the number of the line that it was found in. */
export const SLOTS: usize = memory.data(16 * 256, 16);
/** The value of a slot of kind COUNT. */
export const COUNTS: usize = memory.data(8 * 256, 16);
const PLAIN_TEXT: i32 = 1; // ASCII without escapes
const TEXT: i32 = 2;
const COUNT: i32 = 3; // a whole number of at most 15 digits without a sign
const OTHER: i32 = 4; // any other value, to be parsed
const ENTERED: i32 = 5; // an object whose wanted members have slots of their own

const QUOTE: u8 = 0x22;
const BACKSLASH: u8 = 0x5c;

/** Number of the line that is being read. */
let line: i32 = 0;

/** Whether the text that was skipped last held an escape, or a byte beyond ASCII. */
let plain: bool = true;

@inline
function blank(p: usize): usize {
  let c = load<u8>(p);
  while (c == 0x20 || c == 0x09 || c == 0x0d) c = load<u8>(++p);
  return p;
}

@inline
function isHex(c: u8): bool {
  return (c >= 0x30 && c <= 0x39) || ((c | 0x20) >= 0x61 && (c | 0x20) <= 0x66);
}

/** By the byte after a backslash: 1 for an escape of one letter, 2 for one of four digits. */
const ESCAPES: usize = memory.data(256, 16);
store<u8>(ESCAPES + 0x22, 1);
store<u8>(ESCAPES + 0x2f, 1);
store<u8>(ESCAPES + 0x5c, 1);
store<u8>(ESCAPES + 0x62, 1);
store<u8>(ESCAPES + 0x66, 1);
store<u8>(ESCAPES + 0x6e, 1);
store<u8>(ESCAPES + 0x72, 1);
store<u8>(ESCAPES + 0x74, 1);
store<u8>(ESCAPES + 0x75, 2);

/** From the byte after the opening quote to the one after the closing quote; 0 if it is no JSON text. */
function text(p: usize): usize {
  const quotes = i8x16.splat(QUOTE);
  const slashes = i8x16.splat(BACKSLASH);
  const spaces = i8x16.splat(0x20);
  let ordinary = true;
  while (true) {
    const bytes = v128.load(p);
    const quoted = i8x16.eq(bytes, quotes);
    const slashed = i8x16.eq(bytes, slashes);
    // Signed: bytes from 0x80 on are below the space as well, and are noted here.
    const odd = i8x16.lt_s(bytes, spaces);
    let stops = i8x16.bitmask(v128.or(v128.or(quoted, slashed), odd));
    if (stops == 0) {
      p += 16;
      continue;
    }
    let next = p + 16;
    do {
      const at = p + ctz(stops);
      const c = load<u8>(at);
      if (c == QUOTE) {
        plain = ordinary;
        return at + 1;
      }
      ordinary = false;
      stops &= stops - 1;
      if (c == BACKSLASH) {
        const escape = load<u8>(ESCAPES + load<u8>(at + 1));
        if (escape == 1) {
          // What is escaped is no quote and no backslash; it may be the first byte of the next sixteen.
          if (at + 1 - p < 16) stops &= ~(1 << <i32>(at + 1 - p));
          else next++;
          continue;
        }
        if (escape == 0) return 0;
        for (let i: usize = 2; i < 6; i++) if (!isHex(load<u8>(at + i))) return 0;
      } else if (c < 0x80) return 0;
    } while (stops != 0);
    p = next;
  }
  return 0;
}

/** A member's key with its colon, from its opening quote. */
@inline
function skipKey(p: usize): usize {
  if (load<u8>(p) != QUOTE) return 0;
  p = text(p + 1);
  if (p == 0) return 0;
  p = blank(p);
  return load<u8>(p) == 0x3a ? p + 1 : 0;
}

@inline
function digits(p: usize): usize {
  while (<u8>(load<u8>(p) - 0x30) <= 9) p++;
  return p;
}

/** A number, true, false or null. */
function scalar(p: usize): usize {
  const c = load<u8>(p);
  if (c == 0x74) return load<u32>(p) == 0x65757274 ? p + 4 : 0;
  if (c == 0x6e) return load<u32>(p) == 0x6c6c756e ? p + 4 : 0;
  if (c == 0x66) return load<u32>(p + 1) == 0x65736c61 ? p + 5 : 0;
  if (c == 0x2d) p++;
  const first = load<u8>(p);
  if (<u8>(first - 0x30) > 9) return 0;
  p = first == 0x30 ? p + 1 : digits(p);
  if (load<u8>(p) == 0x2e) {
    const from = p + 1;
    p = digits(from);
    if (p == from) return 0;
  }
  if ((load<u8>(p) | 0x20) == 0x65) {
    p++;
    if (load<u8>(p) == 0x2b || load<u8>(p) == 0x2d) p++;
    const from = p;
    p = digits(from);
    if (p == from) return 0;
  }
  return p;
}

/** Any value; 0 if it is none, or lies deeper than 60 levels. */
function skipValue(p: usize): usize {
  let depth = 0;
  // The lowest bit tells whether the innermost container is an object.
  let objects: u64 = 0;
  while (true) {
    p = blank(p);
    const c = load<u8>(p);
    if (c == QUOTE) {
      p = text(p + 1);
      if (p == 0) return 0;
    } else if (c == 0x7b) {
      p = blank(p + 1);
      if (load<u8>(p) == 0x7d) p++;
      else {
        if (++depth > 60) return 0;
        objects = (objects << 1) | 1;
        p = skipKey(p);
        if (p == 0) return 0;
        continue;
      }
    } else if (c == 0x5b) {
      p = blank(p + 1);
      if (load<u8>(p) == 0x5d) p++;
      else {
        if (++depth > 60) return 0;
        objects = objects << 1;
        continue;
      }
    } else {
      p = scalar(p);
      if (p == 0) return 0;
    }
    while (true) {
      if (depth == 0) return p;
      p = blank(p);
      const after = load<u8>(p);
      if (after == 0x2c) {
        p++;
        if (objects & 1) {
          p = skipKey(blank(p));
          if (p == 0) return 0;
        }
        break;
      }
      if (after != (objects & 1 ? 0x7d : 0x5d)) return 0;
      p++;
      objects = objects >> 1;
      depth--;
    }
  }
}

@inline
function found(slot: i32, kind: i32, from: usize, to: usize): void {
  const at = SLOTS + (<usize>slot << 4);
  store<i32>(at, kind);
  store<u32>(at, <u32>from, 4);
  store<u32>(at, <u32>to, 8);
  store<i32>(at, line, 12);
}

/** The value of a wanted member. */
function value(p: usize, slot: i32, node: i32): usize {
  p = blank(p);
  const c = load<u8>(p);
  if (c == QUOTE) {
    const end = text(p + 1);
    if (end != 0) found(slot, plain ? PLAIN_TEXT : TEXT, p, end);
    return end;
  }
  if (c == 0x7b && node >= 0) {
    found(slot, ENTERED, p, p);
    return members(p, node);
  }
  const end = skipValue(p);
  if (end == 0) return 0;
  let kind = OTHER;
  if (<u8>(c - 0x30) <= 9 && end - p <= 15) {
    let count: u64 = 0;
    let q = p;
    for (; q < end; q++) {
      const digit = <u8>(load<u8>(q) - 0x30);
      if (digit > 9) break;
      count = count * 10 + digit;
    }
    if (q == end) {
      kind = COUNT;
      store<f64>(COUNTS + (<usize>slot << 3), <f64>count);
    }
  }
  found(slot, kind, p, end);
  return end;
}

/** An object from its opening brace to after its closing one, noting the members that `node` wants. */
function members(p: usize, node: i32): usize {
  const first = load<i32>(NODES + (<usize>node << 3));
  const count = load<i32>(NODES + (<usize>node << 3), 4);
  p = blank(p + 1);
  if (load<u8>(p) == 0x7d) return p + 1;
  while (true) {
    if (load<u8>(p) != QUOTE) return 0;
    const key = p + 1;
    p = text(key);
    // A key with escapes may be a wanted one in disguise.
    if (p == 0 || !plain) return 0;
    const length = p - 1 - key;
    p = blank(p);
    if (load<u8>(p) != 0x3a) return 0;
    p++;
    let wanted: usize = 0;
    for (let i = 0; i < count; i++) {
      const member = MEMBERS + (<usize>(first + i) << 4);
      if (<usize>load<i32>(member, 4) == length && memory.compare(<usize>load<u32>(member), key, length) == 0) {
        wanted = member;
        break;
      }
    }
    if (wanted == 0) p = skipValue(p);
    else {
      const slot = load<i32>(wanted, 8);
      // JSON.parse takes the last of several; so rare that it may do so itself.
      if (load<i32>(SLOTS + (<usize>slot << 4), 12) == line) return 0;
      p = value(p, slot, load<i32>(wanted, 12));
    }
    if (p == 0) return 0;
    p = blank(p);
    const after = load<u8>(p);
    if (after == 0x7d) return p + 1;
    if (after != 0x2c) return 0;
    p = blank(p + 1);
  }
}

/** Whether the bytes from `p` to the newline are one JSON object and nothing else. Lines are numbered from 1. */
export function scan(p: usize, number: i32): i32 {
  line = number;
  p = blank(p);
  if (load<u8>(p) != 0x7b) return 0;
  p = members(p, 0);
  if (p == 0) return 0;
  return load<u8>(blank(p)) == 0x0a ? 1 : 0;
}
