import type { ExecutionPlan, LateField } from '@millrace/pipeline-semantics';
import { argoJson } from './argo-json.js';
import { containerResources } from './pod-patch.js';

/** What is an execution's own in its pod, as the JSON that its template has a slot for: only that, because a static command may be a program of many kilobytes. */
export function lateValues(plan: ExecutionPlan, fields: readonly LateField[]): Partial<Record<LateField, string>> {
  const { pod = {} } = plan;
  const texts: Readonly<Record<LateField, () => string>> = {
    command: () => argoJson(plan.command),
    args: () => argoJson(plan.args),
    image: () => argoJson(plan.image),
    env: () => argoJson(plan.env),
    resources: () => argoJson(containerResources(plan.resources)),
    volumes: () => argoJson(pod.volumes ?? []),
    volumeMounts: () => argoJson(pod.volumeMounts ?? []),
    nodeSelector: () => argoJson(pod.nodeSelector ?? {}),
    tolerations: () => argoJson(pod.tolerations ?? []),
    affinity: () => argoJson(pod.affinity ?? {}),
    imagePullSecrets: () => argoJson(pod.imagePullSecrets ?? []),
  };
  return Object.fromEntries(fields.map((field) => [field, texts[field]()]));
}
