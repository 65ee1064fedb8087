// After `next build`: inline scripts become files, so that `script-src 'self'` is enough of a Content-Security-Policy; and the
// export is checked for what would break when the base path is put in.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BASE_PATH_PLACEHOLDER } from '../next.config.mjs';

const out = join(dirname(fileURLToPath(import.meta.url)), '..', 'out');
const files = (folder) => readdirSync(folder, { recursive: true }).map((name) => join(folder, name)).filter((path) => statSync(path).isFile());

const INLINE = /<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g;
const NEIGHBOURS = new RegExp(`(?:${INLINE.source})+`, 'g');

const scriptFolder = join(out, '_next', 'static', 'inline');
mkdirSync(scriptFolder, { recursive: true });

for (const path of files(out).filter((name) => name.endsWith('.html'))) {
  const html = readFileSync(path, 'utf8');
  const external = html.replace(NEIGHBOURS, (scripts) => {
    const body = [...scripts.matchAll(INLINE)].map((match) => match[1]).join(';\n');
    const name = `${createHash('sha256').update(body).digest('hex').slice(0, 16)}.js`;
    writeFileSync(join(scriptFolder, name), body);
    return `<script src="${BASE_PATH_PLACEHOLDER}/_next/static/inline/${name}"></script>`;
  });
  if (/<script(?![^>]*\ssrc=)[^>]*>/.test(external)) throw new Error(`${relative(out, path)} still has an inline script`);
  writeFileSync(path, external);
}

// React's payload gives long texts a length in bytes (`1a:T4c2,…`): such a text must not contain the placeholder.
for (const path of files(out).filter((name) => name.endsWith('.txt') && !name.includes('_buildManifest'))) {
  const text = readFileSync(path, 'utf8');
  for (const match of text.matchAll(/^[0-9a-f]+:T([0-9a-f]+),/gm)) {
    const length = Number.parseInt(match[1], 16);
    if (text.slice(match.index, match.index + match[0].length + length).includes(BASE_PATH_PLACEHOLDER)) {
      throw new Error(`${relative(out, path)} has the base path inside a text of fixed length`);
    }
  }
}
const size = files(out).reduce((sum, path) => sum + statSync(path).size, 0);
console.log(`apps/ui/out: ${files(out).length} files, ${(size / 1024 / 1024).toFixed(1)} MiB`);
