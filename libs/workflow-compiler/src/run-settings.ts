import type { WorkflowSpec } from '@millrace/argo';
import type { JsonObject, JsonValue, Pipeline, WorkspaceConfig } from '@millrace/pipeline-spec';

/** Deadline, lifetime and workspace of the Workflow, from the pipeline's own configuration. */
export function runSettings(pipeline: Pipeline): Pick<WorkflowSpec, 'activeDeadlineSeconds' | 'ttlStrategy' | 'volumeClaimTemplates'> {
  const config: JsonObject & { readonly workspace?: WorkspaceConfig } = pipeline.platform?.platforms?.kubernetes?.pipelineConfig ?? {};
  const deadline = wholeNumber(config['activeDeadlineSeconds']);
  const ttl = {
    ...positive('secondsAfterCompletion', config['resourceTtlOnCompletion']),
    ...positive('secondsAfterSuccess', config['resourceTtlOnSuccess']),
    ...positive('secondsAfterFailure', config['resourceTtlOnFailure']),
  };
  return {
    ...(deadline > 0 && { activeDeadlineSeconds: deadline }),
    ...(Object.keys(ttl).length > 0 && { ttlStrategy: ttl }),
    ...(config.workspace !== undefined && { volumeClaimTemplates: [workspaceTemplate(config.workspace)] }),
  };
}

/** Argo makes a claim `<workflow>-kfp-workspace` of it. KFP lets a pipeline choose no more than these of its spec. */
function workspaceTemplate({ size = '', kubernetes = {} }: WorkspaceConfig): NonNullable<WorkflowSpec['volumeClaimTemplates']>[number] {
  const { accessModes = ['ReadWriteOnce'], storageClassName } = kubernetes.pvcSpecPatch ?? {};
  return {
    metadata: { name: 'kfp-workspace' },
    spec: { accessModes: accessModes as string[], ...(typeof storageClassName === 'string' && { storageClassName }), resources: { requests: { storage: size } } },
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
