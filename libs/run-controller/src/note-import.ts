import type { TaskUpdate } from '@millrace/database';
import type { Decision } from '@millrace/pipeline-semantics';
import type { LiveRun } from './live-run.js';
import { importedArtifacts, json, linksOf } from './task-rows.js';

/** Writes what an importer comes to into the run's rows. */
export function noteImport(live: LiveRun, update: TaskUpdate, decision: Extract<Decision, { kind: 'import' }>, at: Date): void {
  const { inputs, outputs, fingerprint } = decision;
  const { id } = live.task(update.path)!;
  live.updateTask({ ...update, inputs: json(inputs.parameters), outputs: json(outputs.parameters), fingerprint }, { inputs, outputs });
  live.addArtifacts(...importedArtifacts(decision, { namespace: live.run.namespace, pipelineName: live.run.pipelineName, taskId: id, at }));
  live.addLinks(...linksOf(id, 'OUTPUT', outputs.artifacts));
  if (fingerprint !== undefined) live.addCacheEntry({ taskId: id, fingerprint });
}
