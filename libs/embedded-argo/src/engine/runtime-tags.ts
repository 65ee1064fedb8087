import { fromTimestamp } from '../clock.js';
import { podName } from '../workflow/node-id.js';
import type { RunState } from './run-state.js';
import { workflowPhaseOf } from './workflow-phase.js';

/** `{{workflow.…}}` tags whose values come about while it runs. */
export function runtimeTag(tag: string, state: RunState): string | undefined {
  if (!tag.startsWith('workflow.')) return undefined;
  const { live, now } = state;
  const root = live.node(state.workflowName);
  switch (tag) {
    case 'workflow.status':
      return root === undefined ? undefined : workflowPhaseOf(root.phase);
    case 'workflow.failures':
      return JSON.stringify(JSON.stringify(failures(state)));
    case 'workflow.duration':
      return ((now() - (fromTimestamp(live.status.startedAt) ?? now())) / 1000).toFixed(6);
  }
  const parameter = /^workflow\.outputs\.parameters\.(.+)$/.exec(tag)?.[1];
  const value = parameter === undefined ? undefined : live.status.outputs?.parameters?.find(({ name }) => name === parameter)?.value;
  return value === undefined ? undefined : String(value);
}

/** Argo's list for exit handlers; null when nothing failed. */
function failures({ live, workflowName }: RunState): unknown[] | null {
  const failed = live.nodeIds().map((id) => live.node(id)!).filter(({ phase }) => phase === 'Failed' || phase === 'Error');
  if (failed.length === 0) return null;
  return failed.map(({ displayName: shown, message = '', templateName = '', phase, name, finishedAt }) => ({
    displayName: shown, message, templateName, phase, podName: podName(workflowName, name, templateName), finishedAt,
  }));
}
