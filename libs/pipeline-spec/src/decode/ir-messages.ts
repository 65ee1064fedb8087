import { bool, double, duration, enumOf, int32, int64, listOf, mapOf, message, messageOf, struct, text, value } from './message-type.js';
import type { FieldType } from './message-type.js';

const parameterType = enumOf(
  'PARAMETER_TYPE_ENUM_UNSPECIFIED', 'NUMBER_DOUBLE', 'NUMBER_INTEGER', 'STRING', 'BOOLEAN', 'LIST', 'STRUCT', 'TASK_FINAL_STATUS', 'TASK_CONFIG',
);
const primitiveType = enumOf('PRIMITIVE_TYPE_UNSPECIFIED', 'INT', 'DOUBLE', 'STRING');

const artifactType = messageOf(
  message(
    'an artifact type',
    { schemaTitle: text, schemaUri: text, instanceSchema: text, schemaVersion: text },
    { oneOfs: [['schemaTitle', 'schemaUri', 'instanceSchema']] },
  ),
);

const primitiveValue = messageOf(
  message('a value', { intValue: int64, doubleValue: double, stringValue: text }, { oneOfs: [['intValue', 'doubleValue', 'stringValue']] }),
);

const valueOrParameter = messageOf(
  message(
    'a value or a parameter',
    { constant: value, constantValue: primitiveValue, runtimeParameter: text },
    { oneOfs: [['constant', 'constantValue', 'runtimeParameter']] },
  ),
);

const inputDefinitions = messageOf(
  message('input definitions', {
    parameters: mapOf(
      messageOf(
        message(
          'an input parameter',
          { type: primitiveType, parameterType, defaultValue: value, isOptional: bool, description: text, literals: listOf(value) },
          { filled: ['parameterType'] },
        ),
      ),
    ),
    artifacts: mapOf(
      messageOf(message('an input artifact', { artifactType, isArtifactList: bool, isOptional: bool, description: text }, { filled: ['artifactType'] })),
    ),
  }),
);

const outputDefinitions = messageOf(
  message('output definitions', {
    parameters: mapOf(messageOf(message('an output parameter', { type: primitiveType, parameterType, description: text }, { filled: ['parameterType'] }))),
    artifacts: mapOf(
      messageOf(
        message(
          'an output artifact',
          {
            artifactType,
            properties: mapOf(valueOrParameter),
            customProperties: mapOf(valueOrParameter),
            metadata: struct,
            isArtifactList: bool,
            description: text,
          },
          { filled: ['artifactType'] },
        ),
      ),
    ),
  }),
);

/** The output of a sibling. */
export const taskOutputParameter = messageOf(
  message('a reference to an output parameter', { producerTask: text, outputParameterKey: text }, { filled: ['producerTask', 'outputParameterKey'] }),
);
const taskOutputArtifact = messageOf(
  message('a reference to an output artifact', { producerTask: text, outputArtifactKey: text }, { filled: ['producerTask', 'outputArtifactKey'] }),
);

/** Where a value comes from, in the scope of the task that names it. */
export const taskInputParameter = messageOf(
  message(
    'a task input parameter',
    {
      taskOutputParameter,
      runtimeValue: valueOrParameter,
      componentInputParameter: text,
      taskFinalStatus: messageOf(message('a reference to a task', { producerTask: text }, { filled: ['producerTask'] })),
      parameterExpressionSelector: text,
    },
    { oneOfs: [['taskOutputParameter', 'runtimeValue', 'componentInputParameter', 'taskFinalStatus']] },
  ),
);

const taskInputs = messageOf(
  message('task inputs', {
    parameters: mapOf(taskInputParameter),
    artifacts: mapOf(
      messageOf(
        message('a task input artifact', { taskOutputArtifact, componentInputArtifact: text }, { oneOfs: [['taskOutputArtifact', 'componentInputArtifact']] }),
      ),
    ),
  }),
);

