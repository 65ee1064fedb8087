import { join } from 'node:path';
import { LABEL_RUN_ID, type Workflow } from '@millrace/argo';
import { attemptId, createExecutor, openEmbeddedArgo, type Accelerators, type ExecutorHandle, type ExecutorMode } from '@millrace/embedded-argo';
import type { ResourceStore, TaskLogs, TaskLogRef } from '@millrace/resources';
import type { ContainerNeeds, VolumeClaims } from '@millrace/run-controller';
import type { DataFolder } from './data-folder.js';
import type { FailpointSetting } from './failpoint.js';
import { findGpus } from './find-gpus.js';
import type { Log } from './log.js';
import { programFiles } from './program-files.js';
import { refuseContainer, warnOfContainer } from './refuse-container.js';

export interface SubstrateOptions {
  readonly folder: DataFolder;
  readonly python?: string;
  readonly executor: ExecutorMode;
  /** @default docker, then podman */
  readonly containerEngine?: string;
  readonly accelerators: Accelerators;
  readonly maxParallelTasks: number;
  readonly log: Log;
  /** Called when the data folder is this process's and nothing runs yet. @default nothing */
  readonly beforeStart?: () => Promise<void>;
  /** @default beside the program */
  readonly pythonFolder?: string;
  /** Environments made at build time. @default beside the program */
  readonly builtEnvironments?: string;
  readonly failpoint?: (name: string) => void;
  readonly supervisorFailpoint?: FailpointSetting;
}

/** What runs Workflows, as the services see it. */
export interface Substrate {
  readonly store: ResourceStore;
  readonly logs: TaskLogs;
  /** Why this machine cannot run a container, as sentences. */
  refuseContainer(container: ContainerNeeds): readonly string[];
  /** What a container asks for and goes without on this machine, as sentences; absent where all is there or refused. */
  readonly warnOfContainer?: (container: ContainerNeeds) => readonly string[];
  /** Makes, deletes and fills the volumes of tasks. */
  readonly volumes: VolumeClaims;
  /** Whether tasks run in containers now. */
  runsContainers(): boolean;
  /** What runs containers, with its version; why there is nothing, in words that follow "because", otherwise. */
  readonly containers: { readonly engine: string } | { readonly missing: string };
  /** Throws why a Workflow that a user wrote cannot run here, with everything at once. */
  refuseWorkflow(workflow: Workflow): void;
  /** The address of an artifact of a Workflow by its key. */
  artifactUri(key: string): string;
  close(): Promise<void>;
}

/** Embedded Argo with processes and containers of this machine: the one place that knows which substrate there is. */
export async function openSubstrate(options: SubstrateOptions): Promise<Substrate> {
  const { folder, log } = options;
  const gpuDevices = findGpus(process.env);
  const devices = { gpus: gpuDevices.length, accelerators: options.accelerators };
  let executor: ExecutorHandle | undefined;
  let store: ResourceStore | undefined;
  // A log is asked for by its Workflow's name, again and again while it is followed; names are never used twice.
  const uids = new Map<string, string>();
  const resolveAttempt = async ({ namespace, workflow, nodeId }: TaskLogRef): Promise<string | undefined> => {
    const key = `${namespace}/${workflow}`;
    let uid = uids.get(key);
    if (uid === undefined) {
      uid = (await store?.get('Workflow', { namespace, name: workflow }))?.metadata.uid;
      if (uid === undefined) return undefined;
      uids.set(key, uid);
      if (uids.size > 1_000) uids.delete(uids.keys().next().value!);
    }
    return attemptId(uid, nodeId);
  };

  // Among the others, a folder a run, so that they are shown, kept in backups and deleted in one way.
  const workflowArtifacts = join(folder.artifacts, 'argo');
  const argo = await openEmbeddedArgo({
    folder: folder.engine,
    artifacts: { folder: workflowArtifacts, keyFormat: `{{workflow.labels.${LABEL_RUN_ID}}}/{{pod.name}}` },
    claims: folder.volumes,
    secrets: folder.secrets,
    configMaps: folder.configMaps,
    maxParallelTasks: options.maxParallelTasks,
    failpoint: options.failpoint,
    onError: (error) => log('error', 'embedded Argo', { error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    executor: async (listener) => {
      await options.beforeStart?.();
      executor = await createExecutor({
        mode: options.executor,
        containerEngine: options.containerEngine,
        gpuDevices,
        accelerators: options.accelerators,
        folder: folder.attempts,
        listener,
        resolveAttempt,
        environmentFolders: [folder.environments, options.builtEnvironments ?? programFiles.environments],
        hostEnvironment: process.env,
        python: options.python,
        visible: [folder.path],
        // Artifacts are where their addresses say; what is another task's is not to be changed.
        shared: [{ source: folder.artifacts, target: folder.artifacts, readOnly: true }],
        pythonFolder: options.pythonFolder ?? programFiles.python,
        failpoint: options.failpoint,
        supervisorFailpoint: options.supervisorFailpoint,
        log: { info: (message) => log('info', message), warn: (message) => log('warn', message) },
      });
      return executor;
    },
  });
  store = argo.store;
  const { logs } = executor!;
  void executor!.warm().catch((error: unknown) => log('warn', 'the default Python environment could not be started early', { error: String(error) }));
  return {
    store,
    logs,
    containers: executor!.containers(),
    refuseContainer: (container) => refuseContainer(container, { refuseProgram: (program) => executor!.refusal(program), problemsOfPod: (pod) => argo.problemsOfPod(pod), ...devices }),
    ...(options.accelerators === 'optional' && { warnOfContainer: (container: ContainerNeeds) => warnOfContainer(container, devices) }),
    volumes: argo.volumes,
    runsContainers: () => 'engine' in executor!.containers(),
    refuseWorkflow: (workflow) => argo.check(workflow),
    // Not resolved: a key that would lead elsewhere is for the object store to refuse.
    artifactUri: (key) => `${workflowArtifacts}/${key}`,
    close: () => argo.close(),
  };
}
