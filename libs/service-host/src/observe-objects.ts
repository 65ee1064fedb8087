import { isPipelineError } from '@millrace/errors';
import type { ObjectStore } from '@millrace/object-store';
import type { Metrics } from './metrics.js';

const ASKED = ['stat', 'read', 'list', 'copy', 'write', 'delete'] as const;
/** What is missing or was asked for wrongly is no fault of the store. */
const NO_FAULT = new Set(['NOT_FOUND', 'INVALID_ARGUMENT']);

/** The same store, which counts what fails. */
export function countObjectErrors(objects: ObjectStore, { counter }: Pick<Metrics, 'counter'>): ObjectStore {
  const failed = counter('millrace_object_store_errors_total', 'Questions to the object store that failed, by operation and error.', ['operation', 'code']);
  const counted = new Set<PropertyKey>(ASKED);
  return new Proxy(objects, {
    get(target, name) {
      const value = Reflect.get(target, name) as unknown;
      if (typeof value !== 'function') return value;
      if (!counted.has(name)) return value.bind(target) as unknown;
      return async (...args: unknown[]): Promise<unknown> => {
        try {
          return (await value.apply(target, args)) as unknown;
        } catch (error) {
          const code = isPipelineError(error) ? error.code : 'INTERNAL';
          if (!NO_FAULT.has(code)) failed({ operation: String(name), code });
          throw error;
        }
      };
    },
  });
}
