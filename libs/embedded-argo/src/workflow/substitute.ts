/** What a tag stands for: its text, null for an output of a skipped task that has no default, undefined when nobody knows it. */
export type TagLookup = (tag: string) => string | null | undefined;

/** A tag could not be put in; the message becomes the node's. */
export class SubstitutionError extends Error {}

/**
 * Replaces Argo's simple `{{tags}}` in a JSON value, the way Argo does: in the JSON *text*, with values escaped for a string, one
 * pass, without looking again at what was put in. Unknown tags stay, unless `strict` says that they must be known.
 *
 * `{{=expressions}}` stay as they are: workflows that contain them are refused before, and a value that contains one is data.
 */
export function substitute<Value>(value: Value, lookup: TagLookup, strict?: (tag: string) => boolean): Value {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined || !text.includes('{{')) return value;
  const replaced = replaceTags(text, lookup, strict);
  if (replaced === text) return value;
  try {
    return JSON.parse(replaced) as Value;
  } catch {
    throw new SubstitutionError('cannot finish template replacement because the result was invalid JSON');
  }
}

/** The tags of a text, without braces and blanks, in order. Expression tags are included with their `=`. */
export function tagsIn(text: string): string[] {
  const tags: string[] = [];
  replaceTags(text, (tag) => (tags.push(tag), undefined));
  return tags;
}

function replaceTags(text: string, lookup: TagLookup, strict?: (tag: string) => boolean): string {
  let out = '';
  let at = 0;
  for (;;) {
    const open = text.indexOf('{{', at);
    const close = open < 0 ? -1 : text.indexOf('}}', open + 2);
    if (close < 0) return out + text.slice(at);
    out += text.slice(at, open) + replaceTag(text.slice(open + 2, close), lookup, strict);
    at = close + 2;
  }
}

function replaceTag(tag: string, lookup: TagLookup, strict?: (tag: string) => boolean): string {
  const name = tag.trim();
  const value = lookup(name);
  if (typeof value === 'string') return quoteLikeGo(value, tag);
  if (value === null) {
    throw new SubstitutionError(`unable to substitute {{${tag}}}: output is an absent optional (skipped/omitted node with no default)`);
  }
  const inner = tag.lastIndexOf('{{');
  if (inner > 0) {
    const nested = lookup(tag.slice(inner + 2));
    if (nested === null) {
      throw new SubstitutionError(`unable to substitute nested tag {{${tag}}}: "${tag.slice(inner + 2)}" is an absent optional`);
    }
    // Only the inner tag is known yet; a later pass finds the outer one whole.
    if (nested !== undefined) return `{{${tag.slice(0, inner)}${quoteLikeGo(nested, tag)}`;
  }
  if (strict?.(name) === true) throw new SubstitutionError(`failed to resolve {{${tag}}}`);
  return `{{${tag}}}`;
}

// Argo escapes with Go's strconv.Quote, whose escapes for these characters are not JSON; the replacement then fails.
const NOT_JSON_IN_GO = /[\u0000-\u0007\u000b\u000e-\u001f\u007f]|(?=[\u{10000}-\u{10ffff}])[^\p{L}\p{M}\p{N}\p{P}\p{S}]/u;

function quoteLikeGo(value: string, tag: string): string {
  if (NOT_JSON_IN_GO.test(value)) {
    throw new SubstitutionError(
      `cannot finish template replacement because the result was invalid JSON: the value of {{${tag}}} contains a control character; encode it (JSON \\uXXXX escapes pass)`,
    );
  }
  return JSON.stringify(value).slice(1, -1);
}
