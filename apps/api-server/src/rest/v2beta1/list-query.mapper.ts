import { v2beta1 } from '@millrace/api-contract';
import type { ListQuery, Predicate } from '@millrace/database';
import { PipelineError } from '@millrace/errors';
import type { z } from 'zod';

export interface WireListQuery {
  readonly page_size?: number;
  readonly page_token?: string;
  readonly sort_by?: string;
  readonly filter?: string;
}

const SCALARS = ['int_value', 'long_value', 'string_value', 'timestamp_value'] as const;
const LISTS = ['int_values', 'long_values', 'string_values'] as const;

const refuse = (message: string): never => {
  throw new PipelineError('INVALID_ARGUMENT', message);
};

/** The query of a list from its wire form. */
export function toListQuery(wire: WireListQuery): ListQuery {
  return {
    ...(wire.page_size !== undefined && { pageSize: wire.page_size }),
    ...(wire.page_token && { pageToken: wire.page_token }),
    ...(wire.sort_by && { sortBy: wire.sort_by }),
    ...(wire.filter && { filter: parseFilter(wire.filter) }),
  };
}

/** Reads the JSON of a Filter message. */
export function parseFilter(text: string): Predicate[] {
  return parseFilterAs(text, v2beta1.filter, (predicate) => predicate, 'operation');
}

/** The same by the Filter message of another version, whose predicates `toCurrent` brings into the form of this one. */
export function parseFilterAs<Wire>(text: string, schema: z.ZodType<{ readonly predicates?: readonly Wire[] }>, toCurrent: (predicate: Wire) => v2beta1.WirePredicate, operationField: string): Predicate[] {
  const parsed = schema.safeParse(readJson(text, operationField));
  if (!parsed.success) return refuse(`Failed to parse filter: ${parsed.error.issues.map(({ path, message }) => [...path, message].join(': ')).slice(0, 5).join('; ')}`);
  return (parsed.data.predicates ?? []).map((predicate) => toPredicate(toCurrent(predicate)));
}

/** KFP's server decodes a filter once more than HTTP does, and its own page relies on that; other clients do not. */
function readJson(text: string, operationField: string): unknown {
  const readings = [() => text, () => decodeURIComponent(text.replaceAll('+', ' '))];
  for (const reading of readings) {
    try {
      return JSON.parse(reading());
    } catch {
      continue;
    }
  }
  return refuse(`Failed to parse filter: it is not JSON; write {"predicates":[{"${operationField}":"EQUALS","key":"name","string_value":"…"}]}.`);
}

function toPredicate(wire: v2beta1.WirePredicate): Predicate {
  const { operation, key } = wire;
  if (!operation || operation === 'OPERATION_UNSPECIFIED') return refuse('Every predicate of a filter needs an operation, such as "EQUALS".');
  if (!key) return refuse('Every predicate of a filter needs a key.');
  const given = [...SCALARS, ...LISTS].filter((name) => wire[name] !== undefined);
  if (given.length !== 1) return refuse(`Predicate on "${key}" needs exactly one value, such as "string_value"; it has ${given.length}.`);
  const field = given[0] as (typeof SCALARS)[number] | (typeof LISTS)[number];

  if (operation === 'IN') {
    const value = listOf(wire);
    return value ? { operation, key, value } : refuse(`Operation IN on "${key}" needs a list of values, such as "string_values".`);
  }
  if ((LISTS as readonly string[]).includes(field)) return refuse(`Operation ${operation} on "${key}" needs a single value, not ${field}.`);
  if (operation === 'IS_SUBSTRING') {
    return wire.string_value === undefined ? refuse(`Operation IS_SUBSTRING on "${key}" needs string_value.`) : { operation, key, value: wire.string_value };
  }
  return { operation, key, value: scalarOf(wire) };
}

function listOf({ int_values, long_values, string_values }: v2beta1.WirePredicate): (string | number)[] | undefined {
  if (int_values) return int_values.values ?? [];
  if (long_values) return (long_values.values ?? []).map(toNumber);
  return string_values && (string_values.values ?? []);
}

function scalarOf(wire: v2beta1.WirePredicate): string | number {
  return wire.timestamp_value ?? wire.int_value ?? (wire.long_value === undefined ? undefined : toNumber(wire.long_value)) ?? wire.string_value ?? '';
}

function toNumber(text: string): number {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : refuse(`The number ${text} is too large for a filter.`);
}
