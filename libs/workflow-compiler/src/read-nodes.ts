import { isNodeCompleted, type NodeStatus, type Template } from '@millrace/argo';
import { ROOT_PATH, type TaskState } from '@millrace/pipeline-semantics';
import { SKIPPED_TEMPLATE, TASK_KEYS_ANNOTATION } from './compile-dag.js';
import { ABSENT, EXECUTOR_OUTPUT } from './compile-pod.js';
import { gateTemplateName } from './gate-template.js';
import { outputOfParameterName } from './names.js';

/** Nodes of a Workflow by id, as its status has them. */
export type Nodes = Readonly<Record<string, NodeStatus>>;

/** True for the node of a gate, in whatever phase. */
export function isGate(node: NodeStatus): boolean {
  return node.templateName === gateTemplateName;
}

/** True for a gate that waits for its answer. */
export function isOpenGate(node: NodeStatus): boolean {
  return isGate(node) && node.type === 'Suspend' && !isNodeCompleted(node.phase);
}

/**
 * True for the node around a task that is run on a condition. It says something about the task only when it was not begun; else the node in
 * it does.
 */
export function isAroundTask(node: NodeStatus): boolean {
  return node.templateName?.startsWith('when-') === true;
}

/**
 * Path of the task that a node belongs to: of a pod, its attempts, its gate or a DAG; `root` for the run itself. Undefined for a node that
 * stands for no task, such as the gate of a task that is never reached.
 *
 * @param templates `spec.templates` of the Workflow: needed for skipped tasks whose key is no name for Argo, because Argo records nothing
 * else of them.
 */
export function taskPathOf(node: NodeStatus, nodes: Nodes, templates: readonly Template[] = []): string | undefined {
  const given = node.inputs?.parameters?.find(({ name }) => name === 'path')?.value;
  if (given !== undefined) return given;
  if (node.boundaryID === undefined) return node.templateName === ROOT_PATH ? ROOT_PATH : undefined;
  const boundary = nodes[node.boundaryID];
  const scope = boundary === undefined ? undefined : taskPathOf(boundary, nodes, templates);
  const name = node.displayName;
  if (boundary === undefined || scope === undefined || name === undefined || isGate(node)) return undefined;
  const template = templates.find((candidate) => candidate.name === boundary.templateName);
  const keys = template?.annotations?.[TASK_KEYS_ANNOTATION];
  return `${scope}/${(keys === undefined ? undefined : (JSON.parse(keys) as Record<string, string>)[name]) ?? name}`;
}

/**
 * State of the task that a pod's, retry's or DAG's node stands for. A pod is skipped only because its task was cached; what Argo ended
 * because somebody ended the run was cancelled.
 */
export function taskStateOf(node: NodeStatus): TaskState {
  switch (node.phase) {
    case 'Succeeded':
      // The gate of a task that is open or answered says nothing about the task.
      return isGate(node) ? 'PENDING' : 'SUCCEEDED';
    case 'Skipped':
      return node.templateName === SKIPPED_TEMPLATE || /^(dag|loop|when)-/.test(node.templateName ?? '') ? 'SKIPPED' : 'CACHED';
    case 'Omitted':
      return 'SKIPPED';
    case 'Failed':
    case 'Error':
      return /^(workflow shutdown|stopped) with strategy/i.test(node.message ?? '') ? 'CANCELED' : 'FAILED';
    case 'Running':
      return isGate(node) ? 'PENDING' : 'RUNNING';
    default:
      return 'PENDING';
  }
}

/** The attempts at a container task, first to last: the children of a retry node, or the pod itself where there are no retries. */
export function attemptsOf(node: NodeStatus, nodes: Nodes): NodeStatus[] {
  if (node.type === 'Pod') return [node];
  if (node.type !== 'Retry') return [];
  return (node.children ?? [])
    .flatMap((id) => nodes[id] ?? [])
    .filter(({ type }) => type === 'Pod')
    .sort((a, b) => attemptIndex(a) - attemptIndex(b));
}

/** False for the node of a pod that left what it says of its outputs in the object store. */
export function hasNodeResult(node: NodeStatus): boolean {
  return node.outputs?.parameters?.some(({ name }) => name === EXECUTOR_OUTPUT) === true;
}

/** What a task left in its node, for `collectOutputs`. A file that the task did not write is undefined; Argo drops one last newline. */
export function readNodeResult(node: NodeStatus): { executorOutputJson: string | undefined; parameterTexts: Record<string, string | undefined> } {
  let executorOutputJson: string | undefined;
  const parameterTexts: Record<string, string | undefined> = {};
  for (const { name, value } of node.outputs?.parameters ?? []) {
    if (name === EXECUTOR_OUTPUT) {
      executorOutputJson = value;
      continue;
    }
    const output = outputOfParameterName(name);
    if (output !== undefined) parameterTexts[output] = value === ABSENT ? undefined : value;
  }
  return { executorOutputJson, parameterTexts };
}

/** The number of the attempt that a pod's node stands for: Argo names the attempts of `x` `x(0)`, `x(1)` and so on. */
export function attemptIndex(node: NodeStatus): number {
  return Number(/\((\d+)\)$/.exec(node.name)?.[1] ?? 0);
}
