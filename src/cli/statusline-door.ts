// The door of `statusline`, before oclif.
import { statusLineNow } from './statusline.js';

process.stdout.write(`${statusLineNow()}\n`);
