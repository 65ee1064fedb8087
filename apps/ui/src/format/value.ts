import type { JsonValue } from '@millrace/pipeline-spec';

/** A parameter's value on one line: text as it is, everything else as JSON. */
export function formatValue(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The word for a value's kind, as the form and the tables say it. */
export function kindOfValue(value: JsonValue): 'string' | 'number' | 'boolean' | 'list' | 'struct' | 'null' {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'list';
  if (typeof value === 'object') return 'struct';
  return typeof value as 'string' | 'number' | 'boolean';
}
