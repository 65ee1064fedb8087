import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Workflow } from '@millrace/argo';
import type { ResourceStore } from '@millrace/resources';
import { systemClock, type Clock } from './clock.js';
import { ArgoEngine } from './engine/argo-engine.js';
import { MountedFolders } from './engine/mounted-folders.js';
import { newCounters, type EngineCounters } from './engine/counters.js';
import type { AttemptListener, Executor } from './executor.js';
import { ArtifactFolder } from './pod/artifact-folder.js';
import { ClaimFolders } from './pod/claim-folders.js';
import { ClaimVolumes } from './pod/claim-volumes.js';
import { KeyedFolders } from './pod/keyed-folders.js';
import { problemsOfPod, type PodReferences } from './pod/pod-references.js';
import { ArgoDatabase, explainDamage } from './store/argo-database.js';
import { EmbeddedResourceStore } from './store/embedded-resource-store.js';
import { lockFolder } from './store/folder-lock.js';
import { checkWorkflow } from './workflow/check-workflow.js';

export interface EmbeddedArgoOptions {
  /** Holds the database and the pods' folders; made with mode 0700 when missing. One owner at a time. */
  readonly folder: string;
  /** Makes the executor that runs attempts and reports to the listener. Embedded Argo closes it. */
  readonly executor: (listener: AttemptListener) => Executor | Promise<Executor>;
  /** Where output artifacts are kept, and by which key (Argo's `keyFormat`). @default `artifacts` in the folder, `{{workflow.name}}/{{pod.name}}` */
  readonly artifacts?: { readonly folder: string; readonly keyFormat?: string };
  /** Holds PersistentVolumeClaims as folders, by namespace and name. @default `claims` in the folder */
  readonly claims?: string;
  /** Holds secrets as folders with a file for each key. @default `secrets` in the folder */
  readonly secrets?: string;
  /** Holds config maps as folders with a file for each key. @default `config-maps` in the folder */
  readonly configMaps?: string;
  /** At most this many attempts at once, over all workflows. @default the number of cores */
  readonly maxParallelTasks?: number;
  /** @default the system's */
  readonly clock?: Clock;
  /** Runs a tick of the engine soon, never at once. @default setImmediate */
  readonly schedule?: (tick: () => void) => void;
  /** How long it may take at most until the store says of a task that it runs, for the sake of tasks that are over by then. @default 50 */
  readonly runningNewsMs?: number;
  /** How much one Workflow may do in a tick before others have their turn. @default 400 */
  readonly visitsPerTick?: number;
  /** @default random UUIDs */
  readonly newUid?: () => string;
  /** Told of faults that no caller can be told of; must not throw. @default console.error */
  readonly onError?: (error: unknown) => void;
  /** Called by name around every write, for tests that end the process there. @default nothing */
  readonly failpoint?: (name: string) => void;
}

export interface EmbeddedArgo {
  readonly store: ResourceStore;
  /** Volume claims, for whoever makes or deletes them outside a Workflow. */
  readonly volumes: ClaimVolumes;
  /** Why a pod with these variables and volumes cannot be run: what it refers to and is not there. A claim may be made until then. */
  problemsOfPod(pod: PodReferences): string[];
  /** How much work was done so far. */
  readonly counters: Readonly<EngineCounters>;
  /** Why a Workflow cannot run here: throws what `create` would throw, and creates nothing. */
  check(workflow: Workflow): void;
  /** Stops everything, attempts included, and gives up the folder. What was running goes on with the next `open`. Idempotent. */
  close(): Promise<void>;
}

/**
 * Opens the embedded store and starts to reconcile its Workflows. FAILED_PRECONDITION when another owner has the folder.
 * Objects, once created, survive the death of the process; only a power loss may cost the last second.
 */
export async function openEmbeddedArgo(options: EmbeddedArgoOptions): Promise<EmbeddedArgo> {
  const { folder, maxParallelTasks = availableParallelism(), clock = systemClock, onError = (error) => console.error(error) } = options;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const lock = lockFolder(folder);
  const counters = newCounters();
  const claims = new ClaimFolders(options.claims ?? join(folder, 'claims'));
  const keyed = {
    secrets: new KeyedFolders('secret', options.secrets ?? join(folder, 'secrets')),
    configMaps: new KeyedFolders('config map', options.configMaps ?? join(folder, 'config-maps')),
  };
  const mounted = new MountedFolders();
  let database: ArgoDatabase | undefined;
  try {
    database = new ArgoDatabase(folder);
    const engine: ArgoEngine = new ArgoEngine({
      database,
      folder,
      artifacts: new ArtifactFolder(options.artifacts?.folder ?? join(folder, 'artifacts')),
      artifactKeyFormat: options.artifacts?.keyFormat ?? '{{workflow.name}}/{{pod.name}}',
      claims,
      keyed,
      clock,
      schedule: options.schedule ?? ((tick) => void setImmediate(tick)),
      maxParallelTasks: Math.max(1, maxParallelTasks),
      runningNewsMs: Math.max(0, options.runningNewsMs ?? 50),
      visitsPerTick: Math.max(1, options.visitsPerTick ?? 400),
      counters,
      onCommitted: (live, changed) => store.committed(live, changed),
      onTick: () => store.flush(),
      onError,
      failpoint: options.failpoint,
    });
    const store: EmbeddedResourceStore = new EmbeddedResourceStore({ database, engine, newUid: options.newUid, onError, failpoint: options.failpoint });
    engine.attach(mounted.executor(await options.executor(mounted.listener(engine.listener))));
    store.start();
    let closing: Promise<void> | undefined;
    const close = async (): Promise<void> => {
      store.close();
      await engine.close();
      database?.close();
      lock.release();
    };
    return {
      store,
      volumes: new ClaimVolumes({ claims, mounted, clock }),
      problemsOfPod: (pod) => problemsOfPod(pod, keyed),
      counters,
      check: (workflow) => checkWorkflow(workflow, engine.place),
      close: () => (closing ??= close()),
    };
  } catch (error) {
    database?.close();
    lock.release();
    throw explainDamage(error, folder);
  }
}
