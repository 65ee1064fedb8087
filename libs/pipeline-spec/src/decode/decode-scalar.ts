import { describeValue } from '../describe-value.js';
import type { FieldType } from './message-type.js';

interface Decoded {
  readonly value?: string | number | boolean;
  readonly fault?: { readonly message: string; readonly remedy?: string };
}

const INT32_MAX = 2 ** 31 - 1;

/** Reads one scalar as protojson does: numbers may come as text, enum values as numbers, but text never comes as a number. */
export function decodeScalar(type: FieldType, raw: unknown): Decoded {
  switch (type.kind) {
    case 'string':
      if (typeof raw === 'string') return { value: raw };
      return { fault: { message: `must be text, not ${describeValue(raw)}.`, ...(isScalar(raw) && { remedy: `Put it in quotes: "${String(raw)}".` }) } };
    case 'bool':
      return typeof raw === 'boolean' ? { value: raw } : { fault: { message: `must be true or false, not ${describeValue(raw)}.` } };
    case 'double':
      return decodeNumber(raw, Number.isFinite, 'must be a number');
    case 'int32':
      return decodeNumber(raw, (number) => Number.isInteger(number) && Math.abs(number) <= INT32_MAX, 'must be a whole number of 32 bits');
    case 'int64':
      return decodeNumber(raw, Number.isSafeInteger, 'must be a whole number', { keepText: true });
    case 'duration':
      if (typeof raw === 'string' && /^\d{1,12}(\.\d{1,9})?s$/.test(raw)) return { value: raw };
      return { fault: { message: `must be a duration in seconds, not ${describeValue(raw)}.`, remedy: 'Write it like "30s".' } };
    case 'enum': {
      const name = typeof raw === 'number' ? type.names[raw] : raw;
      if (typeof name === 'string' && type.names.includes(name)) return { value: name };
      return { fault: { message: `must be one of ${type.names.filter((known) => !known.endsWith('_UNSPECIFIED')).join(', ')}, not ${describeValue(raw)}.` } };
    }
    default:
      throw new TypeError(`${type.kind} is not a scalar.`);
  }
}

function decodeNumber(raw: unknown, accepts: (number: number) => boolean, demand: string, { keepText = false } = {}): Decoded {
  const number = typeof raw === 'string' && /^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/.test(raw) ? Number(raw) : raw;
  if (typeof number !== 'number' || !accepts(number)) return { fault: { message: `${demand}, not ${describeValue(raw)}.` } };
  return { value: keepText && typeof raw === 'string' ? raw : number };
}

function isScalar(raw: unknown): boolean {
  return typeof raw === 'number' || typeof raw === 'boolean';
}
