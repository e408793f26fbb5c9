import { BaseCommand } from '../../cli/base-command.js';
import { TokentrailError } from '../../model/errors.js';
import { optimizedJson, renderOptimized } from '../../cli/render/store.js';

export default class StoreOptimize extends BaseCommand {
  static override summary = 'Merge the files of the tables, and remove versions of them that are older than a day.';
  static override description =
    'Commands do this by themselves when there are many files. No row is touched: the history of an analysis is in its revisions, not in those versions.';
  static override examples = ['<%= config.bin %> <%= command.id %>'];

  async run(): Promise<void> {
    await this.begin(StoreOptimize);
    const { context } = this;
    const { Store } = await import('../../store/store.js');
    const { foreign } = await Store.plan(await context.storeFolder());
    if (foreign.length > 0) {
      throw new TokentrailError('WRONG_STATE', 'This store was made by another program, so it is left as it is.', {
        suggestions: ['Bring it to this program first: `tokentrail store migrate`.'],
      });
    }
    const { store } = await context.existingBooks();
    const before = await store.status();
    await store.optimize(context.now());
    const after = await store.status();
    await this.answer(() => optimizedJson(before, after), renderOptimized(before, after));
  }
}
