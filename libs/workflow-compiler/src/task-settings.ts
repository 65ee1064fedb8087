import type { Template } from '@millrace/argo';
import { kubernetesSettingsOf } from '@millrace/pipeline-semantics';
import type { Pipeline } from '@millrace/pipeline-spec';
import { wholeNumber } from './run-settings.js';

/** What the Kubernetes platform document asks for one task. */
export interface TaskSettings {
  /** For each attempt. */
  readonly activeDeadlineSeconds?: number;
  /** Labels and annotations of its pods. A patch cannot set these. */
  readonly metadata?: Template['metadata'];
}

/** The settings of a component's executor that are fields of its template; all others are in the pod's patch (`ExecutionPlan.pod`). */
export function taskSettings(pipeline: Pipeline, executorLabel: string | undefined): TaskSettings {
  const config = kubernetesSettingsOf(pipeline, executorLabel);
  const activeDeadlineSeconds = wholeNumber(config.activeDeadlineSeconds);
  const { labels = {}, annotations = {} } = config.podMetadata ?? {};
  const metadata = { ...(Object.keys(labels).length > 0 && { labels: { ...labels } }), ...(Object.keys(annotations).length > 0 && { annotations: { ...annotations } }) };
  return { ...(activeDeadlineSeconds > 0 && { activeDeadlineSeconds }), ...(Object.keys(metadata).length > 0 && { metadata }) };
}
