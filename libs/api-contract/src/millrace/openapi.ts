import { z } from 'zod';
import { buildOpenApiDocument, type OpenApiDocument } from '../openapi/openapi-document.js';
import { operationsBelow, type Operation } from '../openapi/operation.js';
import { run } from '../v2beta1/run.js';
import { schemas as v2beta1Schemas } from '../v2beta1/registry.js';
import { MILLRACE_API } from './base.js';
import { artifactContentQuery, listRecurringRunsQuery, listRunsQuery, logDownloadQuery, logStreamQuery, logsQuery } from './queries.js';
import * as views from './schemas.js';

const operation = operationsBelow(MILLRACE_API);

const artifactEntries = z.object({ entries: z.array(z.object({ path: z.string(), size_bytes: z.number() })) });

/** Every route of Millrace's own that is served. */
export const operations: readonly Operation[] = [
  operation('GET', '/server', 'getServer', 'What this server is.', { response: views.serverInfo }),
  operation('GET', '/doctor', 'getDiagnosis', 'What the server finds wrong with its install, looked at at most every half minute.', { response: views.diagnosis }),
  operation('GET', '/events', 'streamEvents', 'Changes as they are committed, as server-sent events.', { response: 'text/event-stream' }),
  operation('GET', '/runs', 'listRuns', 'Lists runs with the names they show, newest first.', { query: listRunsQuery, response: views.runList }),
  operation('POST', '/runs:preview', 'previewRun', 'Says what a run would do, without running it.', { body: run, response: views.runPreview }),
  operation('GET', '/runs/{run_id}', 'getRun', 'Everything that the page of a run opens with.', { response: views.runDetail }),
  operation('GET', '/runs/{run_id}/artifacts', 'listRunArtifacts', 'Every input and output artifact of a run.', { response: views.artifactPage }),
  operation('GET', '/runs/{run_id}/tasks/{task_id}', 'getTask', 'One task with its inputs, outputs and attempts.', { response: views.taskDetail }),
  operation('GET', '/runs/{run_id}/tasks/{task_id}/logs', 'getLogs', 'A page of the log of an attempt.', { query: logsQuery, response: views.logPage }),
  operation('GET', '/runs/{run_id}/tasks/{task_id}/logs/stream', 'streamLogs', 'The log of an attempt as it is written, as server-sent events.', {
    query: logStreamQuery,
    response: 'text/event-stream',
  }),
  operation('GET', '/runs/{run_id}/tasks/{task_id}/logs/download', 'downloadLogs', 'The whole log of an attempt.', { query: logDownloadQuery, response: 'text/plain' }),
  operation('GET', '/recurring-runs', 'listRecurringRuns', 'Lists recurring runs with the names they show, newest first.', { query: listRecurringRunsQuery, response: views.recurringRunList }),
  operation('GET', '/recurring-runs/{recurring_run_id}', 'getRecurringRun', 'Everything that the page of a recurring run opens with.', { response: views.recurringRunDetail }),
  operation('GET', '/artifacts/{artifact_id}', 'getArtifact', 'One artifact.', { response: views.artifact }),
  operation('GET', '/artifacts/{artifact_id}/content', 'getArtifactContent', 'Its bytes, whole or a range.', { query: artifactContentQuery, response: 'application/octet-stream' }),
  operation('GET', '/artifacts/{artifact_id}/entries', 'listArtifactEntries', 'The files in a directory artifact.', { response: artifactEntries }),
];

/** The served description of Millrace's own routes. */
export function openApiDocument(version: string): OpenApiDocument {
  const own = {
    RunSummary: views.runSummary,
    RunDetail: views.runDetail,
    RunList: views.runList,
    RecurringRunSummary: views.recurringRunSummary,
    RecurringRunDetail: views.recurringRunDetail,
    RecurringRunList: views.recurringRunList,
    TaskSummary: views.taskSummary,
    TaskDetail: views.taskDetail,
    Artifact: views.artifact,
    ArtifactLink: views.artifactLink,
    ArtifactPage: views.artifactPage,
    LogPage: views.logPage,
    StreamEvent: views.streamEvent,
    RunPreview: views.runPreview,
    ServerInfo: views.serverInfo,
    Diagnosis: views.diagnosis,
    ArtifactEntries: artifactEntries,
  };
  const schemas = new Map<string, z.ZodType>([...v2beta1Schemas, ...Object.entries(own)]);
  return buildOpenApiDocument({ title: "Millrace's own API", version, operations, schemas, errors: { status: 'Status', message: 'MessageError' } });
}
