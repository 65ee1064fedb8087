import type { ExecutionPlan, LateField } from '@millrace/pipeline-semantics';
import type { JsonObject } from '@millrace/pipeline-spec';
import { argoJson } from './argo-json.js';

/** What a pod is made of; a part that is absent is the image's own or empty. */
export type PodContents = Pick<ExecutionPlan, 'image' | 'command' | 'args' | 'env' | 'resources' | 'pod'>;

/** Argo's executor gives a store that does not answer up after nine seconds, and fails the task; with as many tries as these, after more than a minute. */
const PATIENCE = [{ name: 'EXECUTOR_RETRY_BACKOFF_STEPS', value: '9' }];

/**
 * Argo's executor reports to a Kubernetes API server that does not answer for some 15 seconds, and a task whose work is done would fail. These are the
 * exit codes of its errors and of its crashes; one that was killed is left alone. What it does it can do again: the files stay in the pod.
 */
const UNTIL_DONE = { restartPolicy: 'Never', restartPolicyRules: [{ action: 'Restart', exitCodes: { operator: 'In', values: [1, 2, 64] } }] };

/** What programs write to in the home, which is `/`, of a user that the image does not know; as KFP has them. */
const HOME = ['/.local', '/.cache', '/.config'] as const;

/**
 * What all pods of a Workflow on a cluster have in common: said once, because Argo fills in the template of every task that runs each time it looks at a Workflow, and hands
 * it to the pod. Argo's own containers get no part of the home, as they would of volumes in a template.
 *
 * @param restartsContainers whether the container that takes files away is started again when it fails
 */
export function patchOfAllPods({ restartsContainers = false }: { readonly restartsContainers?: boolean | undefined }): string {
  return argoJson({
    // In the order in which Argo has them and they are started: it is ready to take away when the task begins.
    containers: [
      { name: 'wait', env: PATIENCE, ...(restartsContainers && UNTIL_DONE) },
      // One volume for all of a home: a volume is more than a hundredth of all the work that a small pod is.
      { name: 'main', volumeMounts: HOME.map((mountPath) => ({ name: 'millrace-home', mountPath })) },
    ],
    initContainers: [{ name: 'init', env: PATIENCE }],
    volumes: [{ name: 'millrace-home', emptyDir: {} }],
  });
}

/**
 * The patch that makes a pod. Everything of its containers is in here and not in the template, because only here user text can be written
 * so that Argo substitutes nothing in it. A late part is Argo's own tag of the slot.
 *
 * @param movesFiles whether Argo's containers bring files, before init containers of the author's, and take them away
 * @param executorAs user of the container of Argo's that takes the task's files away. @default as Argo is set up
 */
export function podSpecPatch(
  { pod = {}, ...container }: PodContents,
  late: readonly LateField[],
  { movesFiles = false, executorAs }: { readonly movesFiles?: boolean; readonly executorAs?: JsonObject | undefined } = {},
): string {
  const resources = containerResources(container.resources);
  const part = (field: string, value: unknown, present = isPresent(value)): string[] => {
    if (late.includes(field as LateField)) return [`${argoJson(field)}:{{inputs.parameters.${field}}}`];
    return present ? [`${argoJson(field)}:${argoJson(value)}`] : [];
  };
  const main = [
    ...part('name', 'main'),
    ...part('image', container.image, true),
    ...part('command', container.command),
    ...part('args', container.args),
    ...part('env', container.env),
    ...part('resources', resources),
    ...part('volumeMounts', pod.volumeMounts),
    ...part('imagePullPolicy', pod.imagePullPolicy),
    ...part('securityContext', pod.securityContext),
  ];
  const wait = movesFiles && executorAs !== undefined ? [argoJson({ name: 'wait', securityContext: executorAs })] : [];
  const contents = movesFiles && isPresent(pod.initContainers) ? { ...pod, initContainers: [{ name: 'init' }, ...pod.initContainers!] } : pod;
  const around = ['volumes', 'nodeSelector', 'tolerations', 'affinity', 'imagePullSecrets', 'initContainers'] as const;
  const containers = [...wait, `{${main.join(',')}}`].join(',');
  return `{${[`"containers":[${containers}]`, ...around.flatMap((field) => part(field, contents[field]))].join(',')}}`;
}

/** Resources as a Kubernetes container has them, without empty parts. */
export function containerResources({ limits, requests }: ExecutionPlan['resources']): Record<string, unknown> {
  return { ...(Object.keys(limits).length > 0 && { limits }), ...(Object.keys(requests).length > 0 && { requests }) };
}

function isPresent(value: unknown): boolean {
  return typeof value === 'object' && value !== null ? Object.keys(value).length > 0 : value !== undefined;
}
