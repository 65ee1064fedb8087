import type { ComponentSpec, JsonValue, Pipeline } from '@millrace/pipeline-spec';
import { locateTask } from './pipeline-tasks.js';
import { type Resolution, failed, known } from './resolution.js';
import type { RunView, RuntimeArtifact, ScopePath, TaskValues } from './run-view.js';
import { taskPath } from './scope-path.js';

/**
 * An output parameter of a task. A DAG's output is the output of the member that it names, through any number of DAGs, and is known
 * as soon as that member's is.
 */
export function resolveOutputParameter(pipeline: Pipeline, view: RunView, path: ScopePath, key: string): Resolution<JsonValue> {
  const { component } = locateTask(pipeline, path);
  if (component.dag === undefined) return producedBy(view, path, (outputs) => outputs.parameters[key], `output parameter "${key}"`);
  // The outputs of a loop are the lists of its iterations' outputs, and oneof is the first selector that succeeded: both are chosen
  // here, in place of the one selector.
  const selector = component.dag.outputs?.parameters?.[key]?.valueFromParameter;
  if (selector === undefined) return failed(`"${path}" does not say where its output parameter "${key}" comes from`);
  return resolveOutputParameter(pipeline, view, taskPath(path, selector.producerSubtask), selector.outputParameterKey);
}

/** An output artifact of a task, by the same rules; always a list. */
export function resolveOutputArtifact(pipeline: Pipeline, view: RunView, path: ScopePath, key: string): Resolution<readonly RuntimeArtifact[]> {
  const { component } = locateTask(pipeline, path);
  if (component.dag === undefined) return producedBy(view, path, (outputs) => outputs.artifacts[key], `output artifact "${key}"`);
  const selector = component.dag.outputs?.artifacts?.[key]?.artifactSelectors?.[0];
  if (selector === undefined) return failed(`"${path}" does not say where its output artifact "${key}" comes from`);
  return resolveOutputArtifact(pipeline, view, taskPath(path, selector.producerSubtask), selector.outputArtifactKey);
}

/** What is known of a DAG's outputs; a value that is not known, or never will be, has no entry. `root` is the run's own. */
export function resolveDagOutputs(pipeline: Pipeline, view: RunView, scope: ScopePath, component: ComponentSpec): TaskValues {
  const parameters: Record<string, JsonValue> = {};
  for (const [key, output] of Object.entries(component.dag?.outputs?.parameters ?? {})) {
    const selector = output.valueFromParameter;
    if (selector === undefined) continue;
    const found = resolveOutputParameter(pipeline, view, taskPath(scope, selector.producerSubtask), selector.outputParameterKey);
    if (found.kind === 'known') parameters[key] = found.value;
  }
  const artifacts: Record<string, readonly RuntimeArtifact[]> = {};
  for (const [key, output] of Object.entries(component.dag?.outputs?.artifacts ?? {})) {
    const selector = output.artifactSelectors?.[0];
    if (selector === undefined) continue;
    const found = resolveOutputArtifact(pipeline, view, taskPath(scope, selector.producerSubtask), selector.outputArtifactKey);
    if (found.kind === 'known') artifacts[key] = found.value;
  }
  return { parameters, artifacts };
}

function producedBy<T>(view: RunView, path: ScopePath, read: (outputs: TaskValues) => T | undefined, what: string): Resolution<T> {
  const facts = view.task(path);
  switch (facts?.state) {
    case 'SUCCEEDED':
    case 'CACHED': {
      if (facts.outputs === undefined) return { kind: 'unknown', on: [path] };
      const value = read(facts.outputs);
      return value === undefined ? failed(`"${path}" left no ${what}`) : known(value);
    }
    case 'FAILED':
    case 'SKIPPED':
    case 'CANCELED':
      return { kind: 'blocked', by: path, state: facts.state };
    default:
      return { kind: 'unknown', on: [path] };
  }
}
