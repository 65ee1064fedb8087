/**
 * The KFP pipeline IR: types, parse, validate, walk; and the Argo Workflows of KFP v1, read as pipelines.
 *
 * @packageDocumentation
 */
export type * from './types.js';
export type * from './kubernetes-config.js';

export { parsePipeline, parsePipelineValue, type ParseOptions } from './parse-pipeline.js';
export { parseAnyPipeline, parseAnyPipelineValue } from './parse-any-pipeline.js';
export { SpecError, type SpecIssue } from './spec-error.js';

export { componentOf, executorOf, isDagComponent, makesOutputs, walkTasks, type DagComponent, type TaskOccurrence } from './walk-pipeline.js';
export { dependenciesOf, taskOrder } from './task-dependencies.js';

export { pipelineParameters, type PipelineParameter } from './pipeline-parameters.js';
export { settingsWithoutEffect, unsupportedFeatures, type FeatureOptions, type FeatureUse } from './support/unsupported-features.js';
export { KUBERNETES_SETTINGS, type SettingSupport, type Substrate, type Support } from './support/kubernetes-settings.js';

export { isWorkflowDocument, isWorkflowPipeline, type AnyPipeline, type WorkflowPipeline } from './workflow/workflow-pipeline.js';
export { displayNameOf, EXIT_HANDLER_PATH, namesBefore, walkWorkflow, type WorkflowTask } from './workflow/walk-workflow.js';
export { workflowParameters } from './workflow/workflow-parameters.js';
