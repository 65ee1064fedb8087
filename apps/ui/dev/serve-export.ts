import { readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';

/** What the export carries wherever a path begins; see README.md. */
const PLACEHOLDER = '/__millrace_base__';
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.txt': 'text/x-component; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
};
const WITH_PATHS = new Set(['.html', '.js', '.txt', '.css']);

export interface Page {
  readonly body: Buffer;
  readonly type: string;
  readonly status: 200 | 404;
  /** Names with a hash in them never change. */
  readonly immutable: boolean;
}

/** The export in memory with the base path put in; what a server of these pages has to do, in one function. */
export function loadExport(folder: string, basePath: string): (path: string) => Page {
  const files = new Map<string, Page>();
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const path = join(folder, name);
    if (!statSync(path).isFile()) continue;
    const extension = extname(name);
    const raw = readFileSync(path);
    const body = WITH_PATHS.has(extension) ? Buffer.from(raw.toString('utf8').replaceAll(PLACEHOLDER, basePath)) : raw;
    const key = relative(folder, path).split(sep).join('/');
    files.set(key, { body, type: TYPES[extension] ?? 'application/octet-stream', status: 200, immutable: key.startsWith('_next/static/') });
  }
  const lost = files.get('404.html');
  return (path) => find(files, path) ?? { ...(lost ?? { body: Buffer.from('Not found'), type: 'text/plain' }), status: 404, immutable: false };
}

/** A path's file: itself, its page, or the page whose own part of the path is `_`. */
function find(files: ReadonlyMap<string, Page>, path: string): Page | undefined {
  const parts = path.split('/').filter(Boolean);
  if (parts.length === 0) return files.get('index.html');
  const folders = new Set([...files.keys()].flatMap((key) => key.split('/').map((_, at, all) => all.slice(0, at).join('/'))));
  const walk = (at: number, prefix: string): Page | undefined => {
    const part = parts[at] as string;
    const inFolder = (name: string) => (prefix === '' ? name : `${prefix}/${name}`);
    if (at === parts.length - 1) {
      const any = part.endsWith('.txt') ? '_.txt' : '_.html';
      return files.get(inFolder(part)) ?? files.get(inFolder(`${part}.html`)) ?? files.get(inFolder(any));
    }
    for (const name of [part, '_']) {
      const found = folders.has(inFolder(name)) ? walk(at + 1, inFolder(name)) : undefined;
      if (found) return found;
    }
    return undefined;
  };
  return walk(0, '');
}
