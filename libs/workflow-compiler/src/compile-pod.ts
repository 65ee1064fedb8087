import type { Template } from '@millrace/argo';
import { isPodField, lateParts, outputFileName, placeAttempt, renderResources, staticPodOf, type ExecutionPlan, type LateField, type Layout, type LocatedTask } from '@millrace/pipeline-semantics';
import type { ContainerSpec, JsonObject, Pipeline } from '@millrace/pipeline-spec';
import { lateValues } from './late-values.js';
import { outputParameterName } from './names.js';
import { type PodContents, podSpecPatch } from './pod-patch.js';
import { retryStrategy } from './retry-strategy.js';
import type { TaskSettings } from './task-settings.js';
import type { PodPlaces, Transport } from './transport.js';

/** Name of the output parameter with the text of output_metadata.json. */
export const EXECUTOR_OUTPUT = 'executor-output';
/** Value of an output parameter whose file the task did not write; tells a missing file from an empty one. */
export const ABSENT = '__kfp_absent__';

/** Argo puts the number of the attempt there, after it has put in what a gate answered. */
export const ATTEMPT = '{{retries}}';

export interface PodRequest {
  readonly name: string;
  readonly pipeline: Pipeline;
  readonly layout: Pick<Layout, 'hides' | 'mountsImages'>;
  readonly located: LocatedTask;
  readonly container: ContainerSpec;
  /** The whole container where it is decided; absent where a gate decides it. */
  readonly plan?: ExecutionPlan;
  /** Whether what is this execution's own is left to its task's arguments, so that others like it can use the template. @default false */
  readonly isShared?: boolean;
  readonly transport: Transport;
  readonly settings: TaskSettings;
}

export interface CompiledPod {
  readonly template: Template;
  /** What a task whose plan is known gives the template. */
  readonly given: Readonly<Record<string, string>>;
  /** Slots of the gate that the pod takes. */
  readonly slots: readonly string[];
  /** Those of them that not every gate has: the transport's, and those of settings. */
  readonly ownSlots: readonly string[];
}

/** The template of one task's pod: static when its plan is known and it is nobody else's, else with a slot for each thing that is an execution's own. */
export function compilePod(request: PodRequest): CompiledPod {
  const { name, located, container, plan, settings, isShared = false } = request;
  const { component } = located;
  const decided = isShared ? undefined : plan;
  const late: readonly LateField[] = decided === undefined ? lateParts(request.pipeline, component, container, request.layout) : [];
  const given: Record<string, string> = isShared && plan !== undefined ? lateValues(plan, late) : {};
  const give = (slot: string, value: string): string => {
    given[slot] = value;
    return `{{inputs.parameters.${slot}}}`;
  };
  const files = plan === undefined ? request.transport.late({ component, container }) : request.transport.known({ component, container }, plan, isShared ? give : undefined);
  const { results } = files;
  const slots = plan === undefined ? [...late, ...files.slots] : Object.keys(given);
  const contents: PodContents = decided ?? staticFields(request);
  const securityContext = contents.pod?.securityContext ?? files.securityContext;
  const fields = { ...contents, pod: { ...contents.pod, ...(securityContext !== undefined && { securityContext }) } };
  const retry = retryStrategy(located.retryPolicy);
  const hasCommand = fields.command.length > 0 || late.includes('command');
  const template: Template = {
    name,
    inputs: {
      parameters: [{ name: 'path' }, ...slots.map((slot) => ({ name: slot }))],
      ...(files.inputArtifacts.length > 0 && { artifacts: files.inputArtifacts }),
    },
    ...(settings.metadata !== undefined && { metadata: settings.metadata }),
    podSpecPatch: podSpecPatch(fields, late, { movesFiles: results === undefined, executorAs: userOf(contents.pod?.securityContext) }),
    container: {
      // The patch sets the real ones. Argo wants an image here, and looks an image's entrypoint up where there is no command.
      image: late.includes('image') ? 'late-bound' : fields.image,
      ...(hasCommand && { command: ['patched'] }),
      ...(files.volumeMounts.length > 0 && { volumeMounts: files.volumeMounts }),
    },
    ...(files.volumes.length > 0 && { volumes: files.volumes }),
    outputs: {
      ...(results !== undefined && {
        parameters: [
          { name: EXECUTOR_OUTPUT, valueFrom: { path: `${results.localTaskRoot}/output_metadata.json`, default: '' } },
          ...parameterOutputs(located, decided, results),
        ],
      }),
      ...(files.outputArtifacts.length > 0 && { artifacts: files.outputArtifacts }),
    },
    ...(files.archiveLocation !== undefined && { archiveLocation: files.archiveLocation }),
    ...(retry !== undefined && { retryStrategy: retry }),
    ...(settings.activeDeadlineSeconds !== undefined && { activeDeadlineSeconds: settings.activeDeadlineSeconds as unknown as string }),
  };
  return { template: decided === undefined ? template : placeAttempt(template, decided, ATTEMPT), given, slots, ownSlots: plan === undefined ? [...late.filter(isPodField), ...files.slots] : [] };
}

/** Whoever takes the task's files away has to be able to read them, whatever their mode. */
function userOf(asked: JsonObject | undefined): JsonObject | undefined {
  const { runAsUser, runAsGroup } = asked ?? {};
  return typeof runAsUser === 'number' ? { runAsUser, ...(runAsGroup !== undefined && { runAsGroup }), runAsNonRoot: runAsUser !== 0 } : undefined;
}

function parameterOutputs(located: LocatedTask, plan: ExecutionPlan | undefined, places: PodPlaces) {
  return Object.keys(located.component.outputDefinitions?.parameters ?? {}).map((output) => ({
    name: outputParameterName(output),
    valueFrom: { path: plan?.parameterFiles[output] ?? `${places.parameterFolder}/${outputFileName(output)}`, default: ABSENT },
  }));
}

/** The pod as the author wrote it; what is late in it is never read. */
function staticFields({ pipeline, located, container }: PodRequest): PodContents {
  const env = (container.env ?? []).map(({ name, value }) => ({ name, value: value ?? '' }));
  return {
    image: container.image,
    command: container.command ?? [],
    args: container.args ?? [],
    ...staticPodOf(pipeline, located, env, renderResources(container.resources, (text) => text)),
  };
}
