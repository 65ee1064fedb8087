import { PipelineError } from '@millrace/errors';
import type { JsonValue } from '../types.js';

const MAX_DEPTH = 100;

/** Bounds how many values one document may expand to, so that YAML aliases cannot multiply a small text into a large pipeline. */
export class ValueBudget {
  #left: number;

  constructor(limit: number) {
    this.#left = limit;
  }

  spend(): void {
    this.#left -= 1;
    if (this.#left < 0) {
      throw new PipelineError('INVALID_ARGUMENT', 'The pipeline expands to far more values than its text holds; write its YAML aliases out.');
    }
  }
}

/** A deeply frozen copy of a JSON value; what JSON cannot hold is reported and becomes null. */
export function copyValue(raw: unknown, budget: ValueBudget, report: (fault: string) => void, depth = 0): JsonValue {
  budget.spend();
  if (raw === null || typeof raw === 'string' || typeof raw === 'boolean') return raw;
  if (typeof raw === 'number') {
    if (!Number.isFinite(raw)) report(`holds ${raw}, which is not a JSON number.`);
    return raw;
  }
  if (depth >= MAX_DEPTH) {
    report(`is nested deeper than ${MAX_DEPTH} levels.`);
    return null;
  }
  if (Array.isArray(raw)) return Object.freeze(raw.map((entry) => copyValue(entry, budget, report, depth + 1)));
  if (typeof raw !== 'object') {
    report(`holds a ${typeof raw}, which JSON cannot hold.`);
    return null;
  }
  const copy: Record<string, JsonValue> = {};
  for (const [key, entry] of Object.entries(raw)) {
    const value = copyValue(entry, budget, report, depth + 1);
    // Assigning would set the prototype instead of making an entry.
    if (key === '__proto__') Object.defineProperty(copy, key, { value, enumerable: true });
    else copy[key] = value;
  }
  return Object.freeze(copy);
}
