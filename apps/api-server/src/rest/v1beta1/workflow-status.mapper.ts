import type { TaskArtifact, TaskState, TaskSummary } from '@millrace/database';
import type { RunPage } from '../../runs/run-views.service.js';
import { message } from '../v2beta1/proto-json.js';
import { toText } from './manifest.mapper.js';

const PHASE: Readonly<Record<TaskState, string>> = {
  PENDING: 'Pending',
  RUNNING: 'Running',
  SUCCEEDED: 'Succeeded',
  FAILED: 'Failed',
  CANCELED: 'Failed',
  SKIPPED: 'Skipped',
  CACHED: 'Skipped',
};

/**
 * The status of a run's Workflow as scripts of v1 read it: how far it is, and a node for each task with what it put out. Ids of nodes find logs
 * and artifacts; how nodes hang together is not told.
 */
export function toWorkflowStatus({ run, tasks, links }: Pick<RunPage, 'run' | 'tasks' | 'links'>, phase: string) {
  const outputs = Map.groupBy(links.filter(({ direction }) => direction === 'OUTPUT'), ({ taskId }) => taskId);
  const nodes = tasks.map((task) => toNode(task, run.workflowName, outputs.get(task.id) ?? []));
  return {
    ...message({ phase, startedAt: run.startedAt?.toISOString(), finishedAt: run.finishedAt?.toISOString(), message: run.error }),
    nodes: Object.fromEntries(nodes.map((node) => [node.id, node])),
  };
}

function toNode(task: TaskSummary, workflow: string, artifacts: readonly TaskArtifact[]) {
  const outputs = message({
    parameters: Object.entries(task.outputs ?? {}).map(([name, value]) => ({ name, value: toText(value) })),
    artifacts: artifacts.map(({ name }) => ({ name })),
  });
  return {
    id: task.attempts.at(-1)?.nodeId ?? task.id,
    name: task.path.replace(/^root/, workflow).replaceAll('/', '.'),
    displayName: task.displayName,
    type: task.kind === 'dag' ? 'DAG' : 'Pod',
    phase: PHASE[task.state],
    ...message({ startedAt: task.startedAt?.toISOString(), finishedAt: task.finishedAt?.toISOString(), message: task.message }),
    ...(Object.keys(outputs).length > 0 && { outputs }),
  };
}
