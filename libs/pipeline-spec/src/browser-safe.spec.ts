import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

it('nothing that is reachable from the main entry needs Node', () => {
  const files = [fileURLToPath(new URL('./index.ts', import.meta.url))];
  const packages = new Set<string>();
  for (const file of files) {
    for (const [, target = ''] of readFileSync(file, 'utf8').matchAll(/^(?:import|export) (?!type)[^;]*?from '([^']+)'/gms)) {
      if (!target.startsWith('.')) packages.add(target);
      else {
        const path = resolve(dirname(file), target.replace(/\.js$/, '.ts'));
        if (!files.includes(path)) files.push(path);
      }
    }
  }
  expect(files.length).toBeGreaterThan(20);
  expect([...packages].sort()).toEqual(['@millrace/errors', 'js-yaml']);
});
