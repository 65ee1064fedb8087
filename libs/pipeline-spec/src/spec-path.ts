/** Adds a field of a message to a path. */
export function fieldPath(path: string, field: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(field)) return keyPath(path, field);
  return path === '' ? field : `${path}.${field}`;
}

/** Adds the key of a map to a path. */
export function keyPath(path: string, key: string): string {
  const escaped = key.includes("'") || key.includes('\\') ? key.replace(/[\\']/g, '\\$&') : key;
  return `${path}['${escaped}']`;
}

/** The steps of a path that was made by `fieldPath`, `keyPath` and list indexes. */
export function splitPath(path: string): readonly string[] {
  const steps: string[] = [];
  for (const [, key, index, field] of path.matchAll(/\['((?:\\.|[^\\'])*)'\]|\[(\d+)\]|([^.[\]]+)/gs)) {
    steps.push(key === undefined ? (index ?? field ?? '') : key.replace(/\\(.)/gs, '$1'));
  }
  return steps;
}

/** A path and what it lies in, innermost first. */
export function ancestorsOf(path: string): readonly string[] {
  const found = [path];
  for (let at = path.length - 1; at > 0; at -= 1) {
    const character = path[at];
    if (character === '.' || character === '[') found.push(path.slice(0, at));
  }
  found.push('');
  return found;
}

/** protojson's second spelling of a field name. */
export function toSnakeCase(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
