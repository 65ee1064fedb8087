import type { WorkflowSpec } from '@millrace/argo';
import type { JsonObject, JsonValue, Pipeline } from '@millrace/pipeline-spec';

/** Deadline and lifetime of the Workflow, from the pipeline's own configuration. */
export function runSettings(pipeline: Pipeline): Pick<WorkflowSpec, 'activeDeadlineSeconds' | 'ttlStrategy'> {
  const config: JsonObject = pipeline.platform?.platforms?.kubernetes?.pipelineConfig ?? {};
  const deadline = wholeNumber(config['activeDeadlineSeconds']);
  const ttl = {
    ...positive('secondsAfterCompletion', config['resourceTtlOnCompletion']),
    ...positive('secondsAfterSuccess', config['resourceTtlOnSuccess']),
    ...positive('secondsAfterFailure', config['resourceTtlOnFailure']),
  };
  return {
    ...(deadline > 0 && { activeDeadlineSeconds: deadline }),
    ...(Object.keys(ttl).length > 0 && { ttlStrategy: ttl }),
  };
}

function positive(name: string, value: JsonValue | undefined): Record<string, number> {
  const number = wholeNumber(value);
  return number > 0 ? { [name]: number } : {};
}

/** Protojson writes 64-bit numbers as text. */
export function wholeNumber(value: JsonValue | undefined): number {
  const number = Number(value ?? 0);
  return Number.isSafeInteger(number) ? number : 0;
}
