import type { KubernetesExecutorConfig, WorkspaceConfig } from './kubernetes-config.js';

/**
 * KFP's pipeline IR (PipelineSpec 2.1.0 and PlatformSpec) as its JSON form has it: camelCase keys, enum values as their names.
 * Only what the backend reads is named; what a document may not contain is refused by `validate`, never dropped silently.
 */

/** Any JSON value; KFP carries parameters as google.protobuf.Value, so numbers are doubles. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };
export type JsonObject = { readonly [key: string]: JsonValue };

export type ParameterType =
  | 'NUMBER_DOUBLE'
  | 'NUMBER_INTEGER'
  | 'STRING'
  | 'BOOLEAN'
  | 'LIST'
  | 'STRUCT'
  | 'TASK_FINAL_STATUS'
  | 'TASK_CONFIG';

export interface InputParameterSpec {
  readonly parameterType: ParameterType;
  readonly defaultValue?: JsonValue;
  readonly isOptional?: boolean;
  readonly description?: string;
  /** The only values allowed, where the SDK compiled a `typing.Literal`. */
  readonly literals?: readonly JsonValue[];
}

export interface ArtifactTypeSchema {
  readonly schemaTitle?: string;
  readonly schemaVersion?: string;
  readonly instanceSchema?: string;
}

export interface InputArtifactSpec {
  readonly artifactType: ArtifactTypeSchema;
  readonly isArtifactList?: boolean;
  readonly isOptional?: boolean;
  readonly description?: string;
}

export interface OutputParameterSpec {
  readonly parameterType: ParameterType;
  readonly description?: string;
}

export interface OutputArtifactSpec {
  readonly artifactType: ArtifactTypeSchema;
  readonly isArtifactList?: boolean;
  readonly metadata?: JsonObject;
  readonly description?: string;
}

export interface ComponentInputs {
  readonly parameters?: Readonly<Record<string, InputParameterSpec>>;
  readonly artifacts?: Readonly<Record<string, InputArtifactSpec>>;
}

export interface ComponentOutputs {
  readonly parameters?: Readonly<Record<string, OutputParameterSpec>>;
  readonly artifacts?: Readonly<Record<string, OutputArtifactSpec>>;
}

/** A component is either a DAG or names an executor in `deploymentSpec.executors`. */
export interface ComponentSpec {
  readonly inputDefinitions?: ComponentInputs;
  readonly outputDefinitions?: ComponentOutputs;
  readonly dag?: DagSpec;
  readonly executorLabel?: string;
  readonly taskConfigPassthroughs?: readonly { readonly field: string; readonly applyToTask?: boolean }[];
  readonly singlePlatformSpecs?: readonly unknown[];
}

export interface DagSpec {
  readonly tasks: Readonly<Record<string, TaskSpec>>;
  readonly outputs?: DagOutputs;
}

export interface OutputParameterSelector {
  readonly producerSubtask: string;
  readonly outputParameterKey: string;
}

export interface DagOutputParameter {
  readonly valueFromParameter?: OutputParameterSelector;
  readonly valueFromOneof?: { readonly parameterSelectors: readonly OutputParameterSelector[] };
}

export interface DagOutputArtifact {
  readonly artifactSelectors?: readonly { readonly producerSubtask: string; readonly outputArtifactKey: string }[];
}

export interface DagOutputs {
  readonly parameters?: Readonly<Record<string, DagOutputParameter>>;
  readonly artifacts?: Readonly<Record<string, DagOutputArtifact>>;
}

/** Where a task's input parameter comes from: exactly one of the four is set. */
export interface TaskInputParameter {
  readonly componentInputParameter?: string;
  readonly taskOutputParameter?: { readonly producerTask: string; readonly outputParameterKey: string };
  readonly runtimeValue?: { readonly constant?: JsonValue; readonly constantValue?: JsonValue; readonly runtimeParameter?: string };
  readonly taskFinalStatus?: { readonly producerTask: string };
  /** CEL over the bound value; the SDK emits only `parseJson(string_value)["key"]`. */
  readonly parameterExpressionSelector?: string;
}

export interface TaskInputArtifact {
  readonly componentInputArtifact?: string;
  readonly taskOutputArtifact?: { readonly producerTask: string; readonly outputArtifactKey: string };
}

