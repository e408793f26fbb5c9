import * as Args from '@oclif/core/args';
import { BaseCommand } from '../cli/base-command.js';
import { takeHookCall } from '../cli/hook-call.js';
import { hookAgentFlag } from '../cli/flags.js';

export default class Hook extends BaseCommand {
  static override summary = 'Take what an agent tells its hooks: called by agents, not by people.';
  static override description =
    'Reads the payload on stdin, leaves a line for the next command, prints nothing and ends with 0 whatever happens. No prompt, no input and no output of a tool is kept. `tokentrail hooks install` sets it up, `tokentrail hooks doctor` tells what came.';
  static override examples = ['<%= config.bin %> <%= command.id %> SessionStart --agent claude < payload.json'];

  static override args = { event: Args.string({ description: 'The event, as the agent names it; by the payload if left out.' }) };

  static override flags = { agent: hookAgentFlag('The agent whose hook calls; claude if left out.') };

  async run(): Promise<void> {
    const { flags, args } = await this.begin(Hook);
    const [event, agent, store] = [args.event, flags.agent, (flags as { readonly store?: string }).store];
    takeHookCall([...(event === undefined ? [] : [event]), ...(agent ? ['--agent', agent] : []), ...(store ? ['--store', store] : [])]);
  }
}
