import { z } from 'zod';
import { predicateFields } from '../v2beta1/filter.js';
import { message } from './registry.js';

const { operation, ...values } = predicateFields;

/** As in v2beta1, but for the name of the operation. */
export const predicate = message('Predicate', { op: operation, ...values });
/** JSON text of this is the `filter` of a list. */
export const filter = message('Filter', { predicates: z.array(predicate) });

export type WirePredicate = z.infer<typeof predicate>;
