import type { JsonValue } from '@millrace/pipeline-spec';

/** A parameter's value on one line: text as it is, everything else as JSON. */
export function formatValue(value: JsonValue): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? numberAsTyped(value) : inlineJson(value);
}

/** The word for a value's kind, as the form and the tables say it. */
export function kindOfValue(value: JsonValue): 'string' | 'number' | 'boolean' | 'list' | 'struct' | 'null' {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'list';
  if (typeof value === 'object') return 'struct';
  return typeof value as 'string' | 'number' | 'boolean';
}

/** A number as one types it: `3e-5` rather than 0.00003. */
export const numberAsTyped = (value: number): string => (value !== 0 && Math.abs(value) < 0.001 ? value.toExponential() : String(value));

/** JSON on one line, with the spaces one would type: `["en", "de"]`. */
export function inlineJson(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(inlineJson).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)}: ${inlineJson(inner as JsonValue)}`).join(', ')}}`;
}
