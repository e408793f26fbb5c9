// What the export commands share: they ask, write or print, and say what has no price.
import { BaseCommand } from '../base-command.js';
import { exportJson, renderExported, unpricedIn } from '../render/export/exported.js';
import { deliver, type Asked } from './deliver.js';

export abstract class ExportCommand extends BaseCommand {
  /** Answers with the export; exit 3 (1 if `strict`) if something in it has no price. */
  protected async export(asked: Asked, strict: boolean): Promise<void> {
    const exported = await deliver(this.context, asked);
    const unpriced = unpricedIn(exported);
    this.context.warn(unpriced === null ? [] : [unpriced]);
    await this.answer(() => exportJson(exported), renderExported(exported));
    if (unpriced !== null) this.partly(strict);
  }
}
