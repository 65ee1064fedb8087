import type { NodeStatus, Template } from '@millrace/argo';
import { fromTimestamp } from '../clock.js';
import { podName } from '../workflow/node-id.js';
import { processTemplate, substituteTemplate } from '../workflow/process-template.js';
import type { TagLookup } from '../workflow/substitute.js';
import { nameTagOf, type AttemptPlace, type OwnerPlace, type Place } from './place.js';
import type { RunState } from './run-state.js';

/** The tags that hold for one node alone. The pod's name is only known where the node itself is the pod. */
export function localTags(workflowName: string, place: Place, name: string, template: Template): TagLookup {
  const own = nameTagOf(place);
  const pod = !isPod(template) || template.retryStrategy !== undefined ? undefined : podName(workflowName, name, template.name!);
  return (tag) => (tag === 'pod.name' ? pod : tag === own?.tag ? own.value : tag === 'node.name' ? name : undefined);
}

/** Whether the template's node is a pod: something that is attempted. */
export function isPod(template: Template): boolean {
  return template.container !== undefined || template.script !== undefined || template.resource !== undefined;
}

/** The processed template of a node, from its recorded inputs. Throws Error with a message for the user. */
export function templateOf(state: RunState, node: NodeStatus): Template {
  const place = state.places.get(node.id)!;
  if (place.kind !== 'attempt') return ownTemplate(state, place, node);
  const retry = state.node(place.retryId)!;
  const number = attemptsOf(state, retry.id).findIndex(({ id }) => id === node.id);
  return attemptTemplate(state, retry, place, node.name, number);
}

function ownTemplate(state: RunState, place: OwnerPlace, node: NodeStatus): Template {
  const template = state.template(node.templateName!)!;
  return processTemplate(template, node.inputs, state.globals, localTags(state.workflowName, place, node.name, template));
}

/** The template of one attempt of a Retry node, which also knows of the attempt before. */
export function attemptTemplate(state: RunState, retry: NodeStatus, place: AttemptPlace, name: string, number: number): Template {
  const processed = ownTemplate(state, place.of, retry);
  const last = number === 0 ? undefined : attemptsOf(state, retry.id)[number - 1];
  const seconds = last === undefined ? 0 : ((fromTimestamp(last.finishedAt) ?? 0) - (fromTimestamp(last.startedAt) ?? 0)) / 1000;
  const locals = new Map([
    ['pod.name', podName(state.workflowName, name, processed.name!)],
    ['retries', String(number)],
    ['lastRetry.exitCode', last?.outputs?.exitCode ?? '0'],
    ['lastRetry.duration', String(seconds)],
    ['lastRetry.status', last?.phase ?? ''],
    ['lastRetry.message', last?.message ?? ''],
  ]);
  return substituteTemplate(processed, state.globals, (tag) => locals.get(tag));
}

/** The attempts of a Retry node, oldest first. */
export function attemptsOf(state: RunState, retryId: string): NodeStatus[] {
  return (state.node(retryId)!.children ?? []).map((id) => state.node(id)!).filter(({ nodeFlag }) => nodeFlag?.retried === true);
}
