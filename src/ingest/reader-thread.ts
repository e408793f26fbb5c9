// The program of a thread that reads logs.
import { parentPort, workerData } from 'node:worker_threads';
import { agentNamed } from '../capture/agents.js';
import { useScanner, type CompiledScanner } from '../capture/scanner/fields.js';
import { readOne, type ThreadResult, type ThreadTask } from './read-one.js';

const port = parentPort!;

useScanner(workerData as CompiledScanner | null);

async function answer(batch: readonly ThreadTask[]): Promise<void> {
  const results: ThreadResult[] = [];
  try {
    for (const { number, task } of batch) results.push({ number, result: await readOne(agentNamed(task.log.agent), task) });
  } catch (error) {
    results.push({ error });
  }
  port.postMessage(results);
}

let last: Promise<void> = Promise.resolve();

// One after the other: a scanner's memory is for one log at a time.
port.on('message', (batch: readonly ThreadTask[]) => {
  last = last.then(() => answer(batch));
});
