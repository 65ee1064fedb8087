import type { WorkflowSpec } from '@millrace/argo';
import { PipelineError } from '@millrace/errors';
import type { JsonObject, JsonValue, Pipeline } from '@millrace/pipeline-spec';

/** Deadline and lifetime of the Workflow, from the pipeline's own configuration. UNIMPLEMENTED for settings this version lacks. */
export function runSettings(pipeline: Pipeline): Pick<WorkflowSpec, 'activeDeadlineSeconds' | 'ttlStrategy'> {
  const config: JsonObject = pipeline.platform?.platforms?.kubernetes?.pipelineConfig ?? {};
  for (const field of Object.keys(config)) {
    if (!KNOWN.has(field)) {
      throw new PipelineError('UNIMPLEMENTED', `Pipeline "${pipeline.spec.pipelineInfo.name}" sets "${field}" in its pipeline configuration, which this version of Millrace does not support; remove it.`);
    }
  }
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

const KNOWN = new Set(['activeDeadlineSeconds', 'resourceTtlOnCompletion', 'resourceTtlOnSuccess', 'resourceTtlOnFailure']);

function positive(name: string, value: JsonValue | undefined): Record<string, number> {
  const number = wholeNumber(value);
  return number > 0 ? { [name]: number } : {};
}

/** Protojson writes 64-bit numbers as text. */
export function wholeNumber(value: JsonValue | undefined): number {
  const number = Number(value ?? 0);
  return Number.isSafeInteger(number) ? number : 0;
}
