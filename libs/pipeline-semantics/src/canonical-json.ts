import type { JsonValue } from '@millrace/pipeline-spec';

/**
 * Compact JSON with the keys of every object sorted, as protojson writes it: the same value always gives the same text, also after
 * a database has reordered its keys.
 */
export function canonicalJson(value: JsonValue): string {
  return JSON.stringify(sortKeys(value));
}

function sortKeys(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (value === null || typeof value !== 'object') return value;
  const object = value as Readonly<Record<string, JsonValue>>;
  // A null prototype keeps a key named __proto__ a key.
  const sorted = Object.create(null) as Record<string, JsonValue>;
  for (const key of Object.keys(object).sort()) sorted[key] = sortKeys(object[key] as JsonValue);
  return sorted;
}
