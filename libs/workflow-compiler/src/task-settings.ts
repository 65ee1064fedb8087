import { PipelineError } from '@millrace/errors';
import type { JsonObject, Pipeline } from '@millrace/pipeline-spec';
import { wholeNumber } from './run-settings.js';

/** What the Kubernetes platform document asks for one task. */
export interface TaskSettings {
  readonly activeDeadlineSeconds?: number;
}

/** The settings of a component's executor. UNIMPLEMENTED for those that this version lacks. */
export function taskSettings(pipeline: Pipeline, path: string, executorLabel: string | undefined): TaskSettings {
  const executors = pipeline.platform?.platforms?.kubernetes?.deploymentSpec?.executors ?? {};
  const config: JsonObject = (executorLabel === undefined ? undefined : executors[executorLabel]) ?? {};
  const unknown = Object.keys(config).filter((field) => !KNOWN.has(field));
  if (unknown.length > 0) {
    throw new PipelineError('UNIMPLEMENTED', `Task "${path}" has Kubernetes settings that this version of Millrace does not support: ${unknown.join(', ')}; remove them.`);
  }
  const activeDeadlineSeconds = wholeNumber(config['activeDeadlineSeconds']);
  return activeDeadlineSeconds > 0 ? { activeDeadlineSeconds } : {};
}

const KNOWN = new Set(['activeDeadlineSeconds']);
