import type { Workflow } from '@millrace/argo';
import type { Pipeline } from '../types.js';

/** A pipeline of KFP v1: the Argo Workflow that its SDK compiles, as it was written. Deeply frozen. */
export interface WorkflowPipeline {
  readonly workflow: Workflow;
  /** From the annotation in which the SDK keeps the pipeline's own description, else the Workflow's name. */
  readonly name: string;
  readonly description: string;
}

/** A pipeline in either format that can be uploaded and run. */
export type AnyPipeline = Pipeline | WorkflowPipeline;

export function isWorkflowPipeline(pipeline: AnyPipeline): pipeline is WorkflowPipeline {
  return 'workflow' in pipeline;
}

/** Whether a document is an Argo Workflow, well-formed or not. */
export function isWorkflowDocument(document: unknown): document is Workflow {
  if (typeof document !== 'object' || document === null) return false;
  const { kind, apiVersion } = document as { kind?: unknown; apiVersion?: unknown };
  return kind === 'Workflow' && typeof apiVersion === 'string' && apiVersion.startsWith('argoproj.io/');
}

export const PIPELINE_SPEC_ANNOTATION = 'pipelines.kubeflow.org/pipeline_spec';
export const DISPLAY_NAME_ANNOTATION = 'pipelines.kubeflow.org/task_display_name';
