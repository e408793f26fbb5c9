// Column types as Arrow types. Loads apache-arrow, so only the store imports it, and only when a command needs the store.
import { Bool, Dictionary, Field, Float64, Int32, Int64, List, Schema, TimestampMicrosecond, Utf8, type DataType } from 'apache-arrow';
import type { ColumnType } from './columns.js';

export function arrowType(type: ColumnType): DataType {
  switch (type) {
    case 'utf8':
    case 'json':
      return new Utf8();
    case 'word':
      return new Dictionary(new Utf8(), new Int32());
    case 'bool':
      return new Bool();
    case 'int64':
      return new Int64();
    case 'float64':
      return new Float64();
    case 'timestamp':
      return new TimestampMicrosecond('UTC');
    case 'list<utf8>':
      return new List(new Field('item', new Utf8(), true));
  }
}

export const arrowField = (name: string, type: ColumnType, nullable: boolean): Field => new Field(name, arrowType(type), nullable);

export const arrowSchema = (columns: readonly (readonly [string, ColumnType, boolean])[]): Schema =>
  new Schema(columns.map(([name, type, nullable]) => arrowField(name, type, nullable)));
