import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Millrace } from '../harness/millrace.js';
import { kfpPython, runKfpCli, runKfpScript, runProgram } from '../harness/python.js';

const root = resolve(import.meta.dirname, '../../..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const pythonBlock = /```python\n([\s\S]*?)```/.exec(readme)![1]!;

describe('README.md', () => {
  it('names only folders and files that are there', () => {
    const paths = [...readme.matchAll(/\]\((?!http)([^)#]+)\)/g)].map((match) => match[1]!);
    const tree = [...readme.matchAll(/^((?:apps|e2e|docs)[\w/-]*) +/gm)].map((match) => match[1]!);
    for (const path of [...paths, ...tree]) expect(() => readFileSync(join(root, path)), path).not.toThrow(/ENOENT/);
  });

  describe.skipIf(kfpPython === undefined)('with the real SDK', () => {
    let millrace: Millrace;
    let folder: string;
    beforeAll(async () => {
      millrace = await Millrace.start({ sample: false });
      folder = await mkdtemp(join(tmpdir(), 'millrace-readme-'));
    });
    afterAll(async () => {
      await millrace?.close();
      await rm(folder, { recursive: true, force: true });
    });

    it('has Python that runs as it stands', async () => {
      const printed = await runKfpScript(pythonBlock.replaceAll('http://127.0.0.1:7600', millrace.url));
      expect(printed.trim().split('\n').at(-1)).toBe('SUCCEEDED');
    });

    it('has a kfp command that runs as it stands', async () => {
      const command = /`kfp --endpoint http:\/\/127\.0\.0\.1:7600 ([^`]+)`/.exec(readme)![1]!;
      const script = join(folder, 'my_pipeline.py');
      await writeFile(script, `${pythonBlock.split('client = ')[0]!.replace(', Client', '')}\n`);
      const file = join(folder, 'my_pipeline.yaml');
      const compiled = await runProgram(kfpPython!, ['-W', 'ignore', join(kfpPython!, '../kfp'), 'dsl', 'compile', '--py', script, '--output', file]);
      expect(compiled.code, compiled.stderr).toBe(0);
      const { code, stdout, stderr } = await runKfpCli(millrace.url, command.replace('my_pipeline.yaml', file).split(' '));
      expect(code, stdout + stderr).toBe(0);
      const { runs } = await millrace.json('/apis/v2beta1/runs?sort_by=created_at%20desc');
      expect(await millrace.finished(runs[0].run_id)).toMatchObject({ state: 'SUCCEEDED' });
    });
  });
});
