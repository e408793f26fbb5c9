// Writes parts of the sample session into the log of a Claude Code session, as if the agent worked now and in this folder:
//
//   node write.js PART…      parts: before, read, check, write
//
// The log is below $CLAUDE_CONFIG_DIR, the session is $CLAUDE_CODE_SESSION_ID.
import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

/** Files of each part: of the session itself, and of its sub-agent. */
const PARTS = {
  before: { main: '0-before.jsonl' },
  read: { main: '1-read.jsonl' },
  check: { main: '2-check.jsonl', subagent: '2-check.subagent.jsonl' },
  write: { main: '3-write.jsonl' },
};

/** Appends a part to the log of a session. */
export function writePart(name, { config, session, project }) {
  const part = PARTS[name];
  if (part === undefined) throw new Error(`There is no part "${name}"; parts are ${Object.keys(PARTS).join(', ')}.`);
  const logs = join(config, 'projects', project.replaceAll(/[^A-Za-z0-9]/g, '-'));
  const grow = (from, into) => {
    const now = new Date().toISOString();
    const text = readFileSync(join(here, 'session', from), 'utf8')
      .replaceAll(/"timestamp":"[^"]*"/g, `"timestamp":"${now}"`)
      .replaceAll('/home/ada/work/review', project);
    mkdirSync(dirname(into), { recursive: true });
    appendFileSync(into, text);
  };
  grow(part.main, join(logs, `${session}.jsonl`));
  if (part.subagent) grow(part.subagent, join(logs, session, 'subagents', 'agent-a7c1f09.jsonl'));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { CLAUDE_CONFIG_DIR: config, CLAUDE_CODE_SESSION_ID: session } = process.env;
  if (!config || !session) throw new Error('CLAUDE_CONFIG_DIR and CLAUDE_CODE_SESSION_ID say where the log is.');
  for (const name of process.argv.slice(2)) writePart(name, { config, session, project: process.cwd() });
}
