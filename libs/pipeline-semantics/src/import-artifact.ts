import type { ComponentSpec, ExecutorSpec, ImporterSpec, JsonObject, JsonValue } from '@millrace/pipeline-spec';
import { canonicalJson } from './canonical-json.js';
import type { Decision, WorkspaceCopy } from './decision.js';
import type { Layout } from './layout.js';
import { fileOf, isImageAddress, localPathOf } from './local-path.js';
import { valueToText } from './parameter-value.js';
import { fillReferences } from './placeholders.js';
import type { RuntimeArtifact, TaskValues } from './run-view.js';
import { sha256Hex } from './sha256.js';

/** Whether a task is an importer that copies what it imports into the run's workspace. */
export function fillsWorkspace(executor: ExecutorSpec | undefined): boolean {
  return executor?.importer?.downloadToWorkspace === true;
}

/**
 * What an importer comes to: an artifact at an address, registered as it is said to be and not looked at, unless it is copied into the workspace. Unless it is to be imported
 * anew each time, one that an earlier run of the pipeline registered alike is taken, with its identity, so that its consumers' cached
 * outputs are found.
 *
 * @param artifactId identity of the artifact when it is new
 */
export function importArtifact(options: {
  readonly path: string;
  readonly importer: ImporterSpec;
  readonly component: ComponentSpec;
  readonly inputs: TaskValues;
  readonly artifactId: string;
  readonly layout: Layout;
  /** The claim of the run's workspace, when it has one. */
  readonly workspace?: string;
}): Decision {
  const { path, importer, component, inputs, artifactId, layout, workspace } = options;
  const uri = addressOf(importer, inputs);
  if (uri === '') return { kind: 'fail', message: `Importer "${path}" has no address; give \`artifact_uri\` a text.` };
  const type = importer.typeSchema ?? Object.values(component.outputDefinitions?.artifacts ?? {})[0]?.artifactType;
  const refusal = layout.refuseAddress?.(uri);
  if (refusal !== undefined) return { kind: 'fail', message: `Importer "${path}" cannot import "${uri}": ${refusal}` };
  const intoWorkspace = importer.downloadToWorkspace === true;
  if (intoWorkspace && workspace === undefined) return { kind: 'fail', message: `Importer "${path}" is to copy into the workspace, and the pipeline has none; give it a dsl.WorkspaceConfig.` };
  const [output] = Object.keys(component.outputDefinitions?.artifacts ?? {});
  if (output === undefined) return { kind: 'fail', message: `Importer "${path}" has no output artifact; compile the pipeline with kfp 2.` };
  const artifact: RuntimeArtifact = {
    id: artifactId,
    name: artifactId,
    uri,
    schemaTitle: type?.schemaTitle ?? 'system.Artifact',
    schemaVersion: type?.schemaVersion ?? '0.0.1',
    metadata: { ...(fillMetadata(importer.metadata ?? {}, inputs) as JsonObject), ...(intoWorkspace && { _kfp_workspace: true }) },
  };
  const registered = (after: Extract<Decision, { kind: 'import' }>): Decision => {
    if (!intoWorkspace) return after;
    const to = placeInWorkspace(artifact, layout);
    if (layout.transport === 'in-place') return { kind: 'effect', effect: { kind: 'copy-into-claim', name: workspace as string, from: fileOf(uri) ?? uri, to }, after };
    const copy = locateCopy(uri, to, layout);
    return 'problem' in copy ? { kind: 'fail', message: `Importer "${path}" cannot copy "${uri}" into the workspace: ${copy.problem}` } : { kind: 'copy', copy, after };
  };
  const fresh: Extract<Decision, { kind: 'import' }> = { kind: 'import', inputs, outputs: { parameters: {}, artifacts: { [output]: [artifact] } } };
  if (importer.reimport === true) return registered(fresh);
  const { schemaTitle, metadata } = artifact;
  const fingerprint = sha256Hex(`import\n${canonicalJson({ uri, schemaTitle, metadata })}`);
  return {
    kind: 'need-cache',
    fingerprint,
    next: (hit) => {
      const found = Object.values(hit?.outputs.artifacts ?? {}).flat()[0];
      if (hit === undefined || found === undefined) return registered({ ...fresh, fingerprint });
      return registered({ kind: 'import', inputs, outputs: { parameters: {}, artifacts: { [output]: [found] } }, reused: hit });
    },
  };
}

/** Where the consumers of the artifact look for it, as a path in the workspace. */
function placeInWorkspace(artifact: RuntimeArtifact, layout: Pick<Layout, 'workspacePath'>): string {
  return localPathOf(artifact, layout).slice(layout.workspacePath.length + 1).replace(/\/+$/, '');
}

/** What Argo's executor has to bring, or why it cannot. */
function locateCopy(uri: string, to: string, layout: Extract<Layout, { readonly transport: 'object-store' }>): WorkspaceCopy | { readonly problem: string } {
  if (isImageAddress(uri)) return { problem: 'an image is mounted, not copied; import it without download_to_workspace.' };
  const location = layout.locateObject(uri);
  if (location === undefined) return { problem: 'it is in no object store of this installation; import it without download_to_workspace, or from a store.' };
  if (location.key === '') return { problem: 'it is a whole bucket; name a file or a folder in it.' };
  // Kubernetes mounts no such path.
  if (to.split('/').includes('..')) return { problem: 'it has a part "..", which is no folder of a workspace; rename it in its store.' };
  if (layout.copyImage === undefined) return { problem: 'this installation has no image to copy with; import it without download_to_workspace.' };
  return { ...location, uri, to, image: layout.copyImage };
}

function addressOf({ artifactUri }: ImporterSpec, inputs: TaskValues): string {
  if (artifactUri?.runtimeParameter !== undefined && artifactUri.runtimeParameter !== '') return valueToText(inputs.parameters[artifactUri.runtimeParameter] ?? null);
  return valueToText(fillReferences(artifactUri?.constant ?? '', textOf(inputs)));
}

/** Metadata with the inputs that it refers to put in, also in the names of its entries. */
function fillMetadata(value: JsonValue, inputs: TaskValues): JsonValue {
  if (typeof value === 'string') return fillReferences(value, textOf(inputs));
  if (Array.isArray(value)) return value.map((item: JsonValue) => fillMetadata(item, inputs));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [fillReferences(key, textOf(inputs)) as string, fillMetadata(item as JsonValue, inputs)]));
}

function textOf({ parameters }: TaskValues): (name: string) => string | undefined {
  return (name) => (Object.hasOwn(parameters, name) ? valueToText(parameters[name] as JsonValue) : undefined);
}
