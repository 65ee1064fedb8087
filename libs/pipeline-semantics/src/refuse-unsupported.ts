import { PipelineError } from '@millrace/errors';
import type { ComponentSpec, Pipeline } from '@millrace/pipeline-spec';
import type { LocatedTask } from './pipeline-tasks.js';
import type { InputIssue } from './run-parameters.js';

/** What a task asks for that this version does not do; one sentence each. */
export function unsupportedIn({ task, component, executor }: LocatedTask): string[] {
  const found: string[] = [];
  if (task.triggerPolicy?.condition !== undefined && task.triggerPolicy.condition !== '') found.push('conditions (dsl.If, dsl.Elif, dsl.Else)');
  if (task.triggerPolicy?.strategy === 'ALL_UPSTREAM_TASKS_COMPLETED') found.push('exit handlers and ignore_upstream_failure()');
  if (task.parameterIterator !== undefined || task.artifactIterator !== undefined) found.push('loops (dsl.ParallelFor)');
  if (executor !== undefined) {
    if (executor.importer !== undefined) found.push('importers (dsl.importer)');
    else if (executor.container === undefined) found.push('executors other than containers');
    else if (/^argostub\//.test(executor.container.image)) found.push(`volume tasks (${executor.container.image.slice('argostub/'.length)})`);
    if (executor.container?.lifecycle !== undefined) found.push('container lifecycle hooks');
  }
  for (const [name, binding] of Object.entries(task.inputs?.parameters ?? {})) {
    if (binding.taskFinalStatus !== undefined) found.push(`PipelineTaskFinalStatus (input "${name}")`);
    if (binding.parameterExpressionSelector !== undefined) found.push(`items of loops (input "${name}")`);
    if (binding.runtimeValue !== undefined && binding.runtimeValue.constant === undefined) found.push(`run-time values other than constants (input "${name}")`);
  }
  for (const [name, spec] of Object.entries(component.inputDefinitions?.parameters ?? {})) {
    if (spec.parameterType === 'TASK_CONFIG') found.push(`dsl.TaskConfig (input "${name}")`);
  }
  return [...found, ...unsupportedOutputs(component)];
}

/** Outputs of a DAG that are chosen while it runs. */
export function unsupportedOutputs(component: ComponentSpec): string[] {
  const found: string[] = [];
  for (const [name, output] of Object.entries(component.dag?.outputs?.parameters ?? {})) {
    if (output.valueFromOneof !== undefined) found.push(`dsl.OneOf (output "${name}")`);
  }
  for (const [name, output] of Object.entries(component.dag?.outputs?.artifacts ?? {})) {
    if ((output.artifactSelectors?.length ?? 0) > 1) found.push(`dsl.OneOf (output "${name}")`);
  }
  return found;
}

/** UNIMPLEMENTED with every place in its `details.issues`. */
export function refusalOf(pipeline: Pipeline, issues: readonly InputIssue[]): PipelineError {
  const name = pipeline.spec.pipelineInfo.name;
  const text = issues.map(({ path, message }) => `${path} uses ${message}`).join('; ');
  return new PipelineError('UNIMPLEMENTED', `Pipeline "${name}" cannot be run by this version of Millrace: ${text}. Remove these, or wait for a version that has them.`, {
    details: { issues },
  });
}
