import type { JsonValue, ParameterType } from './types.js';
import { workflowParameters } from './workflow/workflow-parameters.js';
import { isWorkflowPipeline, type AnyPipeline } from './workflow/workflow-pipeline.js';

/** An input of the pipeline as a form shows it. */
export interface PipelineParameter {
  readonly name: string;
  readonly type: ParameterType;
  /** True when a run must give a value: it is neither optional nor has a default. */
  readonly required: boolean;
  /** Absent when the pipeline has none; null is a default too. */
  readonly default?: JsonValue;
  readonly description?: string;
  /** The only values allowed, where there are any. */
  readonly literals?: readonly JsonValue[];
}

/** The parameters that a run of the pipeline takes, in the document's order. */
export function pipelineParameters(pipeline: AnyPipeline): readonly PipelineParameter[] {
  if (isWorkflowPipeline(pipeline)) return workflowParameters(pipeline.workflow);
  const parameters = pipeline.spec.root.inputDefinitions?.parameters ?? {};
  return Object.entries(parameters).map(([name, { parameterType, defaultValue, isOptional, description, literals }]) => ({
    name,
    type: parameterType,
    required: defaultValue === undefined && isOptional !== true,
    ...(defaultValue !== undefined && { default: defaultValue }),
    ...(description !== undefined && { description }),
    ...(literals !== undefined && literals.length > 0 && { literals }),
  }));
}
