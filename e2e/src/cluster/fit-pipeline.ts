import { readFileSync, writeFileSync } from 'node:fs';
import { dump, loadAll } from 'js-yaml';
import type { PipelineFile } from '../corpus/find-pipelines.js';

/** Images that a cluster's nodes have where they cannot pull those of the pipelines. */
export interface Images {
  /** Has Python with the SDK, so it is not installed once more. */
  readonly python?: string | undefined;
  readonly shell?: string | undefined;
}

interface Document {
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
    if (/pip install .*'kfp==/.test(script)) container.command!.splice(0, 3);
  }
  return deploymentSpec === undefined ? spec : { ...spec, deploymentSpec };
}

/** The path of the same pipeline with the images that the cluster has. */
export function fitPipeline({ path }: PipelineFile, images: Images): string {
  if (images.python === undefined && images.shell === undefined) return path;
  const documents = loadAll(readFileSync(path, 'utf8')) as object[];
  const fitted = path.replace(/\.yaml$/, '.cluster.yaml');
  writeFileSync(fitted, documents.map((document) => dump(fitSpec(document, images), { lineWidth: -1, noRefs: true })).join('---\n'));
  return fitted;
}
