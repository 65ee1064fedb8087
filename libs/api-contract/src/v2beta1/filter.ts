import { z } from 'zod';
import { int32, int64, text, timestamp } from '../wire.js';
import { enumeration, message } from './registry.js';

export const predicateOperation = enumeration('Predicate.Operation', {
  OPERATION_UNSPECIFIED: 0,
  EQUALS: 1,
  NOT_EQUALS: 2,
  GREATER_THAN: 3,
  GREATER_THAN_EQUALS: 5,
  LESS_THAN: 6,
  LESS_THAN_EQUALS: 7,
  IN: 8,
  IS_SUBSTRING: 9,
});

export const intValues = message('Predicate.IntValues', { values: z.array(int32) });
export const longValues = message('Predicate.LongValues', { values: z.array(int64) });
export const stringValues = message('Predicate.StringValues', { values: z.array(text) });

export const predicateFields = {
  operation: predicateOperation,
  key: text,
  int_value: int32,
  long_value: int64,
  string_value: text,
  timestamp_value: timestamp,
  int_values: intValues,
  long_values: longValues,
  string_values: stringValues,
} as const;

export const predicate = message('Predicate', predicateFields);

/** JSON text of this is the `filter` of a list. */
export const filter = message('Filter', { predicates: z.array(predicate) });

export type WirePredicate = z.infer<typeof predicate>;
