import { v1beta1 } from '@millrace/api-contract';
import type { ListQuery, Predicate } from '@millrace/database';
import { parseFilterAs, toListQuery as toQuery, type WireListQuery } from '../v2beta1/list-query.mapper.js';

/** The query of a list from its wire form, in which filters say `op` and enums have names of their own. */
export function toListQuery({ filter, ...wire }: WireListQuery): ListQuery {
  return { ...toQuery(wire), ...(filter && { filter: parseFilter(filter).flatMap(toStored) }) };
}

function parseFilter(text: string): Predicate[] {
  return parseFilterAs(text, v1beta1.filter, ({ op, ...rest }) => ({ ...rest, operation: op }), 'op');
}

const STATES: Readonly<Record<string, readonly string[]>> = {
  pending: ['PENDING', 'PAUSED'],
  running: ['RUNNING'],
  succeeded: ['SUCCEEDED'],
  skipped: ['SKIPPED'],
  failed: ['FAILED', 'CANCELED'],
  error: ['FAILED', 'CANCELED'],
  terminating: ['CANCELING'],
  enabled: ['ENABLED'],
  disabled: ['DISABLED'],
};

/** The stored values that a value of v1 stands for. */
function storedValues(key: string, value: unknown): readonly string[] {
  const text = String(value);
  if (key === 'storage_state') return [text.replace(/^STORAGESTATE_/, '')];
  return STATES[text.toLowerCase()] ?? [text];
}

function toStored(predicate: Predicate): Predicate[] {
  const { key, operation } = predicate;
  if (!['storage_state', 'status', 'state'].includes(key)) return [predicate];
  if (operation === 'IN') return [{ ...predicate, value: predicate.value.flatMap((value) => storedValues(key, value)) }];
  const values = storedValues(key, predicate.value);
  if (operation === 'EQUALS') return [{ operation: 'IN', key, value: [...values] }];
  if (operation === 'NOT_EQUALS') return values.map((value) => ({ operation, key, value }));
  return [predicate];
}
