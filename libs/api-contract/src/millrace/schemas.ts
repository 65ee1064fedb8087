import { z } from 'zod';

export const taskState = z.enum(['PENDING', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CACHED', 'SKIPPED', 'CANCELED']);
export const runState = z.enum(['PENDING', 'RUNNING', 'SUCCEEDED', 'SKIPPED', 'FAILED', 'CANCELING', 'CANCELED', 'PAUSED']);
const time = z.iso.datetime({ offset: true });
const json = z.json();

/** How many container tasks are in each state; absent means none. What the strip draws. */
export const taskCounts = z.partialRecord(taskState, z.number().int().nonnegative());

export const named = z.object({ id: z.string(), name: z.string() });

/** One row of the runs list, and the header of a run's page. */
export const runSummary = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  state: runState,
  archived: z.boolean(),
  /** One sentence: which task failed and why. */
  error: z.string().optional(),
  task_counts: taskCounts,
  experiment: named,
  /** Absent for a run of an inline pipeline. */
  pipeline: named.optional(),
  version: named.optional(),
  /** What started it, when that was a schedule. */
  recurring_run: named.optional(),
  /** `pipelineInfo.name`. */
  pipeline_name: z.string(),
  created_at: time,
  started_at: time.optional(),
  finished_at: time.optional(),
});

export const attempt = z.object({
  index: z.number().int(),
  node_id: z.string(),
  state: taskState,
  started_at: time.optional(),
  finished_at: time.optional(),
  exit_code: z.number().int().optional(),
  message: z.string().optional(),
});

export const artifact = z.object({
  id: z.string(),
  name: z.string(),
  /** `system.Dataset`, `system.Metrics`, … */
  type: z.string(),
  uri: z.string(),
  metadata: z.record(z.string(), json),
  created_at: time,
  /** Who made it. */
  run_id: z.string().optional(),
  task_id: z.string().optional(),
  /** Bytes and kind, when this server can reach the object; absent from lists of a whole run. */
  content: z.object({ kind: z.enum(['file', 'directory']), size_bytes: z.number() }).optional(),
});

export const artifactLink = z.object({ name: z.string(), index: z.number().int(), artifact });

/** What the graph and the table need of a task; small, because a run has thousands. */
export const taskSummary = z.object({
  id: z.string(),
  path: z.string(),
  parent_path: z.string(),
  key: z.string(),
  name: z.string(),
  kind: z.enum(['container', 'dag']),
  /** Which iteration of the loop that is its parent; absent for everything else. */
  iteration: z.number().int().optional(),
  position: z.number().int(),
  /** Paths of siblings. */
  depends_on: z.array(z.string()),
  state: taskState,
  /** Cause of a failure, reason of a skip, or what it waits for. */
  message: z.string().optional(),
  attempts: z.number().int(),
  queued_at: time.optional(),
  started_at: time.optional(),
  finished_at: time.optional(),
  /** The most useful things known, for the node: first metrics, else first output parameters, as short text. */
  facts: z.array(z.object({ name: z.string(), value: z.string() })),
});

/** `GET /runs/{run_id}/tasks/{task_id}` */
export const taskDetail = taskSummary.extend({
  run_id: z.string(),
  /** How often a loop is run, once that is known. */
  iterations: z.number().int().optional(),
  image: z.string().optional(),
  command: z.array(z.string()).optional(),
  args: z.array(z.string()).optional(),
  input_parameters: z.record(z.string(), json),
  output_parameters: z.record(z.string(), json),
  input_artifacts: z.array(artifactLink),
  output_artifacts: z.array(artifactLink),
  metrics: z.array(z.object({ name: z.string(), value: z.number() })),
  attempt_list: z.array(attempt),
  fingerprint: z.string().optional(),
  /** Whose outputs were reused. */
  cached_from: z.object({ run_id: z.string(), task_id: z.string(), run_name: z.string().optional() }).optional(),
});

/** `GET /runs/{run_id}`: everything the run page opens with. `revision` is the `id` of the last event it includes. */
export const runDetail = z.object({
  run: runSummary,
  parameters: z.record(z.string(), json),
  /** The spec as YAML-able JSON; parameters, descriptions and types come from it. */
  pipeline_spec: json,
  platform_spec: json.optional(),
  tasks: z.array(taskSummary),
  artifact_count: z.number().int(),
  revision: z.string(),
});

/** `GET /runs?page_size&page_token&sort_by&filter&experiment_id&states=A,B&q=text&archived=bool`: newest first by default. `revision` is as that of a run. */
export const runList = z.object({
  runs: z.array(runSummary),
  total_size: z.number().int(),
  next_page_token: z.string().optional(),
  revision: z.string(),
});

const span = { start_at: time.optional(), end_at: time.optional() };

/** When runs are due. `time_zone` is that of the expression, else the server's. */
export const scheduleTrigger = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('cron'), cron: z.string(), time_zone: z.string(), ...span }),
  z.object({ kind: z.literal('interval'), seconds: z.number().int(), ...span }),
  z.object({ kind: z.literal('once') }),
]);

/** One row of the list of recurring runs, and the header of its page. */
export const recurringRunSummary = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  enabled: z.boolean(),
  trigger: scheduleTrigger,
  no_catchup: z.boolean(),
  max_concurrency: z.number().int(),
  /** Why its last time has no run, or why it can have none. */
  error: z.string().optional(),
  experiment: named,
  /** Absent for one with a pipeline of its own. */
  pipeline: named.optional(),
  /** Absent when it always takes the latest. */
  version: named.optional(),
  pipeline_name: z.string(),
  created_at: time,
  updated_at: time,
  last_run_at: time.optional(),
  next_run_at: time.optional(),
  /** Newest first, a few. */
  latest_runs: z.array(z.object({ id: z.string(), name: z.string(), state: runState })),
});

