import type { DAGTask, NodeStatus, Template } from '@millrace/argo';
import { ROOT_PATH } from '@millrace/pipeline-semantics';
import { TASK_KEYS_ANNOTATION } from './compile-dag.js';
import { gateTemplateName } from './gate-template.js';
import { isGate, taskPathOf, type Nodes } from './read-nodes.js';

/** Whether a task of the compiled Workflow is decided by a gate when it is reached; otherwise what the plan says of it is in its template. */
export function isGatedTask(path: string, templates: readonly Template[]): boolean {
  const place = path.lastIndexOf('/');
  const scope = scopeTemplate(path.slice(0, place), templates);
  const task = scope && taskOfKey(scope, path.slice(place + 1));
  return task !== undefined && (task.template === gateTemplateName || gateOf(scope!, task) !== undefined);
}

/** Path of the task that a node stands for or decides; also of a gate that was never reached, which says nothing of itself. */
export function gatedTaskOf(node: NodeStatus, nodes: Nodes, templates: readonly Template[]): string | undefined {
  const path = taskPathOf(node, nodes, templates);
  if (path !== undefined || !isGate(node) || node.boundaryID === undefined) return path;
  const boundary = nodes[node.boundaryID];
  const scope = boundary && taskPathOf(boundary, nodes, templates);
  const template = templates.find(({ name }) => name === boundary?.templateName);
  if (scope === undefined || template === undefined) return undefined;
  // A gate that takes its task's place has the task's name.
  const behind = template.dag?.tasks?.find((task) => task.depends === `${node.displayName}.Succeeded`)?.name ?? node.displayName ?? '';
  return `${scope}/${keyOf(template, behind)}`;
}

function gateOf(scope: Template, { depends }: DAGTask): DAGTask | undefined {
  const gate = /^([^.\s]+)\.Succeeded$/.exec(depends ?? '')?.[1];
  return scope.dag?.tasks?.find(({ name, template }) => name === gate && template === gateTemplateName);
}

/** The template in which the tasks of a scope are declared. */
function scopeTemplate(scope: string, templates: readonly Template[]): Template | undefined {
  const named = (name: string | undefined): Template | undefined => templates.find((template) => template.name === name);
  let current = named(ROOT_PATH);
  for (const segment of scope.split('/').slice(1)) {
    const [key = '', ...iteration] = segment.split('#');
    current = current && named(taskOfKey(current, key)?.template);
    // A loop has one task, which is run once for each iteration.
    if (iteration.length > 0) current = named(current?.dag?.tasks?.[0]?.template);
  }
  return current;
}

function taskOfKey(scope: Template, key: string): DAGTask | undefined {
  return scope.dag?.tasks?.find(({ name }) => keyOf(scope, name) === key);
}

function keyOf({ annotations }: Template, name: string): string {
  const keys = annotations?.[TASK_KEYS_ANNOTATION];
  return (keys === undefined ? undefined : (JSON.parse(keys) as Record<string, string>)[name]) ?? name;
}
