import type { JsonObject, Pipeline } from '@millrace/pipeline-spec';
import { wholeNumber } from './run-settings.js';

/** What the Kubernetes platform document asks for one task. */
export interface TaskSettings {
  /** For each attempt. */
  readonly activeDeadlineSeconds?: number;
}

/**
 * The settings of a component's executor that change its template. Which settings there are, and which have no effect on a substrate,
 * is said by `unsupportedFeatures`, which refuses the others before anything is planned.
 */
export function taskSettings(pipeline: Pipeline, executorLabel: string | undefined): TaskSettings {
  const executors = pipeline.platform?.platforms?.kubernetes?.deploymentSpec?.executors ?? {};
  const config: JsonObject = (executorLabel === undefined ? undefined : executors[executorLabel]) ?? {};
  const activeDeadlineSeconds = wholeNumber(config['activeDeadlineSeconds']);
  return activeDeadlineSeconds > 0 ? { activeDeadlineSeconds } : {};
}
