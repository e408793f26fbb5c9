import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../cli/base-command.js';
import { atFlag } from '../cli/flags.js';
import { ledgerOf } from '../cli/ledger.js';
import { renderValidation } from '../cli/render/validation.js';
import { validate } from '../checks/books/index.js';

export default class Validate extends BaseCommand {
  static override summary = 'Check the books: sums, times, sources, inputs, overlaps, forgotten analyses.';
  static override description =
    'Proves every row and every chain of revisions first (exit 12 if one is not what was stored). Exit 1 if a check found an error; with --strict also for warnings.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --strict --json',
    '<%= config.bin %> <%= command.id %> --at 2026-11-01',
  ];

  static override flags = {
    strict: Flags.boolean({ description: 'Exit 1 for warnings, too.' }),
    at: atFlag(),
  };

  async run(): Promise<void> {
    const { flags } = await this.begin(Validate);
    const ledger = await ledgerOf(this.context, flags.at ?? null);
    const findings = validate(ledger);
    await this.answer(() => ({ analyses: ledger.analyses.length, findings }), renderValidation(findings, ledger.analyses.length));
    if (findings.some(({ level }) => level === 'error' || flags.strict)) this.failed();
  }
}
