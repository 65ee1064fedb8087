import { PipelineError } from '@millrace/errors';
import { allOf, comesAfter } from './dialect.js';
import { sortField, type ListDefinition, type ListField } from './list-fields.js';
import { filterSql, toPlainPredicates, type PlainPredicate } from './list-filter.js';
import type { ListQuery, Page } from './list-query.js';
import { readPageToken, writePageToken, type PageToken } from './page-token.js';
import type { Sql } from './sql-session.js';
import { literal, sql, type SqlText, type SqlValue } from './sql-text.js';

const DEFAULT_PAGE_SIZE = 20;
const MAX_PAGE_SIZE = 200;
/** Totals are exact up to here; one more says "more than". */
const COUNTED_ROWS = 10_000;

interface Listing {
  readonly sortBy: string;
  readonly descending: boolean;
  readonly filter: readonly PlainPredicate[];
  readonly after?: PageToken;
}

interface Row {
  readonly id: string;
  readonly sortKey: string | number | Date | null;
}

function readPageSize(pageSize: number | undefined): number {
  if (pageSize === undefined || pageSize === 0) return DEFAULT_PAGE_SIZE;
  if (!Number.isInteger(pageSize) || pageSize < 0) throw new PipelineError('INVALID_ARGUMENT', `The page size should be greater than 0. Got ${pageSize}`);
  return Math.min(pageSize, MAX_PAGE_SIZE);
}

function readSortBy(text: string): Pick<Listing, 'sortBy' | 'descending'> {
  const words = text.trim().split(/\s+/);
  const last = words.at(-1)!.toLowerCase();
  const hasDirection = words.length > 1 && (last === 'asc' || last === 'desc');
  const sortBy = (hasDirection ? words.slice(0, -1) : words).join(' ');
  // A metric's name may have spaces; other names do not.
  if (sortBy.includes(' ') && !sortBy.startsWith('metric:')) {
    throw new PipelineError('INVALID_ARGUMENT', `Received invalid sort by format "${text}". Supported format: "field_name", "field_name desc", or "field_name asc"`);
  }
  return { sortBy, descending: hasDirection && last === 'desc' };
}

function readListing(list: ListDefinition, query: ListQuery): Listing {
  const sortGiven = query.sortBy !== undefined && query.sortBy.trim() !== '';
  const filterGiven = query.filter !== undefined && query.filter.length > 0;
  const asked = { ...readSortBy(sortGiven ? query.sortBy! : 'created_at'), filter: toPlainPredicates(query.filter ?? []) };
  if (query.pageToken === undefined || query.pageToken === '') return asked;
  const after = readPageToken(list, query.pageToken);
  if (
    (sortGiven && (asked.sortBy !== after.sortBy || asked.descending !== after.descending)) ||
    (filterGiven && JSON.stringify(asked.filter) !== JSON.stringify(after.filter))
  ) {
    throw new PipelineError(
      'INVALID_ARGUMENT',
      'page token does not match the supplied sort by and/or filtering criteria. Either specify the same criteria or leave the latter empty if page token is specified.',
    );
  }
  return { sortBy: after.sortBy, descending: after.descending, filter: after.filter, after };
}

const keyToSql = (field: ListField, key: string | number | null): SqlValue => (field.type === 'time' && key !== null ? new Date(key) : key);
const keyToToken = (key: Row['sortKey']): PageToken['key'] => (key instanceof Date ? key.getTime() : key);

/**
 * The stretches of rows that follow the last page, in order; each can be read along an index. Both databases put NULLs first
 * when ascending and last when descending, and NULLs compare with nothing, so they are a stretch of their own.
 */
function stretches(sqlOf: Sql, field: ListField, id: SqlText, listing: Listing): readonly SqlText[] {
  const { after, descending } = listing;
  if (!after) return [literal('1 = 1')];
  const { expression } = field;
  const idAfter = sql`${id} ${literal(descending ? '<' : '>')} ${after.id}`;
  const isNull = sql`${expression} IS NULL`;
  if (after.key === null) {
    const rest = sql`${isNull} AND ${idAfter}`;
    return descending ? [rest] : [rest, sql`${expression} IS NOT NULL`];
  }
  const rest = comesAfter(sqlOf.dialect, { column: expression, value: keyToSql(field, after.key), id, idValue: after.id, descending });
  return descending && field.nullable ? [rest, isNull] : [rest];
}

/**
 * The one query of every list: a keyset page along an index with a bounded count. The cost is that of the page, wherever it is;
 * `scope` limits the rows to what the caller may see or asked for.
 */
export async function listPage<Stored extends { readonly id: string }, Item>(
  sqlOf: Sql,
  list: ListDefinition,
  request: { readonly query: ListQuery; readonly scope: readonly SqlText[]; readonly toItem: (row: Stored) => Item },
): Promise<Page<Item>> {
  const pageSize = readPageSize(request.query.pageSize);
  const listing = readListing(list, request.query);
  const field = sortField(list, listing.sortBy);
  const from = sql`FROM ${literal(list.table)} WHERE `;
  const conditions = [...request.scope, ...filterSql(sqlOf.dialect, list, listing.filter)];
  const id = literal(`${list.table}.id`);
  const direction = literal(listing.descending ? 'DESC' : 'ASC');
  const order = field.expression.text === 'id' ? sql`id ${direction}` : sql`${field.expression} ${direction}, ${id} ${direction}`;

  const rows: (Stored & Row)[] = [];
  for (const stretch of stretches(sqlOf, field, id, listing)) {
    const wanted = pageSize + 1 - rows.length;
    if (wanted <= 0) break;
    const columns = literal(list.columns.map((column) => `${list.table}.${column}`).join(', '));
    rows.push(
      ...(await sqlOf.query<Stored & Row>(sql`SELECT ${columns}, ${field.expression} AS sortKey ${from}${allOf([...conditions, stretch])} ORDER BY ${order} LIMIT ${literal(String(wanted))}`)),
    );
  }

  const items = rows.slice(0, pageSize);
  const last = rows.length > pageSize ? items.at(-1) : undefined;
  const totalSize = listing.after?.totalSize ?? (last ? await countRows(sqlOf, sql`${from}${allOf(conditions)}`) : rows.length);
  return {
    items: items.map(request.toItem),
    totalSize,
    ...(last && { nextPageToken: writePageToken(list, { sortBy: listing.sortBy, descending: listing.descending, filter: listing.filter, key: keyToToken(last.sortKey), id: last.id, totalSize }) }),
  };
}

async function countRows(sqlOf: Sql, from: SqlText): Promise<number> {
  const [row] = await sqlOf.query<{ rowCount: number }>(sql`SELECT COUNT(*) AS rowCount FROM (SELECT 1 ${from} LIMIT ${literal(String(COUNTED_ROWS + 1))}) AS counted`);
  return Number(row!.rowCount);
}
