/** What keeps a path from being written into JSON as it is, in words; undefined when nothing does. */
export function plainPath(path: string): string | undefined {
  const found = /["\\{}\u0000-\u001f\u007f-\uffff]/.exec(path)?.[0];
  if (found === undefined) return undefined;
  return /[\u0000-\u001f\u007f]/.test(found) ? 'a control character' : `"${found}"`;
}
