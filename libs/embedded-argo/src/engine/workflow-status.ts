import type { NodeStatus } from '@millrace/argo';
import { toTimestamp } from '../clock.js';
import { hasNoOutputs } from './boundary-outputs.js';
import { hasProgress, type RunState } from './run-state.js';
import { workflowPhaseOf } from './workflow-phase.js';

const LABEL_PHASE = 'workflows.argoproj.io/phase';
const LABEL_COMPLETED = 'workflows.argoproj.io/completed';

/** What a Workflow says of itself as a whole: in its status, and in the labels that others select by. */
export class WorkflowStatus {
  constructor(private readonly state: RunState) {}

  begin(): void {
    this.state.live.setStatus({ phase: 'Running', startedAt: toTimestamp(this.state.now()), progress: '0/0' });
    this.#label('Running', false);
  }

  /** Counts anew what an earlier process left. */
  countProgress(): void {
    const { state } = this;
    const counted = state.live.nodeIds().map((id) => state.node(id)!).filter(({ type }) => hasProgress(type));
    state.begun = counted.length;
    state.succeeded = counted.filter(({ phase }) => phase === 'Succeeded').length;
  }

  /** `status.progress`, written with whatever else a tick writes. */
  updateProgress(): void {
    const progress = `${this.state.succeeded}/${this.state.begun}`;
    if (this.state.live.status.progress !== progress) this.state.live.setStatus({ progress });
  }

  /** Ends the Workflow as its root did, or as its exit handler did when only that failed. Returns its phase. */
  end(root: NodeStatus, exit?: NodeStatus): string {
    const own = workflowPhaseOf(root.phase);
    const phase = own === 'Succeeded' && exit !== undefined ? workflowPhaseOf(exit.phase) : own;
    const because = phase === own ? this.#message(root) : exit!.message;
    this.state.live.setStatus({
      phase,
      finishedAt: toTimestamp(this.state.now()),
      conditions: [{ type: 'Completed', status: 'True' }],
      ...(because === undefined ? {} : { message: because }),
    });
    this.#label(phase, true);
    return phase;
  }

  #message(root: NodeStatus): string | undefined {
    const failed = root.phase === 'Failed' || root.phase === 'Error';
    if (failed && this.state.shutdown !== undefined) return `Stopped with strategy '${this.state.shutdown}'`;
    // A root that is no more than an error, or whose outputs are one, is one of the template itself.
    return root.phase === 'Error' && (root.type === 'Skipped' || hasNoOutputs(root)) ? `error in entry template execution: ${root.message}` : root.message;
  }

  #label(phase: string, completed: boolean): void {
    const { live } = this.state;
    live.setMetadata({ labels: { ...live.metadata.labels, [LABEL_PHASE]: phase, [LABEL_COMPLETED]: String(completed) } });
  }
}
