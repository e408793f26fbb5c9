// The program of a thread that reads logs.
import { parentPort } from 'node:worker_threads';
import { agentNamed } from '../capture/agents.js';
import { readOne, type ThreadResult, type ThreadTask } from './read-one.js';

const port = parentPort!;

let last: Promise<void> = Promise.resolve();

async function answer({ agent, number, task }: ThreadTask): Promise<void> {
  try {
    const result = await readOne(agentNamed(agent), task);
    port.postMessage({ number, result } satisfies ThreadResult, [result.records.numbers.buffer as ArrayBuffer]);
  } catch (error) {
    port.postMessage({ number, error } satisfies ThreadResult);
  }
}

// One after the other: a scanner's memory is for one log at a time.
port.on('message', (task: ThreadTask) => {
  last = last.then(() => answer(task));
});
