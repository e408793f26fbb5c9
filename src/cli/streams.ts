// What becomes of words that can't be written.

let told = false;

/** A reader that closes the pipe (`| head -1`) has what it wanted; the work goes on, and so does the exit code. */
function onError(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') return;
  process.exitCode = 1;
  if (told) return;
  told = true;
  process.stderr.write(`✗ The answer can't be written to where it goes (${error.code ?? 'unknown'}); what the command did is done.\n`);
}

/** Keeps a stream's error from ending the process with a stack. oclif adds a listener that throws, so this is asked for after it was loaded, too. */
export function guardStreams(): void {
  for (const stream of [process.stdout, process.stderr]) stream.removeAllListeners('error').on('error', onError);
}
