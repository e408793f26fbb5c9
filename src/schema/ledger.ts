// Table `migrations`: the ledger of migrations that this store has been through.
import { required, type TableSchema } from './columns.js';

export const ledger: TableSchema = {
  name: 'migrations',
  key: 'id',
  columns: [
    required('id', 'int64', 'Number of the migration, from 1.'),
    required('name', 'utf8', 'Its name.'),
    required('applied_at', 'timestamp', 'When it was applied here.'),
    required('program', 'utf8', 'Version of the program that applied it.'),
  ],
};
