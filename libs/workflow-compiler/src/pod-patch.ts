import type { ContainerField, ExecutionPlan } from '@millrace/pipeline-semantics';
import { argoJson } from './argo-json.js';
import type { GateSlot } from './gate-template.js';

/** What a container is made of; a field that is absent is the image's own or empty. */
export type ContainerFields = Pick<ExecutionPlan, ContainerField>;

/**
 * The patch that makes a pod's main container. Everything of the container is in here and not in the template, because only
 * here user text can be written so that Argo substitutes nothing in it. A late field is Argo's own tag of the slot.
 */
export function podSpecPatch(container: ContainerFields, late: readonly ContainerField[]): string {
  const resources = containerResources(container.resources);
  const fields: [string, string][] = [['name', argoJson('main')]];
  const add = (field: ContainerField, value: unknown, present: boolean): void => {
    if (late.includes(field)) fields.push([field, `{{inputs.parameters.${field satisfies GateSlot}}}`]);
    else if (present) fields.push([field, argoJson(value)]);
  };
  add('image', container.image, true);
  add('command', container.command, container.command.length > 0);
  add('args', container.args, container.args.length > 0);
  add('env', container.env, container.env.length > 0);
  add('resources', resources, Object.keys(resources).length > 0);
  return `{"containers":[{${fields.map(([field, json]) => `${argoJson(field)}:${json}`).join(',')}}]}`;
}

/** Resources as a Kubernetes container has them, without empty parts. */
export function containerResources({ limits, requests }: ExecutionPlan['resources']): Record<string, unknown> {
  return { ...(Object.keys(limits).length > 0 && { limits }), ...(Object.keys(requests).length > 0 && { requests }) };
}
