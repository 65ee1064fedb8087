/** Adds a field of a message to a path. */
export function fieldPath(path: string, field: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(field)) return keyPath(path, field);
  return path === '' ? field : `${path}.${field}`;
}

/** Adds the key of a map to a path. */
export function keyPath(path: string, key: string): string {
  return `${path}['${key.replace(/[\\']/g, '\\$&')}']`;
}

/** The steps of a path that was made by `fieldPath`, `keyPath` and list indexes. */
export function splitPath(path: string): readonly string[] {
  const steps: string[] = [];
  for (const [, key, index, field] of path.matchAll(/\['((?:\\.|[^\\'])*)'\]|\[(\d+)\]|([^.[\]]+)/gs)) {
    steps.push(key === undefined ? (index ?? field ?? '') : key.replace(/\\(.)/gs, '$1'));
  }
  return steps;
}

/** True when `path` is `ancestor` or lies inside it. */
export function isWithin(path: string, ancestor: string): boolean {
  return path.startsWith(ancestor) && (path.length === ancestor.length || ancestor === '' || path[ancestor.length] === '.' || path[ancestor.length] === '[');
}

/** protojson's second spelling of a field name. */
export function toSnakeCase(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
