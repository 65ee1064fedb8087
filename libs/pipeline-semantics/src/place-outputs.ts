import type { ComponentSpec, ContainerSpec } from '@millrace/pipeline-spec';
import type { ExecutionPlan } from './decision.js';
import { attemptMark } from './attempt-folder.js';
import type { Layout } from './layout.js';
import { pathOfUri } from './local-path.js';

/** Where a task leaves what it makes. */
export type OutputPlaces = Pick<ExecutionPlan, 'taskRoot' | 'localTaskRoot' | 'parameterFiles' | 'outputMetadataFile' | 'outputArtifacts'>;

/**
 * The places promised to one execution: `<artifact root>/<task key>/<task id>/<artifact>`. The folder of the metadata file is the task
 * root, because the SDK takes it for that (`dsl.get_uri`). Where files are taken away when an attempt ends, each attempt at a task that is retried has a
 * task root of its own below, so that nothing of a failed one is taken for the next one's.
 */
export function placeOutputs(options: {
  readonly component: ComponentSpec;
  readonly layout: Layout;
  readonly artifactRoot: string;
  readonly taskKey: string;
  readonly taskId: string;
  /** Whether there may be several attempts. */
  readonly isRetried?: boolean;
}): OutputPlaces {
  const { component, layout, artifactRoot, taskKey, taskId, isRetried = false } = options;
  const taskRoot = `${taskRootOf(artifactRoot, taskKey, taskId)}${isRetried && layout.transport === 'object-store' ? `/${attemptMark(taskId)}` : ''}`;
  const localTaskRoot = pathOfUri(taskRoot);
  const folder = layout.parameterFolder(localTaskRoot);
  const outputs = component.outputDefinitions;
  return {
    taskRoot,
    localTaskRoot,
    outputMetadataFile: `${localTaskRoot}/output_metadata.json`,
    parameterFiles: Object.fromEntries(Object.keys(outputs?.parameters ?? {}).map((name) => [name, `${folder}/${outputFileName(name)}`])),
    outputArtifacts: Object.fromEntries(
      Object.entries(outputs?.artifacts ?? {}).map(([name, spec]) => [
        name,
        {
          name,
          uri: `${taskRoot}/${outputFileName(name)}`,
          schemaTitle: spec.artifactType.schemaTitle ?? 'system.Artifact',
          schemaVersion: spec.artifactType.schemaVersion ?? '0.0.1',
          metadata: spec.metadata ?? {},
        },
      ]),
    ),
  };
}

/**
 * Whether a task needs a task root, where the files of its parameters have a folder of their own: it declares an output artifact, or what it is told names a
 * place in there. The whole executor input does.
 */
export function usesTaskRoot({ outputDefinitions }: ComponentSpec, container: ContainerSpec): boolean {
  return Object.keys(outputDefinitions?.artifacts ?? {}).length > 0 || /\{\{\$(?:\}\}|\.output(?!s\.parameters\[))/.test(JSON.stringify(container));
}

/** The folder of all that a task makes, whichever attempt does. */
export function taskRootOf(artifactRoot: string, taskKey: string, taskId: string): string {
  return `${artifactRoot}/${taskKey}/${taskId}`;
}

/** An output's name as one part of a path; only hand-made IR has names for which this makes a difference. */
export function outputFileName(name: string): string {
  return /^\.{0,2}$/.test(name) ? `_${name}` : name.replaceAll(/[/{}\\]|\p{Cc}/gu, '_');
}
