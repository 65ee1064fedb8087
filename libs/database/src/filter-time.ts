import { PipelineError } from '@millrace/errors';

/** A time as a filter means it: from `from` until before `to`, as precise as it was written. */
export interface FilterTime {
  readonly from: Date;
  readonly to: Date;
}

const RFC3339 = /^(\d{4}-\d{2}-\d{2})(?:[Tt ](\d{2}:\d{2}(?::\d{2})?)(\.\d+)?([Zz]|[+-]\d{2}:?\d{2})?)?$/;
const EPOCH_SECONDS = /^-?\d+(?:\.\d+)?$/;
/** What both databases can compare. */
const EARLIEST = Date.UTC(1000, 0, 1);
const LATEST = Date.UTC(9999, 11, 31);

function span(milliseconds: number, precision: 1 | 1000): FilterTime {
  const from = Math.min(Math.max(milliseconds, EARLIEST), LATEST);
  return { from: new Date(from), to: new Date(from + precision) };
}

/**
 * Reads a Date, RFC 3339 text (without an offset: UTC) or epoch seconds (also as text). KFP shows whole seconds, so a text or number
 * without a fraction means that whole second: what a client read from one answer finds the row in the next.
 */
export function readFilterTime(key: string, value: unknown): FilterTime {
  if (value instanceof Date && !Number.isNaN(value.getTime())) return span(value.getTime(), 1);
  if (typeof value === 'number' && Number.isFinite(value)) return span(Math.floor(value * 1000), Number.isInteger(value) ? 1000 : 1);
  if (typeof value === 'string') {
    if (EPOCH_SECONDS.test(value)) return span(Math.floor(Number(value) * 1000), value.includes('.') ? 1 : 1000);
    const parts = RFC3339.exec(value);
    if (parts) {
      const [, date, time, fraction, offset] = parts;
      const milliseconds = Date.parse(`${date}T${time ?? '00:00'}${time?.length === 5 || !time ? ':00' : ''}${(fraction ?? '').slice(0, 4)}${offset?.toUpperCase() ?? 'Z'}`);
      if (!Number.isNaN(milliseconds)) return span(milliseconds, fraction ? 1 : 1000);
    }
  }
  throw new PipelineError('INVALID_ARGUMENT', `The filter on "${key}" needs a time: RFC 3339 ("2026-01-31T12:00:00Z") or seconds since 1970.`);
}
