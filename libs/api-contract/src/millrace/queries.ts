import { z } from 'zod';
import { query, queryBool, queryInt32, text } from '../wire.js';
import { listFields } from '../v2beta1/list.js';
import { runState } from './schemas.js';

const listOf = <Item extends z.ZodType>(item: Item) =>
  z.preprocess((value) => (typeof value === 'string' ? value.split(',').filter((part) => part !== '') : value), z.array(item));

/** Queries of Millrace's own routes. */
export const listRunsQuery = query({ ...listFields, experiment_id: text, recurring_run_id: text, states: listOf(runState), q: text, archived: queryBool });

export const listRecurringRunsQuery = query({ ...listFields, experiment_id: text, enabled: queryBool, q: text });

const attempt = queryInt32;
const byteOffset = z.preprocess((value) => (typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value), z.int().nonnegative());

/** `from` is a byte offset, or `tail` for the end. */
export const logsQuery = query({ attempt, from: z.union([z.literal('tail'), byteOffset]), limit_bytes: queryInt32 });
export const logStreamQuery = query({ attempt, from: byteOffset });
export const logDownloadQuery = query({ attempt });
/** `unpacked` is for what Argo packed: the file in the archive, whole. */
export const artifactContentQuery = query({ path: text, download: queryBool, unpacked: queryBool });
