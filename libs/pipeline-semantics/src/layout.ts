/**
 * Where things are for a task: given to planner and compiler, so that the meaning of a pipeline never depends on the machine.
 * Each substrate supplies one.
 */
export interface Layout {
  /** Root below which artifacts go when neither the run nor the pipeline names one; no trailing slash. */
  readonly defaultPipelineRoot: string;
  /**
   * `in-place`: a URI is a path that the task itself writes (one machine); `object-store`: Argo's executor moves files between
   * the pod and the store (a cluster).
   */
  readonly transport: 'in-place' | 'object-store';
  /** Why a pipeline root cannot be used here, with the remedy; undefined when it can. */
  readonly refuseRoot: (uri: string) => string | undefined;
  /** The folder of output parameter files as the task sees it. `taskRoot` is the task's root as a local path. */
  readonly parameterFolder: (taskRoot: string) => string;
  /** Mount point of the run's workspace as the task sees it. */
  readonly workspacePath: string;
}
