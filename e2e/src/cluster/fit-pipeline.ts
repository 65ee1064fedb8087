import { readFileSync, writeFileSync } from 'node:fs';
import { dump, loadAll } from 'js-yaml';
import type { PipelineFile } from '../corpus/find-pipelines.js';

/** Images that a cluster's nodes have where they cannot pull those of the pipelines. */
export interface Images {
  /** Has Python with the SDK, so it is not installed once more. */
  readonly python?: string | undefined;
  readonly shell?: string | undefined;
  /** Has files in `/models`. */
  readonly model?: string | undefined;
}

interface Dag {
  dag?: { tasks?: Record<string, { cachingOptions?: object }> };
}

interface Document {
  root?: Dag;
  components?: Record<string, Dag>;
  deploymentSpec?: { executors?: Record<string, { container?: { image?: string; command?: string[] } }> };
}

/** The same specification with the images that the cluster has. */
export function fitSpec(spec: object, images: Images): object {
  const { deploymentSpec } = structuredClone(spec) as Document & object;
  for (const { container } of Object.values(deploymentSpec?.executors ?? {})) {
    if (container?.image === undefined) continue;
    if (images.shell !== undefined && /^(busybox|alpine)/.test(container.image)) container.image = images.shell;
    if (images.python === undefined || !container.image.startsWith('python:')) continue;
    container.image = images.python;
    const [, , script = ''] = container.command ?? [];
    if (/pip install .*'kfp==/.test(script) && script.split('pip install').length === 2) container.command!.splice(0, 3);
  }
  return deploymentSpec === undefined ? spec : { ...spec, deploymentSpec };
}

/** The paths of the same pipeline, with the images that the cluster has: as it is, and with nothing taken from the cache. */
export function fitPipeline({ path }: PipelineFile, images: Images, where: 'laptop' | 'cluster'): { readonly caching: string; readonly plain: string } {
  const documents = (loadAll(readFileSync(path, 'utf8')) as Document[]).map((document) => fitSpec(document, images) as Document);
  const write = (suffix: string): string => {
    const fitted = path.replace(/\.yaml$/, `.${where}.${suffix}.yaml`);
    writeFileSync(fitted, documents.map((document) => dump(document, { lineWidth: -1, noRefs: true })).join('---\n'));
    return fitted;
  };
  const caching = write('caching');
  // The client's own switch leaves the tasks of loops and conditions as they are.
  for (const { root, components = {} } of documents) {
    for (const { dag } of [root ?? {}, ...Object.values(components)]) for (const task of Object.values(dag?.tasks ?? {})) task.cachingOptions = {};
  }
  return { caching, plain: write('plain') };
}
