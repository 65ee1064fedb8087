import type { TaskSummary } from '@millrace/api-contract';
import { dependenciesOf, executorOf, isDagComponent, isWorkflowPipeline, walkTasks, walkWorkflow, type AnyPipeline } from '@millrace/pipeline-spec';
import { toGraph, type Graph, type GraphNode } from './graph';

/** The nodes of a run: its tasks as the server lists them. The root of the run is not drawn. */
export function nodesOfRun(tasks: readonly Pick<TaskSummary, 'path' | 'parent_path' | 'name' | 'kind' | 'depends_on'>[]): GraphNode[] {
  return tasks
    .filter((task) => task.path !== 'root')
    .map((task) => ({ id: task.path, parent: task.parent_path === '' || task.parent_path === 'root' ? undefined : task.parent_path, name: task.name, kind: task.kind, dependsOn: task.depends_on }));
}

/** The graph of a pipeline nobody has run: what its spec says. */
export function buildPipelineGraph(pipeline: AnyPipeline): Graph {
  if (isWorkflowPipeline(pipeline)) {
    const tasks = [...walkWorkflow(pipeline.workflow)];
    return toGraph(tasks.map(({ path, scope, displayName, kind, dependsOn }) => ({ id: path, parent: scope === 'root' ? undefined : scope, name: displayName, kind, dependsOn })));
  }
  const nodes: GraphNode[] = [];
  for (const { path, scope, name, task, component } of walkTasks(pipeline)) {
    nodes.push({
      id: path,
      parent: scope === 'root' ? undefined : scope,
      name: task.taskInfo?.name ?? name,
      kind: isDagComponent(component) ? 'dag' : executorOf(pipeline, component)?.importer ? 'importer' : 'container',
      dependsOn: dependenciesOf(task).map((key) => `${scope}/${key}`),
    });
  }
  return toGraph(nodes);
}
