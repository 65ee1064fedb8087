import type { DAGTask, NodeStatus } from '@millrace/argo';
import { isWhenError } from '../workflow/when-expression.js';
import { hasNoOutputs } from './boundary-outputs.js';
import type { StepsInstance } from './steps-instance.js';

/** Why the current group of steps, all of which have ended, has not succeeded; undefined when it has. */
export function stepGroupFailure(
  steps: StepsInstance,
  group: NodeStatus,
  find: (id: string) => NodeStatus | undefined,
): { readonly phase: 'Failed' | 'Error'; readonly message: string } | undefined {
  for (const id of group.children ?? []) {
    const child = find(id)!;
    if (child.phase === 'Error' && (child.type === 'Skipped' || hasNoOutputs(child))) return { phase: 'Error', message: errorOfGroup(child) };
    const { continueOn } = declaredOf(steps, child.name);
    const forgiven = child.phase === 'Failed' ? continueOn?.failed === true : continueOn?.error === true;
    if ((child.phase === 'Failed' || child.phase === 'Error') && !forgiven) return { phase: 'Failed', message: `child '${id}' failed` };
  }
  return undefined;
}

/** The declaration behind a child of the current group, by the child's name. */
function declaredOf(steps: StepsInstance, nodeName: string): DAGTask {
  const name = nodeName.slice(steps.groupNodeName(steps.current).length + 1);
  const declared = steps.groups[steps.current]!;
  return declared.find((step) => step.name === name) ?? declared.find((step) => name.startsWith(`${step.name}(`))!;
}

/** A step that could not even begin ends its group in an error. */
function errorOfGroup({ name, message = '' }: NodeStatus): string {
  return isWhenError(message) ? message : `step group deemed errored due to child ${name} error: ${message}`;
}
