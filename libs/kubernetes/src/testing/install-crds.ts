import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import type { KubeClient } from '../kube-client.js';

const CONTRACTS = resolve(import.meta.dirname, '../../../../../shared/contracts');
const FILES = ['argo-crds/argoproj.io_workflows.yaml', 'kfp-scheduledworkflow-crd.yaml'] as const;

/** Why the definitions of Workflow and ScheduledWorkflow cannot be had; undefined when they can. */
export function whyNoCrds(): string | undefined {
  const missing = FILES.find((file) => !existsSync(join(CONTRACTS, file)));
  return missing === undefined ? undefined : `${join('../shared/contracts', missing)} is missing`;
}

interface Crd {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly group: string; readonly names: { readonly plural: string }; readonly versions: readonly { readonly name: string }[] };
}

/** Makes Workflow and ScheduledWorkflow known to the API server, and waits until it serves them. */
export async function installCrds(client: KubeClient): Promise<void> {
  for (const file of FILES) await installCrd(client, readFileSync(join(CONTRACTS, file), 'utf8'));
}

/** KFP's ScheduledWorkflow alone. */
export async function installScheduledWorkflowCrd(client: KubeClient): Promise<void> {
  await installCrd(client, readFileSync(join(CONTRACTS, FILES[1]), 'utf8'));
}

/** Argo's WorkflowTaskResult alone. */
export async function installTaskResultCrd(client: KubeClient): Promise<void> {
  await installCrd(client, readFileSync(join(CONTRACTS, 'argo-crds/argoproj.io_workflowtaskresults.yaml'), 'utf8'));
}

/** Makes a definition known, and waits until its objects are served. */
export async function installCrd(client: KubeClient, text: string): Promise<void> {
  const crd = parse(text) as Crd;
  await client.json({ method: 'POST', path: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', body: crd }).catch((error: { code?: string }) => {
    if (error.code !== 'ALREADY_EXISTS') throw error;
  });
  const { group, names, versions } = crd.spec;
  const path = `/apis/${group}/${versions[0]!.name}/${names.plural}`;
  for (let attempt = 0; ; attempt += 1) {
    try {
      await client.json({ path, query: { limit: 1 } });
      return;
    } catch (error) {
      if (attempt === 100) throw error;
      await new Promise((done) => setTimeout(done, 100));
    }
  }
}
