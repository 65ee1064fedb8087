import { PipelineError } from '@millrace/errors';
import { literal, sql, type SqlText } from './sql-text.js';

export type FieldType = 'text' | 'time' | 'number';

/** What a wire name of a list's filter or sort order stands for. */
export interface ListField {
  /** A column of the list's table, or an expression over it. */
  readonly expression: SqlText;
  readonly type: FieldType;
  readonly nullable: boolean;
  /** No two rows have the same value. @default false */
  readonly unique?: boolean;
}

/** One list: where its rows are, and what may be asked of them. */
export interface ListDefinition {
  /** KFP's name of the kind of row; stands in its messages. */
  readonly name: string;
  readonly table: string;
  /** What is read of each row: never a spec, a manifest or another table. */
  readonly columns: readonly string[];
  /** By wire name. */
  readonly fields: Readonly<Record<string, ListField>>;
  /** Wire names that KFP knows and this list refuses, with what to do instead. */
  readonly refused?: Readonly<Record<string, string>>;
  /** Where `tags.<key>` is looked up. */
  readonly tags?: { readonly table: string; readonly owner: string };
  /** Whether `metric:<name>` may be sorted by. */
  readonly metrics?: boolean;
}

export const idField: ListField = { expression: literal('id'), type: 'text', nullable: false, unique: true };
export const textField = (column: string): ListField => ({ expression: literal(column), type: 'text', nullable: false });
export const optionalTextField = (column: string): ListField => ({ expression: literal(column), type: 'text', nullable: true });
export const timeField = (column: string): ListField => ({ expression: literal(column), type: 'time', nullable: false });
export const optionalTimeField = (column: string): ListField => ({ expression: literal(column), type: 'time', nullable: true });
/** A field that has the same value on every row, because KFP knows it and we have nothing to store. */
export const constantField = (value: string): ListField => ({ expression: literal(`'${value}'`), type: 'text', nullable: false });

const own = (fields: Readonly<Record<string, ListField>>, key: string): ListField | undefined => (Object.hasOwn(fields, key) ? fields[key] : undefined);

function refuse(list: ListDefinition, key: string): void {
  const remedy = list.refused && Object.hasOwn(list.refused, key) ? list.refused[key] : undefined;
  if (remedy) throw new PipelineError('INVALID_ARGUMENT', `${list.name} lists cannot be filtered or sorted by "${key}": ${remedy}`);
}

export function filterField(list: ListDefinition, key: string): ListField {
  refuse(list, key);
  const field = own(list.fields, key);
  if (!field) throw new PipelineError('INVALID_ARGUMENT', `no support for filtering on unrecognized field "${key}"`);
  return field;
}

export function sortField(list: ListDefinition, key: string): ListField {
  refuse(list, key);
  const field = own(list.fields, key) ?? own(list.fields, key.toLowerCase());
  if (field) return field;
  if (list.metrics && key.startsWith('metric:') && key.length > 'metric:'.length) {
    // Several tasks may have a metric of one name; the largest stands for the run.
    const metric = sql`(SELECT MAX(metrics.value) FROM metrics WHERE metrics.runId = ${literal(list.table)}.id AND metrics.name = ${key.slice('metric:'.length)})`;
    return { expression: metric, type: 'number', nullable: true };
  }
  throw new PipelineError('INVALID_ARGUMENT', `Invalid sorting field: "${key}" on listable type ${list.name}`);
}
