import type { Run, Task, TaskArtifact } from '@millrace/database';
import type { WorkflowPipeline } from '@millrace/pipeline-spec';
import type { ScopePath } from '@millrace/pipeline-semantics';
import { RunRows } from '../run-rows.js';
import type { NodePlace } from './place-node.js';

/** A run of a v1 pipeline in progress: its rows, and which of the Workflow's nodes each stands for. */
export class WorkflowRun extends RunRows {
  /** By node id; null for a node that stands for no task. */
  readonly places = new Map<string, NodePlace | null>();
  /** Node that stands for a task: its pod, the Retry node around its attempts, or its group. */
  readonly taskNodes = new Map<ScopePath, string>();
  /** Ids of the run's artifacts by their address. */
  readonly artifacts = new Map<string, string>();

  constructor(
    run: Run,
    readonly pipeline: WorkflowPipeline,
    tasks: readonly Task[],
    links: readonly TaskArtifact[],
  ) {
    super(run, tasks);
    for (const { artifact } of links) this.artifacts.set(artifact.uri, artifact.id);
  }
}