/** `GET /recurring-runs/{recurring_run_id}` */
export const recurringRunDetail = z.object({
  recurring_run: recurringRunSummary,
  parameters: z.record(z.string(), json),
  pipeline_root: z.string().optional(),
  service_account: z.string(),
  /** What the next run would run; absent when it is gone. */
  pipeline_spec: json.optional(),
  /** The times to come, whether it is enabled or not. */
  next_times: z.array(time),
});

/** `GET /recurring-runs?page_size&page_token&sort_by&filter&experiment_id&enabled=bool&q=text`: newest first by default. */
export const recurringRunList = z.object({
  recurring_runs: z.array(recurringRunSummary),
  total_size: z.number().int(),
  next_page_token: z.string().optional(),
});

/** `GET /runs/{run_id}/tasks/{task_id}/logs?attempt=N&from=OFFSET|tail&limit_bytes=N` */
export const logPage = z.object({
  lines: z.array(
    z.object({
      number: z.number().int(),
      offset: z.number().int(),
      time: time.optional(),
      stream: z.enum(['stdout', 'stderr']).optional(),
      text: z.string(),
    }),
  ),
  next_offset: z.number().int(),
  size_bytes: z.number().int(),
  complete: z.boolean(),
});

/**
 * `GET /events` (server-sent events; `event:` is `type`, `id:` counts up): one stream for everything, shared by a browser's tabs.
 * Changes are coalesced for 100 ms. `hello` comes first and after each reconnect; `reset` says that events were missed: fetch again.
 * Log lines are not in it: `GET …/logs/stream?attempt=N&from=OFFSET` is a stream of its own, `event: page` with a logPage, then `event: end`.
 */
export const streamEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('hello'), revision: z.string(), server_time: time }),
  z.object({ type: z.literal('reset'), revision: z.string() }),
  z.object({ type: z.literal('run'), run: runSummary }),
  z.object({ type: z.literal('run-deleted'), id: z.string() }),
  z.object({ type: z.literal('tasks'), run_id: z.string(), tasks: z.array(taskSummary) }),
  z.object({ type: z.literal('changed'), kind: z.enum(['pipeline', 'pipeline-version', 'experiment', 'recurring-run']), id: z.string() }),
]);

/** `POST /runs:preview` with the body of `POST /apis/v2beta1/runs`: what would run, without running it. */
export const runPreview = z.object({
  tasks: z.number().int(),
  /** Decided now. */
  cached: z.number().int(),
  run: z.number().int(),
  /** Depends on values not known yet. */
  undecided: z.number().int(),
  problems: z.array(z.object({ path: z.string(), message: z.string() })),
  /** What the pipeline asks for and will go without, as sentences; absent when there is nothing. */
  warnings: z.array(z.string()).optional(),
});

/** `GET /server`: what the page's footer and empty states tell. */
export const serverInfo = z.object({
  version: z.string(),
  base_url: z.string(),
  data_folder: z.string().optional(),
  substrate: z.enum(['embedded', 'kubernetes']),
  /** Of cron expressions that name none. */
  time_zone: z.string(),
  /** Of the install, as sentences; the pages show them. */
  warnings: z.array(z.string()),
});

/** What a check of the install came to; `why` and `remedy` are there unless all is well. */
export const finding = z.object({
  check: z.string(),
  verdict: z.enum(['ok', 'warning', 'error', 'unknown']),
  what: z.string(),
  why: z.string().optional(),
  remedy: z.string().optional(),
});

/** `GET /doctor` */
export const diagnosis = z.object({ examined_at: z.string(), findings: z.array(finding) });

/** `GET /runs/{run_id}/artifacts` */
export const artifactPage = z.object({ artifacts: z.array(artifactLink.extend({ task_id: z.string(), task_path: z.string(), direction: z.enum(['INPUT', 'OUTPUT']) })) });

export type RunSummary = z.infer<typeof runSummary>;
export type ScheduleTriggerView = z.infer<typeof scheduleTrigger>;
export type RecurringRunSummary = z.infer<typeof recurringRunSummary>;
export type RecurringRunDetail = z.infer<typeof recurringRunDetail>;
export type RecurringRunList = z.infer<typeof recurringRunList>;
export type RunDetail = z.infer<typeof runDetail>;
export type RunList = z.infer<typeof runList>;
export type TaskSummary = z.infer<typeof taskSummary>;
export type TaskDetail = z.infer<typeof taskDetail>;
export type TaskCounts = z.infer<typeof taskCounts>;
export type Attempt = z.infer<typeof attempt>;
export type ArtifactView = z.infer<typeof artifact>;
export type ArtifactLink = z.infer<typeof artifactLink>;
export type ArtifactPage = z.infer<typeof artifactPage>;
export type LogPageView = z.infer<typeof logPage>;
export type StreamEvent = z.infer<typeof streamEvent>;
export type RunPreview = z.infer<typeof runPreview>;
export type Finding = z.infer<typeof finding>;
export type Diagnosis = z.infer<typeof diagnosis>;
export type ServerInfo = z.infer<typeof serverInfo>;
