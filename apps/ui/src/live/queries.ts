'use client';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { kfp, type ListQuery } from '@/api/kfp';
import { millrace, type RecurringRunsQuery, type RunsQuery } from '@/api/millrace';
import { keys } from './query-keys';
import { useLiveCache } from './LiveProvider';

/** No event tells of warnings that come and go. */
const SERVER_ANEW_MS = 300_000;
/** As long as the server keeps it. */
const DIAGNOSIS_KEPT_MS = 30_000;

/** What the pages read. Each is fetched once and then kept true by the live stream. */
export const useServer = () => useQuery({ queryKey: keys.server, queryFn: ({ signal }) => millrace.server(signal), staleTime: Number.POSITIVE_INFINITY, refetchInterval: SERVER_ANEW_MS });

/** Looked at when somebody wants to see it: it costs the server questions to others. */
export const useDiagnosis = () => useQuery({ queryKey: keys.diagnosis, queryFn: ({ signal }) => millrace.diagnosis(signal), staleTime: DIAGNOSIS_KEPT_MS });

export function useRuns(query: RunsQuery, options: { enabled?: boolean } = {}) {
  const live = useLiveCache();
  return useQuery({
    queryKey: keys.runs(query),
    queryFn: async ({ signal }) => live.catchUpList(await millrace.runs(query, signal)),
    placeholderData: keepPreviousData,
    enabled: options.enabled ?? true,
  });
}

export const useLiveCount = () =>
  useQuery({
    queryKey: keys.liveCount,
    queryFn: async ({ signal }) => (await millrace.runs({ states: ['PENDING', 'RUNNING', 'CANCELING'], pageSize: 1 }, signal)).total_size,
  });

export function useRun(id: string) {
  const live = useLiveCache();
  return useQuery({ queryKey: keys.run(id), queryFn: async ({ signal }) => live.catchUpRun(await millrace.run(id, signal)), enabled: id !== '' });
}

export const useTask = (run: string, task: string | undefined) =>
  useQuery({ queryKey: keys.task(run, task ?? ''), queryFn: ({ signal }) => millrace.task(run, task ?? '', signal), enabled: Boolean(task) });

export const useRunArtifacts = (run: string) => useQuery({ queryKey: keys.runArtifacts(run), queryFn: ({ signal }) => millrace.runArtifacts(run, signal) });

export const usePipelines = (list: ListQuery) =>
  useQuery({ queryKey: [...keys.pipelines, 'list', list], queryFn: ({ signal }) => kfp.listPipelines(list, signal), placeholderData: keepPreviousData });

export const usePipeline = (id: string) => useQuery({ queryKey: keys.pipeline(id), queryFn: ({ signal }) => kfp.getPipeline(id, signal), enabled: id !== '' });

export const useVersions = (pipeline: string, list: ListQuery = { pageSize: 100 }) =>
  useQuery({ queryKey: [...keys.versions(pipeline), list], queryFn: ({ signal }) => kfp.listVersions(pipeline, list, signal), enabled: pipeline !== '' });

export const useVersion = (pipeline: string, version: string) =>
  useQuery({ queryKey: keys.version(pipeline, version), queryFn: ({ signal }) => kfp.getVersion(pipeline, version, signal), enabled: pipeline !== '' && version !== '' });

export const useRecurringRuns = (query: RecurringRunsQuery) =>
  useQuery({ queryKey: [...keys.recurringRuns, 'list', query], queryFn: ({ signal }) => millrace.recurringRuns(query, signal), placeholderData: keepPreviousData });

export const useRecurringRun = (id: string) => useQuery({ queryKey: keys.recurringRun(id), queryFn: ({ signal }) => millrace.recurringRun(id, signal), enabled: id !== '' });

export const useExperiments = (list: ListQuery) =>
  useQuery({ queryKey: [...keys.experiments, 'list', list], queryFn: ({ signal }) => kfp.listExperiments(list, signal), placeholderData: keepPreviousData });

export const useExperiment = (id: string) => useQuery({ queryKey: keys.experiment(id), queryFn: ({ signal }) => kfp.getExperiment(id, signal), enabled: id !== '' });
