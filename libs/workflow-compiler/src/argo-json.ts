/**
 * JSON that passes unchanged through every substitution Argo makes in it: ASCII only, no control characters, and no brace inside a
 * string, because Argo looks for `{{tags}}` up to four times in the text of a template, a pod and a patch.
 */
export function argoJson(value: unknown): string {
  const json = JSON.stringify(value);
  // Texts have no braces of their own, and nearly all there is to write is texts: no need to find where each begins.
  if (typeof value === 'string' || (Array.isArray(value) && value.every((item) => typeof item === 'string'))) return json.replaceAll(UNSAFE, escapeUnit);
  return json.replaceAll(/"(?:[^"\\]|\\.)*"/g, (text) => text.replaceAll(UNSAFE, escapeUnit));
}

const UNSAFE = /[{}\u007f-\uffff]/g;

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
