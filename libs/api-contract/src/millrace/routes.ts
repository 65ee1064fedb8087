import { MILLRACE_API } from './base.js';

const at = (strings: TemplateStringsArray, ...ids: (string | number)[]) =>
  MILLRACE_API + strings.reduce((path, part, index) => path + encodeURIComponent(String(ids[index - 1])) + part);

/** Paths of Millrace's own routes, relative to the base path; ids are escaped. */
export const millraceRoutes = {
  server: () => at`/server`,
  /** What the server finds wrong with its install. */
  doctor: () => at`/doctor`,
  events: () => at`/events`,
  runs: () => at`/runs`,
  runPreview: () => at`/runs:preview`,
  run: (runId: string) => at`/runs/${runId}`,
  runArtifacts: (runId: string) => at`/runs/${runId}/artifacts`,
  task: (runId: string, taskId: string) => at`/runs/${runId}/tasks/${taskId}`,
  logs: (runId: string, taskId: string) => at`/runs/${runId}/tasks/${taskId}/logs`,
  /** Server-sent events. */
  logStream: (runId: string, taskId: string) => at`/runs/${runId}/tasks/${taskId}/logs/stream`,
  /** The whole log as text/plain, as a download. */
  logDownload: (runId: string, taskId: string) => at`/runs/${runId}/tasks/${taskId}/logs/download`,
  recurringRuns: () => at`/recurring-runs`,
  recurringRun: (recurringRunId: string) => at`/recurring-runs/${recurringRunId}`,
  artifact: (artifactId: string) => at`/artifacts/${artifactId}`,
  /** Bytes, with Range; `?path=` for a file inside a directory; sandboxed by CSP, `?download=1` as an attachment; `?unpacked=1` for the file in an archive, without Range. */
  artifactContent: (artifactId: string) => at`/artifacts/${artifactId}/content`,
  /** Entries of a directory artifact: `{ entries: [{ path, size_bytes }] }`. */
  artifactEntries: (artifactId: string) => at`/artifacts/${artifactId}/entries`,
} as const;
