// Where the spool of this user is: of no store, since a hook can't afford to find out which one is meant.
import { isAbsolute, join } from 'node:path';

type Variables = Readonly<Record<string, string | undefined>>;

/** Where hooks leave what they were told, and what they could not leave. */
export function spoolFolder(variables: Variables, home: string): string {
  const named = variables['XDG_STATE_HOME'];
  const state = named !== undefined && isAbsolute(named) ? named : join(home, '.local', 'state');
  return join(state, 'tokentrail', 'spool');
}
