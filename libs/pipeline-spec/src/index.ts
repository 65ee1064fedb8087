/**
 * The KFP pipeline IR: types, parse, validate, walk.
 *
 * @packageDocumentation
 */
export type * from './types.js';

export { parsePipeline, parsePipelineValue, type ParseOptions } from './parse-pipeline.js';
export { SpecError, type SpecIssue } from './spec-error.js';

export { componentOf, executorOf, isDagComponent, walkTasks, type DagComponent, type TaskOccurrence } from './walk-pipeline.js';
export { dependenciesOf, taskOrder } from './task-dependencies.js';

export { pipelineParameters, type PipelineParameter } from './pipeline-parameters.js';
export { settingsWithoutEffect, unsupportedFeatures, type FeatureOptions, type FeatureUse } from './support/unsupported-features.js';
export type { Substrate } from './support/kubernetes-settings.js';
