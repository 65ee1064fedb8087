import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { KubeClient } from '../kube-client.js';
import { installCrd } from './install-crds.js';

const VERSION = 'v4.1.2';
const FILE = 'argoproj.io_workflows.yaml';
/** A folder with Argo's definitions as they are with their schemas, which nobody needs but these tests. */
const folder = process.env['ARGO_FULL_CRDS'];
/** Or a bare copy of Argo's repository. */
const repository = process.env['ARGO_REPOSITORY'] ?? resolve(import.meta.dirname, '../../../../../.mirror/argoproj+argo-workflows/repo');

/** Why Argo's full definition of a Workflow cannot be had; undefined when it can. */
export function whyNoFullCrds(): string | undefined {
  if (folder !== undefined) return existsSync(join(folder, FILE)) ? undefined : `${join(folder, FILE)} is missing (ARGO_FULL_CRDS)`;
  return existsSync(repository) ? undefined : `neither ARGO_FULL_CRDS (manifests/base/crds/full of Argo ${VERSION}) nor ARGO_REPOSITORY is set`;
}

/** Makes the API server check Workflows against Argo's schema, and waits until it serves them. */
export async function installFullCrds(client: KubeClient): Promise<void> {
  const text = folder === undefined ? execFileSync('git', [`--git-dir=${repository}`, 'show', `${VERSION}:manifests/base/crds/full/${FILE}`], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 }) : readFileSync(join(folder, FILE), 'utf8');
  await installCrd(client, text);
}
