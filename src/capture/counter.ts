// Reads the count fields of one record and notes how many of them were no counts.
import { readCount } from '../model/count.js';

export class Counter {
  /** Fields that were no counts and were taken as 0. */
  invalid = 0;

  /** The count in a field; absent is 0. */
  of(value: unknown): number {
    const reading = readCount(value);
    if (!reading.valid) this.invalid++;
    return reading.count;
  }
}
