// Reads a SQLite database that an agent wrote, from a copy: the write-ahead log beside it is part of it, and nothing may be written
// next to the agent's own file. node-sqlite3-wasm needs no native part, which on Node 20 nothing else does.

export type SqlRow = Readonly<Record<string, unknown>>;

/** The rows of a query; null if the database has no such table or column. */
export type Query = (sql: string) => readonly SqlRow[] | null;

/**
 * Runs `work` on the database at `path`, which no other process may use.
 *
 * @throws if the file is no database.
 */
export async function withDatabase<T>(path: string, work: (query: Query) => T): Promise<T> {
  const { Database } = (await import('node-sqlite3-wasm')).default;
  const database = new Database(path);
  try {
    // Without it the write-ahead log would ask for shared memory, which this build doesn't have.
    database.exec('PRAGMA locking_mode=exclusive');
    database.all('PRAGMA schema_version');
    return work((sql) => {
      try {
        return database.all(sql);
      } catch (error) {
        if (error instanceof Error && /no such (table|column)/.test(error.message)) return null;
        throw error;
      }
    });
  } finally {
    database.close();
  }
}
