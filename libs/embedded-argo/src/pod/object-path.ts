import type { Parameter } from '@millrace/argo';

type ValueFrom = NonNullable<Parameter['valueFrom']>;

/** Throws Error with a message for the user when the path is none that is understood here. */
export function checkObjectPath({ jsonPath, jqFilter }: Pick<ValueFrom, 'jsonPath' | 'jqFilter'>): void {
  if (jsonPath !== undefined) partsOfJsonPath(jsonPath);
  if (jqFilter !== undefined) partsOfFilter(jqFilter);
}

/** kubectl's `-o jsonpath`, as far as a path goes: `{}`, `{.metadata.name}`, `{.spec.accessModes[0]}`. What is not there is empty. */
export function readObjectPath(object: unknown, jsonPath: string): string {
  const found = follow(object, partsOfJsonPath(jsonPath));
  return found === undefined || found === null ? '' : typeof found === 'object' ? JSON.stringify(found) : String(found);
}

/** jq, as far as a path goes. What is not there is null. */
export function readWithFilter(object: unknown, jqFilter: string): string {
  const found = follow(object, partsOfFilter(jqFilter));
  return typeof found === 'string' ? found : JSON.stringify(found ?? null);
}

function partsOfJsonPath(path: string): string[] {
  const inner = /^\s*\{\s*\$?(.*?)\s*\}\s*$/s.exec(path)?.[1];
  const parts = inner === undefined ? undefined : partsOf(inner);
  if (parts === undefined) throw new Error(`jsonPath "${path}" is not supported on one machine: use one path like {.metadata.name}`);
  return parts;
}

function partsOfFilter(filter: string): string[] {
  const parts = partsOf(filter.trim().replace(/^\.(?=\[|$)/, ''));
  if (parts === undefined) throw new Error(`jqFilter "${filter}" is not supported on one machine: use one path like .metadata.name`);
  return parts;
}

/** `.a.b[0]['c']`; undefined when it is more than that. */
export function partsOf(path: string): string[] | undefined {
  const part = /\.([\w-]+)|\[(\d+)\]|\[(?:'([^']*)'|"([^"]*)")\]/y;
  const parts: string[] = [];
  while (part.lastIndex < path.length) {
    const match = part.exec(path);
    if (match === null) return undefined;
    parts.push(match[1] ?? match[2] ?? match[3] ?? match[4]!);
  }
  return parts;
}

export function follow(object: unknown, parts: readonly string[]): unknown {
  return parts.reduce<unknown>((value, part) => (typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[part] : undefined), object);
}
