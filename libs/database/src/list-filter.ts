import { PipelineError } from '@millrace/errors';
import { containsText, withoutIndex, type DialectName } from './dialect.js';
import { readFilterTime } from './filter-time.js';
import { filterField, type ListDefinition, type ListField } from './list-fields.js';
import type { Predicate } from './list-query.js';
import { joinSql, listSql, literal, sql, type SqlText, type SqlValue } from './sql-text.js';

/** A predicate as a page token carries it: a Date is RFC 3339 text with its milliseconds. */
export interface PlainPredicate {
  readonly operation: Predicate['operation'];
  readonly key: string;
  readonly value: string | number | readonly (string | number)[];
}

const COMPARISONS: Readonly<Partial<Record<Predicate['operation'], string>>> = {
  EQUALS: '=',
  NOT_EQUALS: '<>',
  GREATER_THAN: '>',
  GREATER_THAN_EQUALS: '>=',
  LESS_THAN: '<',
  LESS_THAN_EQUALS: '<=',
};

const plainValue = (value: unknown): unknown => (value instanceof Date && !Number.isNaN(value.getTime()) ? value.toISOString() : value);
const isScalar = (value: unknown): value is string | number => typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value));
const invalid = (message: string): PipelineError => new PipelineError('INVALID_ARGUMENT', message);

/** Checks the shape of a filter, also one out of a page token, and returns it as plain data. */
export function toPlainPredicates(filter: readonly unknown[]): readonly PlainPredicate[] {
  return filter.map((entry) => {
    const { operation, key, value } = (entry ?? {}) as { operation?: unknown; key?: unknown; value?: unknown };
    if (typeof key !== 'string' || typeof operation !== 'string') throw invalid('Each predicate of a filter needs an operation and a key.');
    if (operation === 'IN') {
      const values = Array.isArray(value) ? value.map(plainValue) : undefined;
      if (!values?.every(isScalar)) throw invalid(`The operation IN on "${key}" needs an array of values.`);
      return { operation, key, value: values };
    }
    const plain = plainValue(value);
    if (operation === 'IS_SUBSTRING') {
      if (typeof plain !== 'string') throw invalid(`The operation IS_SUBSTRING on "${key}" needs a text.`);
      return { operation, key, value: plain };
    }
    if (!Object.hasOwn(COMPARISONS, operation)) throw invalid(`The operation "${operation}" on "${key}" is unknown; known are ${[...Object.keys(COMPARISONS), 'IN', 'IS_SUBSTRING'].join(', ')}.`);
    if (!isScalar(plain)) throw invalid(`The operation ${operation} on "${key}" needs one value.`);
    return { operation: operation as Predicate['operation'], key, value: plain };
  });
}

function compareTime(field: ListField, { operation, key, value }: PlainPredicate): SqlText {
  const column = field.expression;
  if (operation === 'IS_SUBSTRING') throw invalid(`The operation IS_SUBSTRING on "${key}" needs a field that is a text.`);
  if (operation === 'IN') {
    const spans = (value as readonly (string | number)[]).map((entry) => readFilterTime(key, entry));
    return spans.length === 0 ? literal('1 = 0') : sql`(${joinSql(spans.map(({ from, to }) => sql`(${column} >= ${from} AND ${column} < ${to})`), ' OR ')})`;
  }
  const { from, to } = readFilterTime(key, value);
  switch (operation) {
    case 'EQUALS':
      return sql`(${column} >= ${from} AND ${column} < ${to})`;
    case 'NOT_EQUALS':
      return field.nullable ? sql`(${column} IS NULL OR ${column} < ${from} OR ${column} >= ${to})` : sql`(${column} < ${from} OR ${column} >= ${to})`;
    case 'GREATER_THAN':
      return sql`${column} >= ${to}`;
    case 'GREATER_THAN_EQUALS':
      return sql`${column} >= ${from}`;
    case 'LESS_THAN':
      return sql`${column} < ${from}`;
    case 'LESS_THAN_EQUALS':
      return sql`${column} < ${to}`;
  }
}

function compareText(dialect: DialectName, field: ListField, { operation, value }: PlainPredicate): SqlText {
  const column = field.expression;
  if (operation === 'IS_SUBSTRING') return containsText(dialect, column, value as string);
  if (operation === 'IN') return sql`${field.unique ? column : withoutIndex(dialect, column)} IN ${listSql((value as readonly (string | number)[]).map(String))}`;
  const text: SqlValue = String(value);
  // KFP stores "not set" as an empty text: it differs from every value and equals the empty one.
  if (field.nullable && operation === 'NOT_EQUALS' && text !== '') return sql`(${column} IS NULL OR ${column} <> ${text})`;
  if (field.nullable && operation === 'EQUALS' && text === '') return sql`(${column} IS NULL OR ${column} = ${text})`;
  return sql`${column} ${literal(COMPARISONS[operation]!)} ${text}`;
}

function compareTag(list: ListDefinition, { operation, key, value }: PlainPredicate): SqlText {
  if (operation !== 'EQUALS' || typeof value !== 'string') throw invalid(`The filter on "${key}" supports the operation EQUALS with a text only.`);
  const { table, owner } = list.tags!;
  return sql`EXISTS (SELECT 1 FROM ${literal(table)} WHERE ${literal(`${table}.${owner} = ${list.table}.id`)} AND tagKey = ${key.slice('tags.'.length)} AND tagValue = ${value})`;
}

/** The conditions that a filter sets on a list's rows; all must hold. */
export function filterSql(dialect: DialectName, list: ListDefinition, filter: readonly PlainPredicate[]): readonly SqlText[] {
  return filter.map((predicate) => {
    if (list.tags && predicate.key.startsWith('tags.')) return compareTag(list, predicate);
    const field = filterField(list, predicate.key);
    return field.type === 'time' ? compareTime(field, predicate) : compareText(dialect, field, predicate);
  });
}
