import type { Database, Run } from '@millrace/database';
import { isWorkflowPipeline, parseAnyPipelineValue } from '@millrace/pipeline-spec';
import { resolveRunParameters, type RunFacts } from '@millrace/pipeline-semantics';
import { LiveRun } from './live-run.js';
import { valuesOf } from './task-rows.js';
import { WorkflowRun } from './v1/workflow-run.js';

/** A run in progress, rebuilt from its rows. */
export async function loadLiveRun(database: Database, run: Run): Promise<LiveRun | WorkflowRun> {
  const [document, tasks, links] = await Promise.all([database.runs.getDocument(run.id), database.tasks.list(run.id), database.artifacts.listLinks(run.id)]);
  const pipeline = parseAnyPipelineValue(document.pipelineSpec, document.platformSpec);
  if (isWorkflowPipeline(pipeline)) return new WorkflowRun(run, pipeline, tasks, links);
  const facts: RunFacts = {
    runId: run.id,
    displayName: run.displayName,
    resourceName: run.workflowName,
    namespace: run.namespace,
    createdAt: run.createdAt,
    scheduledAt: run.scheduledAt,
    artifactRoot: run.artifactRoot,
    parameters: resolveRunParameters(pipeline, run.parameters),
  };
  const byTask = Map.groupBy(links, (link) => link.taskId);
  return new LiveRun(
    run,
    pipeline,
    facts,
    tasks.map((row) => {
      const own = byTask.get(row.id) ?? [];
      return {
        row,
        inputs: row.inputs && valuesOf(row.inputs, own.filter((link) => link.direction === 'INPUT')),
        outputs: row.outputs && valuesOf(row.outputs, own.filter((link) => link.direction === 'OUTPUT')),
      };
    }),
  );
}
