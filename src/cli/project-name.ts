// The project that a folder given by the user belongs to, by the name that rows have.
import type { Context } from './context.js';
import { findProject } from './project.js';

export const projectNameOf = (context: Context, folder: string): string => context.tilde(findProject(context.path(folder)).root);