export interface TaskInputs {
  readonly parameters?: Readonly<Record<string, TaskInputParameter>>;
  readonly artifacts?: Readonly<Record<string, TaskInputArtifact>>;
}

export interface RetryPolicy {
  readonly maxRetryCount?: number;
  /** Durations are protojson text such as `"30s"`. */
  readonly backoffDuration?: string;
  readonly backoffFactor?: number;
  readonly backoffMaxDuration?: string;
}

export interface TriggerPolicy {
  readonly condition?: string;
  readonly strategy?: 'TRIGGER_STRATEGY_UNSPECIFIED' | 'ALL_UPSTREAM_TASKS_SUCCEEDED' | 'ALL_UPSTREAM_TASKS_COMPLETED';
}

export interface ParameterIterator {
  readonly items: { readonly raw?: string; readonly inputParameter?: string };
  readonly itemInput: string;
}

export interface ArtifactIterator {
  readonly items: { readonly inputArtifact: string };
  readonly itemInput: string;
}

export interface TaskSpec {
  readonly taskInfo?: { readonly name?: string };
  readonly componentRef: { readonly name: string };
  readonly inputs?: TaskInputs;
  readonly dependentTasks?: readonly string[];
  readonly cachingOptions?: { readonly enableCache?: boolean; readonly cacheKey?: string };
  readonly triggerPolicy?: TriggerPolicy;
  readonly retryPolicy?: RetryPolicy;
  readonly parameterIterator?: ParameterIterator;
  readonly artifactIterator?: ArtifactIterator;
  readonly iteratorPolicy?: { readonly parallelismLimit?: number };
}

export interface AcceleratorConfig {
  readonly type?: string;
  readonly count?: string | number;
  readonly resourceType?: string;
  readonly resourceCount?: string;
}

export interface ResourceSpec {
  readonly cpuLimit?: number;
  readonly memoryLimit?: number;
  readonly cpuRequest?: number;
  readonly memoryRequest?: number;
  readonly accelerator?: AcceleratorConfig;
  readonly resourceCpuLimit?: string;
  readonly resourceMemoryLimit?: string;
  readonly resourceCpuRequest?: string;
  readonly resourceMemoryRequest?: string;
}

export interface ContainerSpec {
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly resources?: ResourceSpec;
  readonly lifecycle?: unknown;
}

export interface ImporterSpec {
  readonly artifactUri?: { readonly constant?: JsonValue; readonly constantValue?: JsonValue; readonly runtimeParameter?: string };
  readonly typeSchema?: ArtifactTypeSchema;
  readonly metadata?: JsonObject;
  readonly reimport?: boolean;
  readonly downloadToWorkspace?: boolean;
}

/** What `executorLabel` leads to: exactly one of the kinds is set; `resolver` and `customJob` are unsupported. */
export interface ExecutorSpec {
  readonly container?: ContainerSpec;
  readonly importer?: ImporterSpec;
  readonly resolver?: unknown;
  readonly customJob?: unknown;
}

export interface PipelineSpec {
  readonly pipelineInfo: { readonly name: string; readonly displayName?: string; readonly description?: string };
  readonly schemaVersion: string;
  readonly sdkVersion?: string;
  readonly defaultPipelineRoot?: string;
  readonly components: Readonly<Record<string, ComponentSpec>>;
  readonly deploymentSpec: { readonly executors: Readonly<Record<string, ExecutorSpec>> };
  readonly root: ComponentSpec;
}

/** One platform's settings, by executor label. */
export interface SinglePlatformSpec<ExecutorConfig = JsonObject> {
  readonly deploymentSpec?: { readonly executors?: Readonly<Record<string, ExecutorConfig>> };
  readonly pipelineConfig?: JsonObject & { readonly workspace?: WorkspaceConfig };
}

export interface PlatformSpec {
  readonly platforms?: { readonly kubernetes?: SinglePlatformSpec<KubernetesExecutorConfig> } & Readonly<Record<string, SinglePlatformSpec<object> | undefined>>;
}

/** A parsed and validated pipeline: what everything below the parser works on. Deeply frozen. */
export interface Pipeline {
  readonly spec: PipelineSpec;
  readonly platform?: PlatformSpec;
}
