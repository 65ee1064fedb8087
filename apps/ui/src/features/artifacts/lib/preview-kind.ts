export type PreviewKind = 'image' | 'html' | 'json' | 'text';

const IMAGE = /\.(png|jpe?g|gif|webp|svg|bmp|avif)$/i;
const HTML = /\.html?$/i;
const JSON_FILE = /\.(json|ipynb)$/i;

/** How a file is shown, by the artifact's type and the file's name; what is neither is tried as text. */
export function previewKindOf(type: string, path: string): PreviewKind {
  if (IMAGE.test(path)) return 'image';
  if (type === 'system.HTML' || HTML.test(path)) return 'html';
  if (JSON_FILE.test(path)) return 'json';
  return 'text';
}

/** Whether Argo packed an output: then the address is the archive's, and what is of interest is the file in it. */
export const isPacked = (name: string, uri: string): boolean => uri.endsWith(`/${name}.tgz`);

/** Text when it has no NUL and few control characters; undefined when it is something else. */
export function decodeText(bytes: Uint8Array): string | undefined {
  const head = bytes.subarray(0, 4096);
  if (head.includes(0)) return undefined;
  const control = head.reduce((count, byte) => count + (byte < 9 || (byte > 13 && byte < 27) || (byte > 27 && byte < 32) ? 1 : 0), 0);
  if (control > head.length * 0.02) return undefined;
  return new TextDecoder().decode(bytes);
}

/** JSON laid out for reading; as it came when it is not valid or not complete. */
export function prettyJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** `Dataset` for `system.Dataset`. */
export const shortType = (type: string): string => type.replace(/^system\./, '');
