import type { Template, Workflow } from '@millrace/argo';
import { PipelineError } from '@millrace/errors';
import type { ContainerNeeds } from '../refuse-unrunnable.js';
import type { RunControllerOptions } from '../run-controller.js';

/** Refuses by name the containers of a Workflow that this substrate cannot run, all of them in one INVALID_ARGUMENT. */
export function refuseContainers({ spec }: Workflow, refuse: RunControllerOptions['refuseContainer']): void {
  const issues = askOfContainers(spec, refuse);
  if (issues.length === 0) return;
  throw new PipelineError('INVALID_ARGUMENT', issues.map(({ path, message }) => `${path}: ${message}`).join('\n'), { details: { issues } });
}

/** What the containers of a Workflow ask for and go without, as sentences that name them. */
export function warningsOfContainers({ spec }: Workflow, warn: RunControllerOptions['warnOfContainer']): string[] {
  return askOfContainers(spec, warn).map(({ path, message }) => `${path}: ${message}`);
}

function askOfContainers(spec: Workflow['spec'], ask: ((container: ContainerNeeds) => readonly string[]) | undefined): { readonly path: string; readonly message: string }[] {
  if (ask === undefined) return [];
  return (spec.templates ?? []).flatMap((template) => {
    const needs = needsOf(template, spec);
    if (needs === undefined) return [];
    return ask(needs).map((message) => ({ path: `templates['${template.name}']`, message }));
  });
}

/** What a template's container needs, as far as it is known before it runs: what a tag completes says nothing yet. */
function needsOf(template: Template, spec: Workflow['spec']): ContainerNeeds | undefined {
  const container = template.container ?? template.script;
  if (container === undefined || !isSettled([container.image, container.command])) return undefined;
  const quantities = (given: object | undefined) => Object.fromEntries(Object.entries(given ?? {}).flatMap(([name, value]) => (isSettled(value) ? [[name, String(value)]] : [])));
  const mounted = new Set((container.volumeMounts ?? []).map(({ name }) => name));
  // A claim may be one that another task makes.
  const makesClaims = (spec.templates ?? []).some(({ resource }) => resource !== undefined);
  const volumes = [...(spec.volumes ?? []), ...(template.volumes ?? [])].filter((volume) => mounted.has(volume.name) && isSettled(volume) && !(makesClaims && volume.persistentVolumeClaim !== undefined));
  return {
    image: container.image ?? '',
    command: texts(container.command),
    args: texts(container.args),
    resources: { limits: quantities(container.resources?.limits), requests: quantities(container.resources?.requests) },
    env: (container.env ?? []).filter(isSettled),
    volumes,
  };
}

function isSettled(value: unknown): boolean {
  return !JSON.stringify(value ?? null).includes('{{');
}

function texts(list: readonly unknown[] | undefined): string[] {
  return (list ?? []).map((text) => String(text ?? ''));
}
