// The price book as it is delivered, loaded once by those tests that price something.
import type { PriceBook } from '../../src/pricing/book.js';

let book: Promise<PriceBook> | undefined;

export function testPrices(): Promise<PriceBook> {
  book ??= import('../../src/pricing/make-book.js').then(({ makeBook }) => makeBook([], null));
  return book;
}
