import type { v1beta1 } from '@millrace/api-contract';
import type { Page, PipelineDocument } from '@millrace/database';
import type { RecurringRunRequest } from '../../recurring-runs/recurring-run-request.js';
import type { NamedRecurringRun } from '../../recurring-runs/recurring-run-views.service.js';
import { message, time } from '../v2beta1/proto-json.js';
import { fromWireTrigger, toWireTrigger } from '../v2beta1/recurring-runs.mapper.js';
import { toManifests, toText } from './manifest.mapper.js';
import { toReference } from './resource-references.mapper.js';
import { fromWire as runFromWire } from './runs.mapper.js';

/** A recurring run as v1 has it; `document` is its pipeline, which lists leave out. */
export function toWire({ recurringRun: run, experimentName, pipelineName, versionName, document }: NamedRecurringRun & { readonly document?: PipelineDocument }): v1beta1.WireJob {
  return message({
    id: run.id,
    name: run.displayName,
    description: run.description,
    pipeline_spec: {
      ...message({
        pipeline_id: run.pipelineId,
        pipeline_name: pipelineName ?? run.pipelineName,
        parameters: Object.entries(run.parameters).map(([name, value]) => message({ name, value: toText(value) })),
      }),
      ...(document && toManifests(document)),
    },
    resource_references: [...toReference('EXPERIMENT', run.experimentId, experimentName, 'OWNER'), ...toReference('PIPELINE_VERSION', run.pipelineVersionId, versionName, 'CREATOR')],
    service_account: run.serviceAccount,
    max_concurrency: String(run.maxConcurrency),
    trigger: toWireTrigger(run.trigger),
    mode: run.status,
    created_at: time(run.createdAt),
    updated_at: time(run.updatedAt),
    status: run.status === 'ENABLED' ? 'Enabled' : 'Disabled',
    error: run.error,
    enabled: run.status === 'ENABLED',
    no_catchup: run.noCatchup,
  });
}

export function toWirePage(page: Page<NamedRecurringRun>): v1beta1.ListJobsResponse {
  return message({ jobs: page.items.map(toWire), total_size: page.totalSize, next_page_token: page.nextPageToken });
}

/** What a client asks for; either of two fields enables a job. */
export function fromWire(wire: v1beta1.WireJob): RecurringRunRequest {
  const { name, description, pipeline_spec, resource_references, service_account } = wire;
  return {
    ...runFromWire({ name, description, pipeline_spec, resource_references, service_account }),
    status: wire.enabled === true || wire.mode === 'ENABLED' ? 'ENABLED' : 'DISABLED',
    trigger: fromWireTrigger(wire.trigger),
    noCatchup: wire.no_catchup ?? false,
    maxConcurrency: Number(wire.max_concurrency ?? 0),
  };
}
