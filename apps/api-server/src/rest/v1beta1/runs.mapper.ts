import type { v1beta1 } from '@millrace/api-contract';
import type { Json, Metric, Page, RunState } from '@millrace/database';
import { PipelineError } from '@millrace/errors';
import type { RunRequest } from '../../runs/run-request.js';
import type { NamedRun, RunPage } from '../../runs/run-views.service.js';
import { message, time } from '../v2beta1/proto-json.js';
import { toManifests, toText } from './manifest.mapper.js';
import { referencedId, toReference } from './resource-references.mapper.js';
import { toWorkflowStatus } from './workflow-status.mapper.js';

const STATUS: Readonly<Record<RunState, string>> = {
  PENDING: 'Pending',
  PAUSED: 'Pending',
  RUNNING: 'Running',
  SUCCEEDED: 'Succeeded',
  SKIPPED: 'Skipped',
  FAILED: 'Failed',
  CANCELING: 'Terminating',
  // Clients of v1 wait for this.
  CANCELED: 'Failed',
};

/** A run as lists show it: without its manifest. */
export function toWireSummary({ run, experimentName, pipelineName, versionName }: NamedRun, metrics: readonly Metric[]): v1beta1.WireRun {
  return message({
    id: run.id,
    name: run.displayName,
    storage_state: run.storageState === 'ARCHIVED' ? ('STORAGESTATE_ARCHIVED' as const) : undefined,
    description: run.description,
    pipeline_spec: message({
      pipeline_id: run.pipelineId,
      pipeline_name: pipelineName ?? run.pipelineName,
      parameters: Object.entries(run.parameters).map(([name, value]) => message({ name, value: toText(value) })),
    }),
    resource_references: [
      ...toReference('EXPERIMENT', run.experimentId, experimentName, 'OWNER'),
      ...toReference('PIPELINE_VERSION', run.pipelineVersionId, versionName, 'CREATOR'),
      ...toReference('JOB', run.recurringRunId, undefined, 'CREATOR'),
    ],
    service_account: run.serviceAccount,
    created_at: time(run.createdAt),
    scheduled_at: time(run.scheduledAt),
    finished_at: time(run.finishedAt),
    status: STATUS[run.state],
    error: run.error,
    metrics: metrics.map((metric) => message({ name: metric.name, node_id: metric.taskId, number_value: metric.value, format: 'RAW' as const })),
  });
}

export function toWirePage(page: Page<NamedRun>, metrics: readonly Metric[]): v1beta1.ListRunsResponse {
  const byRun = Map.groupBy(metrics, ({ runId }) => runId);
  return message({ runs: page.items.map((named) => toWireSummary(named, byRun.get(named.run.id) ?? [])), total_size: page.totalSize, next_page_token: page.nextPageToken });
}

/** A run with its manifest, and beside it what it was made of and how far it is. */
export function toWireDetail(page: RunPage, workflow: Json): v1beta1.WireRunDetail {
  const summary = toWireSummary(page, page.metrics);
  return {
    run: { ...summary, pipeline_spec: { ...summary.pipeline_spec, ...toManifests(page.document) } },
    pipeline_runtime: { workflow_manifest: JSON.stringify({ ...(workflow as object), status: toWorkflowStatus(page, STATUS[page.run.state]) }) },
  };
}

/** What a client asks for. */
export function fromWire(wire: v1beta1.WireRun): RunRequest {
  const spec = wire.pipeline_spec ?? {};
  return {
    displayName: wire.name ?? '',
    description: wire.description ?? '',
    experimentId: referencedId(wire.resource_references, 'EXPERIMENT') ?? '',
    serviceAccount: wire.service_account ?? '',
    source: sourceOf(wire),
    parameters: { ...(spec.runtime_config?.parameters as Record<string, Json> | undefined), ...parametersOf(spec) },
    ...(spec.runtime_config?.pipeline_root && { pipelineRoot: spec.runtime_config.pipeline_root }),
  };
}

function parametersOf({ parameters }: v1beta1.WirePipelineSpec): Record<string, Json> {
  return Object.fromEntries((parameters ?? []).map(({ name, value }) => [name ?? '', value ?? '']));
}

function sourceOf({ pipeline_spec: spec, resource_references: references }: v1beta1.WireRun): RunRequest['source'] {
  const text = spec?.workflow_manifest || spec?.pipeline_manifest;
  const versionId = referencedId(references, 'PIPELINE_VERSION');
  const pipelineId = spec?.pipeline_id || referencedId(references, 'PIPELINE');
  // The SDK sends the id of a pipeline beside that of its version.
  if (versionId !== undefined || (pipelineId && !text)) return { kind: 'version', ...(pipelineId && { pipelineId }), ...(versionId !== undefined && { versionId }) };
  if (text) return { kind: 'text', text };
  throw new PipelineError('INVALID_ARGUMENT', 'A run needs a pipeline: pipeline_spec.workflow_manifest, pipeline_spec.pipeline_id, or a resource reference to a PIPELINE_VERSION.');
}
