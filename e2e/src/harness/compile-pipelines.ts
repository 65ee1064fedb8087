import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { kfpPython, runProgram } from './python.js';

const folder = resolve(import.meta.dirname, '../../pipelines');

const COMPILE = `
import importlib.util, os, sys
from kfp import compiler
from kfp.dsl.graph_component import GraphComponent
target, *files = sys.argv[1:]
for file in files:
    spec = importlib.util.spec_from_file_location('pipelines', file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for value in vars(module).values():
        if isinstance(value, GraphComponent):
            compiler.Compiler().compile(value, os.path.join(target, value.name + '.yaml'))
`;

/** The pipelines of a file in `e2e/pipelines` as the real SDK compiles them, by their names. */
export function compilePipelines(...files: readonly string[]): Promise<Record<string, string>> {
  return compileFiles(kfpPython!, files.map((file) => join(folder, file)));
}

/** The pipelines of any source files, by their names. Fails with what Python said. */
export async function compileFiles(python: string, files: readonly string[]): Promise<Record<string, string>> {
  const target = await mkdtemp(join(tmpdir(), 'millrace-compiled-'));
  try {
    const script = join(target, 'compile.py');
    await writeFile(script, COMPILE);
    const { code, stdout, stderr } = await runProgram(python, ['-W', 'ignore', script, target, ...files], { env: { HOME: target } });
    if (code !== 0) throw new Error(`${files.join(', ')} did not compile:\n${stdout}\n${stderr}`);
    const compiled = (await readdir(target)).filter((file) => file.endsWith('.yaml'));
    return Object.fromEntries(await Promise.all(compiled.map(async (file) => [basename(file, '.yaml'), await readFile(join(target, file), 'utf8')] as const)));
  } finally {
    await rm(target, { recursive: true, force: true });
  }
}
