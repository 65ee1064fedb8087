import type { components } from './generated/workflow.js';

type Schemas = components['schemas'];
type V1Alpha1<Name extends string> = `io.argoproj.workflow.v1alpha1.${Name}` extends infer Key extends keyof Schemas ? Schemas[Key] : never;

export type Workflow = V1Alpha1<'Workflow'>;
export type WorkflowSpec = V1Alpha1<'WorkflowSpec'>;
export type WorkflowStatus = V1Alpha1<'WorkflowStatus'>;
export type NodeStatus = V1Alpha1<'NodeStatus'>;
export type Template = V1Alpha1<'Template'>;
export type DAGTemplate = V1Alpha1<'DAGTemplate'>;
export type DAGTask = V1Alpha1<'DAGTask'>;
export type Arguments = V1Alpha1<'Arguments'>;
export type Parameter = V1Alpha1<'Parameter'>;
export type Artifact = V1Alpha1<'Artifact'>;
export type ArtifactLocation = V1Alpha1<'ArtifactLocation'>;
export type Inputs = V1Alpha1<'Inputs'>;
export type Outputs = V1Alpha1<'Outputs'>;
export type RetryStrategy = V1Alpha1<'RetryStrategy'>;
