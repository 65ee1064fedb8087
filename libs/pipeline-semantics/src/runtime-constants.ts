import type { JsonValue } from '@millrace/pipeline-spec';
import type { Layout } from './layout.js';
import type { RunFacts } from './run-view.js';

/** What the placeholders of run and task stand for. */
export interface RuntimeNames {
  readonly run: RunFacts;
  readonly layout: Pick<Layout, 'workspacePath'>;
  readonly taskKey: string;
  readonly taskId: string;
}

/** Value of `{{$.<name>}}` for names that do not depend on inputs and outputs; undefined for any other name. */
export function runtimeName(name: string, { run, layout, taskKey, taskId }: RuntimeNames): string | undefined {
  switch (name) {
    case 'pipeline_job_name':
      return run.displayName;
    case 'pipeline_job_resource_name':
      return run.resourceName;
    case 'pipeline_job_uuid':
      return run.runId;
    case 'pipeline_root':
      return run.artifactRoot;
    case 'pipeline_job_create_time_utc':
      return rfc3339(run.createdAt);
    case 'pipeline_job_schedule_time_utc':
      return rfc3339(run.scheduledAt);
    case 'pipeline_task_name':
      return taskKey;
    case 'pipeline_task_uuid':
      return taskId;
    case 'workspace_path':
      return layout.workspacePath;
    default:
      return undefined;
  }
}

/**
 * A constant with the names of run and task filled in, anywhere in its strings: KFP's backend wants the whole string to be one
 * name, its local runner does not, and nothing else could be meant. Other placeholders stay.
 */
export function fillRuntimeNames(value: JsonValue, names: RuntimeNames): JsonValue {
  if (typeof value === 'string') {
    if (!value.includes('{{$.')) return value;
    return value.replaceAll(/\{\{\$\.([a-z_]+)\}\}/g, (whole, name: string) => runtimeName(name, names) ?? whole);
  }
  if (Array.isArray(value)) return value.map((item: JsonValue) => fillRuntimeNames(item, names));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fillRuntimeNames(item as JsonValue, names)]));
}

/** Whole seconds, as Go's RFC3339 prints them. */
function rfc3339(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, 'Z');
}
