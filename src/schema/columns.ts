// The closed set of column types that our tables use, as plain data.

/** `timestamp` is microseconds in UTC. `json` is utf8 that holds a JSON text, so that its parts can grow. */
export type ColumnType = 'utf8' | 'json' | 'int64' | 'float64' | 'timestamp' | 'list<utf8>';

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
  /** What it holds: units, and what null means where that is not plain. */
  readonly about: string;
}

export interface TableSchema {
  readonly name: string;
  /** The unenforced primary key, never null. */
  readonly key: string;
  readonly columns: readonly Column[];
}

export const column = (name: string, type: ColumnType, about: string): Column => ({ name, type, nullable: true, about });

export const required = (name: string, type: ColumnType, about: string): Column => ({ name, type, nullable: false, about });
