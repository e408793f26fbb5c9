// The door of `hook EVENT`, before oclif.
import { takeHookCall } from './hook-call.js';

takeHookCall(process.argv.slice(3));
