import { mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileFiles } from '../harness/compile-pipelines.js';

const COMPILED = /\.(ya?ml|json|zip|tar\.gz|tgz)$/;
/** These are no pipelines, whatever they end in. */
const OTHER = /(^|\/)(node_modules|\.git|__pycache__)\/|(^|\/)(expectations\.ya?ml|package(-lock)?\.json|tsconfig[\w.-]*\.json)$/;

export interface PipelineFile {
  /** Below the folder: `valid/hello.yaml`; of a source, with the pipeline's name: `values/echo.yaml`. */
  readonly name: string;
  readonly path: string;
}

export interface PipelineFolder {
  readonly files: readonly PipelineFile[];
  /** Sources that did not compile, and what the SDK said. */
  readonly broken?: readonly { readonly name: string; readonly why: string }[];
  /** What was made for it, to be removed afterwards. */
  readonly temporary?: string;
  /** Why sources are left out. */
  readonly skipped?: string;
}

/** The compiled pipelines in and below a folder, by name. Sources of the SDK that lie in it beside no compiled ones are compiled first. */
export async function findPipelines(folder: string, pythonWithSdk: () => Promise<string | undefined>): Promise<PipelineFolder> {
  const all = (await readdir(folder, { recursive: true, encoding: 'utf8' })).filter((file) => !OTHER.test(file)).sort();
  const files = all.filter((file) => COMPILED.test(file)).map((name) => ({ name, path: join(folder, name) }));
  const sources = all.filter((file) => /^[^/]*\.py$/.test(file));
  if (sources.length === 0 || files.some(({ name }) => !name.includes('/'))) return { files };
  const python = await pythonWithSdk();
  if (python === undefined) return { files, skipped: `the sources in ${folder}, because the SDK that would compile them cannot be installed here` };
  const temporary = await mkdtemp(join(tmpdir(), 'millrace-corpus-'));
  const compiled: PipelineFile[] = [];
  const broken: { name: string; why: string }[] = [];
  for (const source of sources) {
    const made = await compileFiles(python, [join(folder, source)]).catch((error: Error) => void broken.push({ name: source, why: error.message.trim().split('\n').at(-1)! }));
    for (const [pipeline, yaml] of Object.entries(made ?? {})) {
      const name = `${source.replace(/\.py$/, '')}/${pipeline}.yaml`;
      const path = join(temporary, name.replace('/', '--'));
      await writeFile(path, yaml);
      compiled.push({ name, path });
    }
  }
  return { files: [...files, ...compiled].sort((a, b) => (a.name < b.name ? -1 : 1)), broken, temporary };
}
