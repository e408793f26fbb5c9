// Writes a Claude Code session log of a given size, shaped like a real one: a tool result of some kilobytes between answers, an
// answer in one to three lines.
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

const TEXT = 'const value = await read(path); // a line of code, as tools return it\\n'.repeat(700);

/** One answer of a session as lines, and the text around it. */
export function turn(session, cwd, n, at) {
  const time = new Date(at).toISOString();
  const base = { sessionId: session, cwd, version: '2.1.100', gitBranch: 'main', timestamp: time };
  const id = `msg_01Bench${String(n).padStart(17, '0')}`;
  const answer = (output, stop) => ({
    ...base,
    type: 'assistant',
    uuid: `a-${n}-${output}`,
    requestId: `req_${n}`,
    message: {
      id,
      type: 'message',
      role: 'assistant',
      model: n % 5 === 0 ? 'claude-haiku-4-5-20251001' : 'claude-sonnet-4-5-20250929',
      content: [{ type: 'text', text: TEXT.slice(0, 400 + (n % 7) * 200) }],
      stop_reason: stop,
      usage: { input_tokens: 3, cache_creation_input_tokens: 900 + (n % 50), cache_read_input_tokens: 20000 + n, output_tokens: output },
    },
  });
  const result = {
    ...base,
    type: 'user',
    uuid: `u-${n}`,
    message: { role: 'user', content: [{ type: 'tool_result', content: TEXT.slice(0, 1024 + ((n * 7919) % 16000)) }] },
  };
  return [result, answer(4, null), answer(200 + (n % 300), 'tool_use')].map((line) => `${JSON.stringify(line)}\n`).join('');
}

/** @returns how many answers it holds. */
export function writeSession(path, session, cwd, megabytes, begin = Date.parse('2026-05-04T08:00:00Z')) {
  mkdirSync(dirname(path), { recursive: true });
  const fd = openSync(path, 'w');
  let written = 0;
  let n = 0;
  while (written < megabytes * 1024 * 1024) {
    let block = '';
    for (let i = 0; i < 200; i++, n++) block += turn(session, cwd, n, begin + n * 1000);
    written += writeSync(fd, block);
  }
  closeSync(fd);
  return n;
}
