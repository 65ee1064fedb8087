import { PipelineError } from '@millrace/errors';

/** KFP's caps, and those of our own columns, in characters as MySQL counts them. */
const CAPS = {
  'Pipeline.Name': 128,
  'Pipeline.Namespace': 63,
  'Pipeline.DisplayName': 255,
  'PipelineVersion.Name': 127,
  'PipelineVersion.DisplayName': 255,
  'Experiment.Name': 128,
  'Experiment.Namespace': 63,
  'Run.Namespace': 63,
  'Run.DisplayName': 255,
  'Run.PipelineName': 255,
  'Run.ServiceAccount': 255,
  'Run.WorkflowName': 255,
  'RecurringRun.DisplayName': 255,
  'RecurringRun.PipelineName': 255,
  'RecurringRun.ServiceAccount': 255,
  'Task.Path': 700,
  'Task.TaskKey': 255,
  'Task.DisplayName': 255,
  'Artifact.Name': 255,
  'Artifact.SchemaTitle': 255,
  'Artifact.SchemaVersion': 64,
  'TaskArtifact.Name': 255,
  'Metric.Name': 255,
  'Tag.Key': 63,
  'Tag.Value': 63,
} as const;

/** Refuses what is too long for its column, alike on both databases: SQLite would take it, MySQL would say it in its own words. */
export function checkLengths(lengths: Partial<Record<keyof typeof CAPS, string | undefined>>): void {
  for (const [field, value] of Object.entries(lengths)) {
    const cap = CAPS[field as keyof typeof CAPS];
    // A string is never shorter in UTF-16 units than in characters, so most need no counting.
    if (value !== undefined && value.length > cap && [...value].length > cap) {
      throw new PipelineError('INVALID_ARGUMENT', `${field} length cannot exceed ${cap}`);
    }
  }
}
