import type { ContainerSpec, JsonValue, TaskSpec } from '@millrace/pipeline-spec';
import { canonicalJson } from './canonical-json.js';
import type { ExecutionPlan } from './decision.js';
import type { TaskValues } from './run-view.js';
import { sha256Hex } from './sha256.js';

export interface FingerprintFacts {
  readonly task: Pick<TaskSpec, 'componentRef' | 'cachingOptions'>;
  readonly container: Pick<ContainerSpec, 'image' | 'command' | 'args'>;
  /** As the task sees them: with the component's defaults where nothing is given. */
  readonly inputs: TaskValues;
  readonly outputArtifacts: ExecutionPlan['outputArtifacts'];
  readonly outputParameterTypes: Readonly<Record<string, string>>;
  /** Names of the persistent volume claims that the task mounts. */
  readonly pvcNames?: readonly string[];
}

/**
 * What makes two executions the same: the values of the inputs, the outputs promised and the container as the author wrote it. Not in it: environment,
 * resources, placement, retries, URIs and the names of task and component. An author's own cache key replaces all that. KFP leaves defaults out too, and
 * answers for a component with a new default what it made with the old one.
 *
 * Two executions with the same fingerprint, in the same pipeline and namespace, may share outputs.
 */
export function fingerprintOf(facts: FingerprintFacts): string {
  const { task, container, inputs } = facts;
  const customKey = task.cachingOptions?.cacheKey;
  if (customKey) return sha256Hex(`${task.componentRef.name}\0${customKey}`);
  return sha256Hex(
    canonicalJson(
      withoutEmpty({
        inputArtifactNames: mapValues(inputs.artifacts, (artifacts) => ({ artifactNames: artifacts.map(({ id }) => id) })),
        inputParameterValues: inputs.parameters,
        outputArtifactsSpec: mapValues(facts.outputArtifacts, ({ name, schemaTitle, schemaVersion, metadata }) => ({
          name,
          type: { schemaTitle, schemaVersion },
          ...withoutEmpty({ metadata }),
        })),
        outputParametersSpec: facts.outputParameterTypes,
        containerSpec: withoutEmpty({
          image: container.image,
          cmdArgs: [...(container.command ?? []), ...(container.args ?? [])],
          pvcNames: [...(facts.pvcNames ?? [])].sort(),
        }),
      }),
    ),
  );
}

/** Without empty lists, objects and texts, as protojson leaves them out. */
function withoutEmpty(object: Readonly<Record<string, JsonValue>>): Record<string, JsonValue> {
  return Object.fromEntries(
    Object.entries(object).filter(([, value]) => (typeof value === 'object' && value !== null ? Object.keys(value).length > 0 : value !== '')),
  );
}

function mapValues<From>(record: Readonly<Record<string, From>>, map: (value: From) => JsonValue): Record<string, JsonValue> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
