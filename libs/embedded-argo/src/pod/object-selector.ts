import { follow } from './object-path.js';

interface Requirement {
  readonly path: string;
  readonly operator: 'exists' | 'absent' | 'in' | 'not in' | '>' | '<';
  readonly values: readonly string[];
}

/** Throws Error with a message for the user when the conditions are none. */
export function checkSelector(text: string): void {
  parseSelector(text);
}

/** Whether an object meets conditions like `status.phase == Bound, metadata.name`: Kubernetes' label selector over its fields. */
export function matchesSelector(text: string, object: unknown): boolean {
  return parseSelector(text).every(({ path, operator, values }) => {
    const found = follow(object, path.split('.'));
    const value = found === undefined || found === null ? undefined : typeof found === 'object' ? JSON.stringify(found) : String(found);
    switch (operator) {
      case 'exists':
        return value !== undefined;
      case 'absent':
        return value === undefined;
      case 'in':
        return value !== undefined && values.includes(value);
      case 'not in':
        return value === undefined || !values.includes(value);
      case '>':
      case '<': {
        const [left, right] = [Number(value ?? NaN), Number(values[0])];
        return operator === '>' ? left > right : left < right;
      }
    }
  });
}

function parseSelector(text: string): Requirement[] {
  if (text.trim() === '') return [];
  // A comma inside the parentheses of a set is not one between conditions.
  return text.split(/,(?![^()]*\))/).map((condition) => {
    const requirement = parseRequirement(condition.trim());
    if (requirement === undefined) throw new Error(`condition '${condition.trim()}' failed to parse: it may compare a field (==, !=, >, <, in, notin) or ask whether it exists`);
    return requirement;
  });
}

function parseRequirement(text: string): Requirement | undefined {
  const compared = /^([\w.\-/]+)\s*(==|!=|=|>|<)\s*([\w.-]*)$/.exec(text);
  if (compared !== null) {
    const [, path, sign, value] = compared as unknown as [string, string, string, string];
    return { path, operator: sign === '!=' ? 'not in' : sign === '>' || sign === '<' ? sign : 'in', values: [value] };
  }
  const chosen = /^([\w.\-/]+)\s+(in|notin)\s*\(([^()]*)\)$/.exec(text);
  if (chosen !== null) return { path: chosen[1]!, operator: chosen[2] === 'in' ? 'in' : 'not in', values: chosen[3]!.split(',').map((value) => value.trim()) };
  const named = /^(!?)\s*([\w.\-/]+)$/.exec(text);
  return named === null ? undefined : { path: named[2]!, operator: named[1] === '!' ? 'absent' : 'exists', values: [] };
}
