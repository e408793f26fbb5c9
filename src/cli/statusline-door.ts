// The door of `statusline`, before oclif.
import { printStatusLine } from './statusline.js';

printStatusLine();
