/**
 * Where things are for a task: given to planner and compiler, so that the meaning of a pipeline never depends on the machine.
 * Each substrate supplies one.
 */
export type Layout = Places & (InPlace | InObjectStore);

interface Places {
  /** Root below which artifacts go when neither the run nor the pipeline names one; no trailing slash. */
  readonly defaultPipelineRoot: string;
  /** Why a pipeline root cannot be used here, with the remedy; undefined when it can. */
  readonly refuseRoot: (uri: string) => string | undefined;
  /** Whether a task has a folder of its own there, so that a file of the machine must be mounted for it. @default nothing is hidden */
  readonly hides?: (path: string) => boolean;
  /** Whether images (`oci://…`) that a task takes are mounted for it. @default false */
  readonly mountsImages?: boolean;
  /** Why objects at an address cannot be reached from here, with the remedy; undefined when they can. @default all can be */
  readonly refuseAddress?: (uri: string) => string | undefined;
  /** The folder of output parameter files as the task sees it. `taskRoot` is the task's root as a local path. */
  readonly parameterFolder: (taskRoot: string) => string;
  /** Mount point of the run's workspace as the task sees it. */
  readonly workspacePath: string;
}

/** One machine: a URI is a path that the task itself writes. */
interface InPlace {
  readonly transport: 'in-place';
}

/** A cluster: Argo's executor moves files between the pod and the store. */
interface InObjectStore {
  readonly transport: 'object-store';
  /** Whether Kubernetes can start one container of a pod again: then files are taken away until that succeeds, however long a server is away. @default false */
  readonly restartsContainers?: boolean;
  /** Every store that an artifact may lie in; the same, in the same order, for the life of a run. */
  readonly stores: readonly ObjectStoreAccess[];
  /** Where a URI's object is, in one of `stores`; undefined when none is configured for it. */
  readonly locateObject: (uri: string) => ObjectLocation | undefined;
  /** Image of the pods that copy imported objects into a run's workspace; it has `sh`. @default none are copied */
  readonly copyImage?: string;
}

/** An object, and how a pod's executor reaches the store that holds it. */
export interface ObjectLocation {
  readonly bucket: string;
  /** Without a slash at either end. */
  readonly key: string;
  readonly store: ObjectStoreAccess;
}

export interface ObjectStoreAccess {
  /** Scheme of the URIs of its objects; decides where tasks find them. */
  readonly scheme: 'minio' | 's3';
  /** `host:port` as pods reach it. */
  readonly endpoint: string;
  readonly tls: boolean;
  readonly region: string;
  /** The Secret of the run's namespace with the keys; absent: the identity of the pod's own account. */
  readonly secret?: { readonly name: string; readonly accessKeyKey: string; readonly secretKeyKey: string };
}
