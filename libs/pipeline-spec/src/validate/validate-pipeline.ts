import { EMPTY_MAP } from '../empty-map.js';
import type { IssueList } from '../issue-list.js';
import { keyPath } from '../spec-path.js';
import { suggestName } from '../suggest-name.js';
import type { ComponentSpec, ExecutorSpec, Pipeline } from '../types.js';
import { validateComponentGraph } from './validate-component-graph.js';
import { validateDag } from './validate-dag.js';
import { validateDefinitions } from './validate-definitions.js';
import { findIteratedInputs } from './find-iterated-inputs.js';

const SCHEMA_VERSION = '2.1.0';
const PIPELINE_NAME = /^[a-z0-9][a-z0-9-]{0,127}$/;

/** Adds an issue for everything that a decoded pipeline refers to but does not have, or that KFP could not run. */
export function validatePipeline(pipeline: Pipeline, issues: IssueList): void {
  const { spec } = pipeline;
  validateHeader(pipeline, issues);
  const iteratedInputs = findIteratedInputs(spec);
  const validate = (component: ComponentSpec, path: string): void => {
    validateDefinitions(component, path, issues);
    if (component.dag !== undefined) validateDag({ spec, component, dag: component.dag, path, iterated: iteratedInputs.get(component), issues });
    else validateExecutorLabel(pipeline, component, path, issues);
  };
  validate(spec.root, 'root');
  if (spec.root.dag === undefined) issues.add('root', 'has no DAG of tasks.', 'The root of a pipeline is a component with `dag.tasks`.');
  else if (Object.keys(spec.root.dag.tasks).length === 0) issues.add('root.dag.tasks', 'has no task.');
  for (const [name, component] of Object.entries(spec.components)) validate(component, keyPath('components', name));
  for (const [label, executor] of Object.entries(spec.deploymentSpec.executors)) {
    validateExecutor(executor, keyPath('deploymentSpec.executors', label), issues);
  }
  validatePlatform(pipeline, issues);
  validateComponentGraph(spec, issues);
}

function validateHeader({ spec }: Pipeline, issues: IssueList): void {
  if (spec.schemaVersion !== SCHEMA_VERSION) {
    const found = spec.schemaVersion === '' ? 'is missing' : `is "${spec.schemaVersion}"`;
    issues.add('schemaVersion', `${found}; it must be "${SCHEMA_VERSION}".`, 'Compile the pipeline with kfp 2.');
  }
  const { name } = spec.pipelineInfo;
  if (name === '') issues.add('pipelineInfo.name', 'is missing.');
  else if (!PIPELINE_NAME.test(name)) {
    issues.add('pipelineInfo.name', `"${name}" is not a pipeline name.`, 'Use 1 to 128 lower-case letters, digits and "-", starting with a letter or digit.');
  }
}

function validateExecutorLabel({ spec }: Pipeline, component: ComponentSpec, path: string, issues: IssueList): void {
  const { executorLabel } = component;
  const { executors } = spec.deploymentSpec;
  if (executorLabel === undefined) {
    if (component !== spec.root) issues.add(path, 'has neither `dag` nor `executorLabel`; a component is one or the other.');
    return;
  }
  if (Object.hasOwn(executors, executorLabel)) return;
  issues.add(`${path}.executorLabel`, `names the executor "${executorLabel}", which deploymentSpec.executors does not have.`, () =>
    suggestName(executorLabel, Object.keys(executors)),
  );
}

function validateExecutor(executor: ExecutorSpec, path: string, issues: IssueList): void {
  const kinds = [executor.container, executor.importer, executor.resolver, executor.customJob];
  if (kinds.every((kind) => kind === undefined)) issues.add(path, 'has no `container` or `importer`; an executor is one of them.');
  if (executor.container?.image === '') issues.add(`${path}.container.image`, 'is missing.');
  if (executor.importer !== undefined && executor.importer.artifactUri === undefined) issues.add(`${path}.importer.artifactUri`, 'is missing.');
  for (const [index, variable] of (executor.container?.env ?? []).entries()) {
    if (!/^[^=\0]+$/.test(variable.name)) issues.add(`${path}.container.env[${index}].name`, 'must be text without "=".');
  }
}

function validatePlatform({ spec, platform }: Pipeline, issues: IssueList): void {
  for (const label of Object.keys(platform?.platforms?.kubernetes?.deploymentSpec?.executors ?? EMPTY_MAP)) {
    if (Object.hasOwn(spec.deploymentSpec.executors, label)) continue;
    issues.add(
      keyPath("platforms['kubernetes'].deploymentSpec.executors", label),
      'has settings for an executor that the pipeline does not have.',
      () => suggestName(label, Object.keys(spec.deploymentSpec.executors)),
    );
  }
}
