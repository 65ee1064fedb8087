/**
 * JSON that passes unchanged through every substitution Argo makes in it: ASCII only, no control characters, and no brace inside a
 * string, because Argo looks for `{{tags}}` up to four times in the text of a template, a pod and a patch.
 */
export function argoJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(/"(?:[^"\\]|\\.)*"/g, (text) => text.replaceAll(/[{}\u007f-\uffff]/g, escapeUnit));
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
