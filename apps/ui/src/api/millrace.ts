import {
  millraceRoutes,
  type ArtifactPage,
  type ArtifactView,
  type Diagnosis,
  type LogPageView,
  type RecurringRunDetail,
  type RecurringRunList,
  type RunDetail,
  type RunList,
  type RunPreview,
  type ServerInfo,
  type TaskDetail,
} from '@millrace/api-contract';
import { getJson, requestJson, withQuery } from './http';
import { fromBase } from './base-path';
import type { KfpRunRequest } from './kfp';

export interface RunsQuery {
  readonly pageToken?: string;
  readonly pageSize?: number;
  readonly experimentId?: string;
  readonly recurringRunId?: string;
  readonly states?: readonly string[];
  readonly text?: string;
  readonly archived?: boolean;
  /** KFP's filter, for what the short forms do not say. */
  readonly filter?: string;
}

export interface RecurringRunsQuery {
  readonly pageToken?: string;
  readonly pageSize?: number;
  readonly text?: string;
  readonly enabled?: boolean;
}

export const RUNS_PAGE_SIZE = 50;

/** Millrace's own API: what the pages need and KFP's API does not have. */
export const millrace = {
  server: (signal?: AbortSignal) => getJson<ServerInfo>(millraceRoutes.server(), { signal }),
  diagnosis: (signal?: AbortSignal) => getJson<Diagnosis>(millraceRoutes.doctor(), { signal }),
  runs: (query: RunsQuery, signal?: AbortSignal) =>
    getJson<RunList>(millraceRoutes.runs(), {
      signal,
      query: {
        page_size: query.pageSize ?? RUNS_PAGE_SIZE,
        page_token: query.pageToken,
        experiment_id: query.experimentId,
        recurring_run_id: query.recurringRunId,
        states: query.states?.length ? query.states.join(',') : undefined,
        q: query.text,
        archived: query.archived ? true : undefined,
        filter: query.filter,
      },
    }),
  recurringRuns: (query: RecurringRunsQuery, signal?: AbortSignal) =>
    getJson<RecurringRunList>(millraceRoutes.recurringRuns(), { signal, query: { page_size: query.pageSize ?? RUNS_PAGE_SIZE, page_token: query.pageToken, q: query.text, enabled: query.enabled } }),
  recurringRun: (id: string, signal?: AbortSignal) => getJson<RecurringRunDetail>(millraceRoutes.recurringRun(id), { signal }),
  run: (id: string, signal?: AbortSignal) => getJson<RunDetail>(millraceRoutes.run(id), { signal }),
  runArtifacts: (id: string, signal?: AbortSignal) => getJson<ArtifactPage>(millraceRoutes.runArtifacts(id), { signal }),
  task: (run: string, task: string, signal?: AbortSignal) => getJson<TaskDetail>(millraceRoutes.task(run, task), { signal }),
  logs: (run: string, task: string, query: { attempt: number; from: number | 'tail'; limitBytes?: number }, signal?: AbortSignal) =>
    getJson<LogPageView>(millraceRoutes.logs(run, task), { signal, query: { attempt: query.attempt, from: query.from, limit_bytes: query.limitBytes } }),
  logStreamAddress: (run: string, task: string, query: { attempt: number; from: number }) => fromBase(withQuery(millraceRoutes.logStream(run, task), query)),
  logDownloadAddress: (run: string, task: string, attempt: number) => fromBase(withQuery(millraceRoutes.logDownload(run, task), { attempt })),
  preview: (run: KfpRunRequest, signal?: AbortSignal) => requestJson<RunPreview>('POST', millraceRoutes.runPreview(), { body: run, signal }),
  artifact: (id: string, signal?: AbortSignal) => getJson<ArtifactView>(millraceRoutes.artifact(id), { signal }),
  artifactAddress: (id: string, query: { path?: string; download?: number; unpacked?: number } = {}) => fromBase(withQuery(millraceRoutes.artifactContent(id), query)),
  artifactEntries: (id: string, signal?: AbortSignal) => getJson<{ entries: { path: string; size_bytes: number }[] }>(millraceRoutes.artifactEntries(id), { signal }),
  eventsAddress: () => fromBase(millraceRoutes.events()),
};
