import { kubernetesSettingsOf, locateTask, type Plan, type ScopePath } from '@millrace/pipeline-semantics';
import type { Pipeline } from '@millrace/pipeline-spec';

/**
 * Tasks that have their container in common with another task, whatever each is given. By what is in it: the SDK writes a component down anew for each
 * of its tasks.
 */
export function alikeTasks(pipeline: Pipeline, { tasks }: Plan): ReadonlySet<ScopePath> {
  const first = new Map<string, ScopePath>();
  const alike = new Set<ScopePath>();
  for (const path of tasks.keys()) {
    const { component, executor, retryPolicy } = locateTask(pipeline, path);
    if (executor?.container === undefined) continue;
    const { inputDefinitions, outputDefinitions, executorLabel } = component;
    const said = JSON.stringify([executor.container, inputDefinitions, outputDefinitions, retryPolicy, kubernetesSettingsOf(pipeline, executorLabel)]);
    const other = first.get(said);
    if (other === undefined) first.set(said, path);
    else alike.add(other).add(path);
  }
  return alike;
}
