// What an export comes to.
import type { Fields } from '../../exchange/books-file.js';

/** The export as a text; `document` is what it holds, where that is data. */
export interface Made {
  readonly text: string;
  readonly document: Fields | null;
}
