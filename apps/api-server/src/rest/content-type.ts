import { extname } from 'node:path';

const IMAGES: Readonly<Record<string, string>> = { '.png': 'image/png', '.jpg': 'image/jpeg', '.jpeg': 'image/jpeg', '.gif': 'image/gif', '.webp': 'image/webp', '.avif': 'image/avif' };
const TEXTS = new Set(['.txt', '.log', '.csv', '.tsv', '.json', '.jsonl', '.yaml', '.yml', '.md', '.py', '.toml', '.ini', '.sql', '']);
const TEXT_TYPES = new Set(['system.Markdown', 'system.Metrics', 'system.ClassificationMetrics', 'system.SlicedClassificationMetrics']);

/**
 * How the bytes of an artifact are shown: text and pictures as such, everything else only as a download. Whatever a browser could run
 * (HTML, SVG, PDF, scripts) is among the rest.
 */
export function contentTypeOf(fileName: string, schemaTitle: string): { readonly type: string; readonly inline: boolean } {
  const extension = extname(fileName).toLowerCase();
  const image = Object.hasOwn(IMAGES, extension) ? IMAGES[extension] : undefined;
  if (image) return { type: image, inline: true };
  const isText = TEXT_TYPES.has(schemaTitle) || (TEXTS.has(extension) && schemaTitle !== 'system.HTML');
  return isText ? { type: 'text/plain; charset=utf-8', inline: true } : { type: 'application/octet-stream', inline: false };
}
