// Loaded into the built command before it: the n-th call by which it changes the file system fails, as on a disk that is full or
// breaks. Calls are counted in the main thread; a write that fails has written half of it by then, as real ones do. What the answer
// is written to is not the disk. See failing-calls.c for the calls of LanceDB.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { isMainThread } from 'node:worker_threads';

const { FAULT_CODE = 'EIO', FAULT_LASTS, FAULT_REPORT } = process.env;
const AT = Number(process.env.FAULT_AT);
const { appendFileSync, constants } = fs;
const TO_WRITE = constants.O_WRONLY | constants.O_RDWR | constants.O_CREAT;

let calls = 0;
let reporting = false;

/** Whether this call is to fail; each call is a line of the report. */
function fails(name, subject) {
  calls++;
  const failing = calls === AT || (AT > 0 && FAULT_LASTS === '1' && calls > AT);
  reporting = true;
  appendFileSync(FAULT_REPORT, `${failing ? '!' : ' '}${name} ${subject}\n`);
  reporting = false;
  return failing;
}

function fault(name, subject) {
  const what = FAULT_CODE === 'ENOSPC' ? 'no space left on device' : 'i/o error';
  return Object.assign(new Error(`${FAULT_CODE}: ${what}, ${name} '${subject}'`), { code: FAULT_CODE, syscall: name });
}

/** Puts a call that may fail in the place of one; `half` is done of one that does. */
function breakable(name, { counts = () => true, half = () => undefined } = {}) {
  const real = fs[name];
  fs[name] = (...args) => {
    if (reporting || !counts(...args) || !fails(name, args[0])) return real(...args);
    half(real, ...args);
    throw fault(name.replace('Sync', ''), args[0]);
  };
}

if (isMainThread && FAULT_REPORT !== undefined) {
  breakable('writeSync', {
    counts: (fd) => fd > 2,
    half: (write, fd, bytes, offset = 0) => write(fd, bytes, offset, Math.floor((bytes.length - offset) / 2)),
  });
  breakable('openSync', { counts: (_, flags = 'r') => (typeof flags === 'number' ? (flags & TO_WRITE) !== 0 : flags !== 'r') });
  breakable('copyFileSync', { half: (_, from, to) => fs.writeFileSync(to, fs.readFileSync(from).subarray(0, 10)) });
  for (const name of ['fsyncSync', 'renameSync', 'mkdirSync', 'mkdtempSync']) breakable(name);
  syncBuiltinESMExports();
}
