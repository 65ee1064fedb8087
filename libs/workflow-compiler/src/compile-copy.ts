import type { Template } from '@millrace/argo';
import { PipelineError } from '@millrace/errors';
import { fillsWorkspace, HARDENED, type Layout, type LocatedTask, type RunFacts, type WorkspaceCopy } from '@millrace/pipeline-semantics';
import type { ExecutorSpec } from '@millrace/pipeline-spec';
import { argoJson } from './argo-json.js';
import { retryStrategy } from './retry-strategy.js';
import type { TaskSettings } from './task-settings.js';
import { inputArtifact, locate, logsIn, NOTHING, type ObjectLayout, servicesOf } from './transport-by-object-store.js';

/** In the pod, the folder of the workspace that the copy is put into. Not its own path: a mount's may have no colon. */
const TARGET = '/millrace-copy';
/** Removes what an earlier importer left at the same place: Argo replaces no folder that has something in it. Whose it is may not be ours to remove. */
const CLEAR = 'rm -rf -- "$1" "$1.tmp" 2>/dev/null || true';
/** An object that is missing is not brought, and Argo does not say so of one that it was told may be. */
const CHECK = 'test -e "$1" || { echo "There is no object at $2." >&2; exit 1; }; echo "$2 is at $1, $(du -sk -- "$1" | cut -f 1) KiB."';

/** Whether a pod copies into the workspace for a task: where nobody else can. */
export function isCopiedByPod(executor: ExecutorSpec | undefined, layout: Layout): layout is ObjectLayout {
  return layout.transport === 'object-store' && fillsWorkspace(executor);
}

export interface CopyRequest {
  readonly name: string;
  readonly layout: ObjectLayout;
  readonly located: Pick<LocatedTask, 'path' | 'retryPolicy'>;
  readonly run: Pick<RunFacts, 'artifactRoot'>;
  /** The claim of the run's workspace. */
  readonly workspace: string;
  readonly settings: TaskSettings;
}

/**
 * The template of a pod in which Argo's executor brings an object, or a folder of objects, onto the workspace. The parent of its place is a mount of
 * the pod's, because Kubernetes makes that folder for everybody, and Argo would make it for its own user alone.
 */
export function compileCopy({ name, layout, located, run, workspace, settings }: CopyRequest): Template {
  const { copyImage: image } = layout;
  if (image === undefined) throw new PipelineError('UNIMPLEMENTED', `Importer "${located.path}" copies into the workspace, for which this installation has no image.`);
  const retry = retryStrategy(located.retryPolicy);
  const mounts = [{ name: 'workspace', mountPath: layout.workspacePath }];
  const shell = (script: string): string[] => ['sh', '-c', script, 'sh'];
  const ours = (container: string, script: string, more: object): string => `{${argoJson({ name: container, image, command: shell(script), ...more, securityContext: HARDENED }).slice(1, -1)},"args":${tag('args')}}`;
  return {
    name,
    inputs: { parameters: ['path', ...copySlots(layout)].map((slot) => ({ name: slot })), artifacts: servicesOf(layout).map(({ stores }, service) => inputArtifact(`copy-${service}`, stores[0]!, tag(`bucket-${service}`), tag(`key-${service}`), `${TARGET}/${tag(`file-${service}`)}`)) },
    ...(settings.metadata !== undefined && { metadata: settings.metadata }),
    podSpecPatch: `{"containers":[${ours('main', CHECK, {})}],"initContainers":[${ours('clear', CLEAR, { volumeMounts: mounts })}],"$setElementOrder/initContainers":[{"name":"clear"},{"name":"init"}]}`,
    container: { image, command: ['patched'], volumeMounts: [...mounts, { name: 'workspace', mountPath: TARGET, subPath: tag('folder') }] },
    volumes: [{ name: 'workspace', persistentVolumeClaim: { claimName: workspace } }],
    archiveLocation: logsIn(locate(layout, run.artifactRoot)),
    ...(retry !== undefined && { retryStrategy: retry }),
    ...(settings.activeDeadlineSeconds !== undefined && { activeDeadlineSeconds: settings.activeDeadlineSeconds as unknown as string }),
  };
}

/** What the template takes from its gate. */
export function copySlots(layout: ObjectLayout): string[] {
  return ['folder', 'args', ...servicesOf(layout).flatMap((_, service) => [`bucket-${service}`, `key-${service}`, `file-${service}`])];
}

/** The values of the slots, once it is known what is to be copied. */
export function answerCopy({ uri, to, store, bucket, key }: WorkspaceCopy, layout: ObjectLayout): Record<string, string> {
  const cut = to.lastIndexOf('/');
  const slots: Record<string, string> = { folder: to.slice(0, cut), args: argoJson([`${layout.workspacePath}/${to}`, uri]) };
  for (const [service, { stores }] of servicesOf(layout).entries()) {
    const isIts = stores.includes(store);
    slots[`bucket-${service}`] = isIts ? bucket : NOTHING;
    // Without a key nothing is brought.
    slots[`key-${service}`] = isIts ? key : '';
    slots[`file-${service}`] = isIts ? to.slice(cut + 1) : `${NOTHING}-${service}`;
  }
  return slots;
}

function tag(slot: string): string {
  return `{{inputs.parameters.${slot}}}`;
}
