import { type PlaceholderValues, fillPlaceholders, isStructure } from './placeholders.js';

/** A structured argument: text, text that depends on whether an input is present, or several texts joined. */
type Structure =
  | string
  | { readonly IfPresent: { readonly InputName: string; readonly Then: Structure | readonly Structure[]; readonly Else?: Structure | readonly Structure[] } }
  | { readonly Concat: readonly Structure[] };

/**
 * Command or arguments of one execution. A structure becomes any number of arguments: an absent optional input without `Else` leaves none.
 * `escape` is applied to values that are put in.
 */
export function renderCommandLine(texts: readonly string[], values: PlaceholderValues, escape: (inserted: string) => string): string[] {
  return texts.flatMap((text) => {
    const structure = parseStructure(text);
    const parts = structure === undefined ? [text] : expand(structure, values);
    return parts.map((part) => fillPlaceholders(part, values, escape));
  });
}

function parseStructure(text: string): Structure | undefined {
  if (!isStructure(text)) return undefined;
  try {
    return JSON.parse(text) as Structure;
  } catch {
    // A shell or template text may well begin like this; it is an argument as any other.
    return undefined;
  }
}

function expand(structure: Structure | readonly Structure[] | undefined | null, values: PlaceholderValues): string[] {
  if (structure === undefined || structure === null) return [];
  if (typeof structure === 'string') return [structure];
  if (Array.isArray(structure)) return (structure as readonly Structure[]).flatMap((part) => expand(part, values));
  if ('Concat' in structure) return [expand(structure.Concat, values).join('')];
  if ('IfPresent' in structure) {
    const { InputName, Then, Else } = structure.IfPresent;
    return expand(isPresent(InputName, values) ? Then : Else, values);
  }
  return [];
}

function isPresent(name: string, { inputs }: PlaceholderValues): boolean {
  const value = Object.hasOwn(inputs.parameters, name) ? inputs.parameters[name] : undefined;
  return (value !== undefined && value !== null) || (inputs.artifacts[name]?.length ?? 0) > 0;
}
