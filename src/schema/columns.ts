// The closed set of column types that our tables use, as plain data.

/**
 * `timestamp` is microseconds in UTC. `json` is utf8 that holds a JSON text, so that its parts can grow. `word` is a text that many
 * rows share, encoded as a dictionary.
 */
export type ColumnType = 'utf8' | 'json' | 'word' | 'int64' | 'float64' | 'bool' | 'timestamp' | 'list<utf8>';

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
  /** What it holds: units, and what null means where that is not plain. */
  readonly about: string;
}

export interface TableSchema {
  readonly name: string;
  /** The column that is the unenforced primary key; null for a table without one. */
  readonly key: string | null;
  readonly columns: readonly Column[];
}

export const column = (name: string, type: ColumnType, about: string): Column => ({ name, type, nullable: true, about });

export const required = (name: string, type: ColumnType, about: string): Column => ({ name, type, nullable: false, about });