const task = messageOf(
  message(
    'a task',
    {
      taskInfo: messageOf(message('task info', { name: text })),
      inputs: taskInputs,
      dependentTasks: listOf(text),
      cachingOptions: messageOf(message('caching options', { enableCache: bool, cacheKey: text })),
      componentRef: messageOf(message('a component reference', { name: text }, { filled: ['name'] })),
      triggerPolicy: messageOf(
        message('a trigger policy', {
          condition: text,
          strategy: enumOf('TRIGGER_STRATEGY_UNSPECIFIED', 'ALL_UPSTREAM_TASKS_SUCCEEDED', 'ALL_UPSTREAM_TASKS_COMPLETED'),
        }),
      ),
      artifactIterator: messageOf(
        message(
          'an artifact iterator',
          { items: messageOf(message('iterator items', { inputArtifact: text }, { filled: ['inputArtifact'] })), itemInput: text },
          { filled: ['items', 'itemInput'] },
        ),
      ),
      parameterIterator: messageOf(
        message(
          'a parameter iterator',
          { items: messageOf(message('iterator items', { raw: text, inputParameter: text }, { oneOfs: [['raw', 'inputParameter']] })), itemInput: text },
          { filled: ['items', 'itemInput'] },
        ),
      ),
      retryPolicy: messageOf(
        message('a retry policy', { maxRetryCount: int32, backoffDuration: duration, backoffFactor: double, backoffMaxDuration: duration }),
      ),
      iteratorPolicy: messageOf(message('an iterator policy', { parallelismLimit: int32 })),
    },
    { filled: ['componentRef'], oneOfs: [['artifactIterator', 'parameterIterator']] },
  ),
);

const parameterSelector = messageOf(
  message('an output parameter selector', { producerSubtask: text, outputParameterKey: text }, { filled: ['producerSubtask', 'outputParameterKey'] }),
);
const artifactSelector = messageOf(
  message('an output artifact selector', { producerSubtask: text, outputArtifactKey: text }, { filled: ['producerSubtask', 'outputArtifactKey'] }),
);

const dagOutputs = messageOf(
  message('DAG outputs', {
    parameters: mapOf(
      messageOf(
        message(
          'a DAG output parameter',
          {
            valueFromParameter: parameterSelector,
            valueFromOneof: messageOf(message('output parameter selectors', { parameterSelectors: listOf(parameterSelector) }, { filled: ['parameterSelectors'] })),
          },
          { oneOfs: [['valueFromParameter', 'valueFromOneof']] },
        ),
      ),
    ),
    artifacts: mapOf(messageOf(message('a DAG output artifact', { artifactSelectors: listOf(artifactSelector) }))),
  }),
);

const taskConfigField = enumOf('NONE', 'RESOURCES', 'ENV', 'KUBERNETES_AFFINITY', 'KUBERNETES_TOLERATIONS', 'KUBERNETES_NODE_SELECTOR', 'KUBERNETES_VOLUMES');

const component: FieldType = messageOf(
  message(
    'a component',
    {
      inputDefinitions,
      outputDefinitions,
      dag: messageOf(message('a DAG', { tasks: mapOf(task), outputs: dagOutputs }, { filled: ['tasks'] })),
      executorLabel: text,
      singlePlatformSpecs: listOf(struct),
      taskConfigPassthroughs: listOf(messageOf(message('a task config passthrough', { field: taskConfigField, applyToTask: bool }, { filled: ['field'] }))),
    },
    { oneOfs: [['dag', 'executorLabel']] },
  ),
);

const container = messageOf(
  message(
    'a container',
    {
      image: text,
      command: listOf(text),
      args: listOf(text),
      env: listOf(messageOf(message('an environment variable', { name: text, value: text }, { filled: ['name'] }))),
      resources: messageOf(
        message('resources', {
          cpuLimit: double,
          memoryLimit: double,
          cpuRequest: double,
          memoryRequest: double,
          accelerator: messageOf(message('an accelerator', { type: text, count: int64, resourceType: text, resourceCount: text })),
          resourceCpuLimit: text,
          resourceMemoryLimit: text,
          resourceCpuRequest: text,
          resourceMemoryRequest: text,
        }),
      ),
      lifecycle: struct,
    },
    { filled: ['image'] },
  ),
);

const importer = messageOf(
  message('an importer', {
    artifactUri: valueOrParameter,
    typeSchema: artifactType,
    properties: mapOf(valueOrParameter),
    customProperties: mapOf(valueOrParameter),
    metadata: struct,
    reimport: bool,
    downloadToWorkspace: bool,
  }),
);

const executor = messageOf(
  message('an executor', { container, importer, resolver: struct, customJob: struct }, { oneOfs: [['container', 'importer', 'resolver', 'customJob']] }),
);

/** The fields of PipelineSpec and of everything below it. */
export const pipelineSpecMessage = message(
  'a pipeline',
  {
    pipelineInfo: messageOf(message('pipeline info', { name: text, displayName: text, description: text }, { filled: ['name'] })),
    deploymentSpec: messageOf(message('a deployment spec', { executors: mapOf(executor) }, { filled: ['executors'], discardsUnknown: true })),
    sdkVersion: text,
    schemaVersion: text,
    components: mapOf(component),
    root: component,
    defaultPipelineRoot: text,
  },
  { filled: ['pipelineInfo', 'deploymentSpec', 'schemaVersion', 'components', 'root'] },
);
