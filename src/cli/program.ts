// Where the program lies: this module is in its folder, or in one below it.
export const PROGRAM = new URL(import.meta.url.includes('/chunks/') ? '../' : './', import.meta.url);

/** Templates that come with it. */
export const TEMPLATES = new URL('../templates/', PROGRAM);
