// How the run in progress answers: known from the first word of the command line on, so that any failure can be told rightly.
import { Output } from './output.js';

let output = new Output({ json: false, quiet: false, command: '' });

export const currentOutput = (): Output => output;

export const setOutput = (next: Output): void => void (output = next);
