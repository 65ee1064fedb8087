import type { RunsQuery } from '@/api/millrace';

/** Keys of the query cache: the live stream writes into it, so they are named in one place. */
export const keys = {
  server: ['server'] as const,
  diagnosis: ['diagnosis'] as const,
  runs: (query: RunsQuery) => ['runs', query] as const,
  allRuns: ['runs'] as const,
  liveCount: ['live-count'] as const,
  run: (id: string) => ['run', id] as const,
  allOfRun: ['run'] as const,
  task: (run: string, task: string) => ['task', run, task] as const,
  tasksOf: (run: string) => ['task', run] as const,
  runArtifacts: (id: string) => ['run-artifacts', id] as const,
  pipelines: ['pipelines'] as const,
  pipeline: (id: string) => ['pipelines', 'one', id] as const,
  versions: (pipeline: string) => ['pipelines', 'versions', pipeline] as const,
  version: (pipeline: string, version: string) => ['pipelines', 'version', pipeline, version] as const,
  recurringRuns: ['recurring-runs'] as const,
  recurringRun: (id: string) => ['recurring-runs', 'one', id] as const,
  experiments: ['experiments'] as const,
  experiment: (id: string) => ['experiments', 'one', id] as const,
};
