import type { JsonValue } from '@millrace/pipeline-spec';
import type { Layout } from './layout.js';
import { fileOf } from './local-path.js';
import type { OutputPlaces } from './place-outputs.js';
import type { RuntimeArtifact, TaskValues } from './run-view.js';

/** KFP's ExecutorInput in its JSON form: what the SDK's executor reads in place of `{{$}}`. */
export interface ExecutorInput {
  readonly inputs: {
    readonly parameterValues: Readonly<Record<string, JsonValue>>;
    readonly artifacts: Readonly<Record<string, ArtifactList>>;
  };
  readonly outputs: {
    readonly parameters: Readonly<Record<string, { readonly outputFile: string }>>;
    readonly artifacts: Readonly<Record<string, ArtifactList>>;
    readonly outputFile: string;
  };
}

export interface ArtifactList {
  readonly artifacts: readonly {
    readonly name: string;
    readonly uri: string;
    readonly type: { readonly schemaTitle: string; readonly schemaVersion: string };
    readonly metadata: Readonly<Record<string, JsonValue>>;
  }[];
}

export function buildExecutorInput(inputs: TaskValues, places: OutputPlaces, layout: Layout): ExecutorInput {
  return {
    inputs: {
      parameterValues: inputs.parameters,
      artifacts: mapValues(inputs.artifacts, (artifacts) => ({ artifacts: artifacts.map((artifact) => describe(artifact, layout)) })),
    },
    outputs: {
      parameters: mapValues(places.parameterFiles, (outputFile) => ({ outputFile })),
      artifacts: mapValues(places.outputArtifacts, (artifact) => ({ artifacts: [describe(artifact, layout)] })),
      outputFile: places.outputMetadataFile,
    },
  };
}

function describe(artifact: Omit<RuntimeArtifact, 'id'>, layout: Layout): ArtifactList['artifacts'][number] {
  const { name, schemaTitle, schemaVersion, metadata, customPath } = artifact;
  // Where nothing is moved, the file is where its producer left it, and the SDK derives the path of an input from the URI alone.
  const path = customPath !== undefined && customPath !== '' ? customPath : fileOf(artifact.uri);
  const uri = layout.transport === 'in-place' && path !== undefined ? path : artifact.uri;
  return { name, uri, type: { schemaTitle, schemaVersion }, metadata };
}

function mapValues<From, To>(record: Readonly<Record<string, From>>, map: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
