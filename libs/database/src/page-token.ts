import { PipelineError } from '@millrace/errors';
import { sortField, type FieldType, type ListDefinition } from './list-fields.js';
import { filterSql, toPlainPredicates, type PlainPredicate } from './list-filter.js';

/** Where a page ended, and the listing that it belongs to. */
export interface PageToken {
  readonly sortBy: string;
  readonly descending: boolean;
  readonly filter: readonly PlainPredicate[];
  /** Sort value of the last row; a time in milliseconds; null where it has none. */
  readonly key: string | number | null;
  readonly id: string;
  /** Counted once, on the first page. */
  readonly totalSize: number;
}

export function writePageToken(list: ListDefinition, token: PageToken): string {
  return Buffer.from(JSON.stringify([list.name, token.sortBy, token.descending, token.filter, token.key, token.id, token.totalSize])).toString('base64url');
}

function isKeyOf(type: FieldType, nullable: boolean, key: unknown): key is string | number | null {
  if (key === null) return nullable;
  if (type === 'text') return typeof key === 'string';
  return typeof key === 'number' && Number.isFinite(key) && (type === 'number' || Math.abs(key) < 8.64e15);
}

/** Reads a token back and checks every part against the list's fields: a token is a caller's input like any other. */
export function readPageToken(list: ListDefinition, text: string): PageToken {
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    if (!Array.isArray(parts) || parts.length !== 7 || parts[0] !== list.name) throw new Error('not a token of this list');
    const [, sortBy, descending, filter, key, id, totalSize] = parts as unknown[];
    if (typeof sortBy !== 'string' || typeof descending !== 'boolean' || !Array.isArray(filter) || typeof id !== 'string') throw new Error('wrong types');
    if (!Number.isSafeInteger(totalSize) || (totalSize as number) < 0) throw new Error('wrong total');
    const { type, nullable } = sortField(list, sortBy);
    if (!isKeyOf(type, nullable, key)) throw new Error('wrong key');
    const predicates = toPlainPredicates(filter);
    filterSql('sqlite', list, predicates);
    return { sortBy, descending, filter: predicates, key, id, totalSize: totalSize as number };
  } catch (cause) {
    throw new PipelineError('INVALID_ARGUMENT', 'Invalid page token', { cause });
  }
}
