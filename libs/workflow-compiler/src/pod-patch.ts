import { hasPlaceholder, resourceTexts, type ExecutionPlan } from '@millrace/pipeline-semantics';
import type { ContainerSpec } from '@millrace/pipeline-spec';
import { argoJson } from './argo-json.js';
import type { GateSlot } from './gate-template.js';

/** The fields of a container that a pod's patch sets. */
export type PatchField = 'image' | 'command' | 'args' | 'env' | 'resources';

/** The fields that are known only when the task's gate is answered. */
export function lateFields(container: ContainerSpec): ReadonlySet<PatchField> {
  const late = new Set<PatchField>();
  if (hasPlaceholder(container.image)) late.add('image');
  if (container.command?.some(hasPlaceholder) === true) late.add('command');
  if (container.args?.some(hasPlaceholder) === true) late.add('args');
  if (container.env?.some(({ value }) => hasPlaceholder(value ?? '')) === true) late.add('env');
  if (resourceTexts(container.resources).some(hasPlaceholder)) late.add('resources');
  return late;
}

/** What a container is made of; a field that is absent is the image's own or empty. */
export type ContainerFields = Pick<ExecutionPlan, PatchField>;

/**
 * The patch that makes a pod's main container. Everything of the container is in here and not in the template, because only
 * here user text can be written so that Argo substitutes nothing in it. A late field is Argo's own tag of the slot.
 */
export function podSpecPatch(container: ContainerFields, late: ReadonlySet<PatchField>, pod: Readonly<Record<string, unknown>> = {}, main: Readonly<Record<string, unknown>> = {}): string {
  const resources = containerResources(container.resources);
  const fields: [string, string][] = [['name', argoJson('main')]];
  const add = (field: PatchField, value: unknown, present: boolean): void => {
    if (late.has(field)) fields.push([field, `{{inputs.parameters.${field satisfies GateSlot}}}`]);
    else if (present) fields.push([field, argoJson(value)]);
  };
  add('image', container.image, true);
  add('command', container.command, container.command.length > 0);
  add('args', container.args, container.args.length > 0);
  add('env', container.env, container.env.length > 0);
  add('resources', resources, Object.keys(resources).length > 0);
  for (const [field, value] of Object.entries(main)) fields.push([field, argoJson(value)]);
  const members = [`"containers":[${jsonObject(fields)}]`, ...Object.entries(pod).map(([field, value]) => `${argoJson(field)}:${argoJson(value)}`)];
  return `{${members.join(',')}}`;
}

/** Resources as a Kubernetes container has them, without empty parts. */
export function containerResources({ limits, requests }: ExecutionPlan['resources']): Record<string, unknown> {
  return { ...(Object.keys(limits).length > 0 && { limits }), ...(Object.keys(requests).length > 0 && { requests }) };
}

function jsonObject(fields: readonly [string, string][]): string {
  return `{${fields.map(([field, json]) => `${argoJson(field)}:${json}`).join(',')}}`;
}
