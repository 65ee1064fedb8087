import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const SOURCE = fileURLToPath(new URL('.', import.meta.url));
const FIXTURES = fileURLToPath(new URL('../fixtures/', import.meta.url));
const DOCUMENT = fileURLToPath(new URL('../../../docs/embedded-argo.md', import.meta.url));

const specs = new Map(globSync('**/*.spec.ts', { cwd: SOURCE }).map((path) => [basename(path, '.spec.ts'), path]));
const named = [...readFileSync(DOCUMENT, 'utf8').matchAll(/`([\w-]+) › ([^`]+)`/g)].map(([, file, name]) => [file!, name!] as const);

function exists(file: string, name: string): boolean {
  if (file === 'fixture') return existsSync(`${FIXTURES}${name}.yaml`);
  // A file in several folders is all of them: the engine and the executor both have a restart.
  return globSync(`**/${file}.spec.ts`, { cwd: SOURCE }).some((path) => readFileSync(`${SOURCE}${path}`, 'utf8').includes(`'${name}'`));
}

describe('docs/embedded-argo.md', () => {
  it('names a test for each rule', () => {
    const rows = readFileSync(DOCUMENT, 'utf8').split('## What holds for any Workflow')[0]!.split('\n').filter((line) => /^\| (?!rule|---)/.test(line) && !line.startsWith('|---'));
    expect(rows.length).toBeGreaterThan(30);
    expect(rows.filter((row) => !/`[\w-]+ › [^`]+`/.test(row))).toEqual([]);
  });

  it('names only tests that exist', () => {
    expect(named.length).toBeGreaterThan(60);
    expect([...specs.keys()]).toContain('dag-rules');
    expect(named.filter(([file, name]) => !exists(file, name))).toEqual([]);
  });
});
