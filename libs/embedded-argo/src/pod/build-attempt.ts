import { join } from 'node:path';
import type { Template, Workflow } from '@millrace/argo';
import type { AttemptSpec } from '../executor.js';
import { substituteTemplate } from '../workflow/process-template.js';
import type { TagLookup } from '../workflow/substitute.js';
import { toInteger } from '../workflow/retry-decision.js';
import { expandEnvironment, expandVariables } from './expand-variables.js';
import { applyPodSpecPatches, checkPodSpec, parsePodSpecPatch, type PodSpec } from './pod-spec-patch.js';
import { mountsForOutputs, resolveMounts } from './volume-mounts.js';

export interface AttemptRequest {
  readonly workflow: Workflow;
  readonly uid: string;
  readonly nodeId: string;
  /** With inputs filled and tags replaced. */
  readonly template: Template;
  readonly globals: TagLookup;
  readonly podName: string;
  /** Folder for what lives as long as the pod. */
  readonly podFolder: string;
  /** Upper bound from outside the template. */
  readonly deadlineMs?: number;
}

/** The id under which the executor knows the attempt of a Pod node. */
export function attemptId(uid: string, nodeId: string): string {
  return `${uid}/${nodeId}`;
}

/** Folder for what lives as long as one pod, below the engine's own. */
export function podFolder(folder: string, uid: string, nodeId: string): string {
  return join(folder, 'pods', uid, nodeId);
}

/** What Argo and the kubelet make of a container template, as one attempt. Throws Error with a message for the user. */
export function buildAttempt(request: AttemptRequest): AttemptSpec {
  const { template, podFolder: folder } = request;
  const pod = patchedPod(request);
  const container = pod.containers.find(({ name }) => name === 'main')!;
  const env = expandEnvironment(container.env ?? []);
  const mounts = resolveMounts(container, pod.volumes, folder);
  const outputs = (template.outputs?.parameters ?? []).flatMap((parameter) => parameter.valueFrom?.path ?? []);
  const deadlines = [request.deadlineMs, milliseconds(pod.activeDeadlineSeconds ?? template.activeDeadlineSeconds)].filter((ms) => ms !== undefined);
  const gpus = gpuCount(container.resources?.limits as Record<string, unknown> | undefined);
  return {
    id: attemptId(request.uid, request.nodeId),
    image: container.image ?? '',
    command: (container.command ?? []).map((text) => expandVariables(text, env)),
    args: (container.args ?? []).map((text) => expandVariables(text, env)),
    env: Object.fromEntries(env),
    mounts: [...mounts, ...mountsForOutputs(outputs, mounts, folder)],
    ...(container.workingDir === undefined || container.workingDir === '' ? {} : { workingDir: container.workingDir }),
    ...(deadlines.length === 0 ? {} : { deadlineMs: Math.min(...deadlines) }),
    ...(gpus === 0 ? {} : { gpus }),
  };
}

/** The pod after the last replacement and both patches: the workflow's, then the template's. */
function patchedPod({ workflow, template, globals, podName }: AttemptRequest): PodSpec {
  const locals: TagLookup = (tag) => (tag === 'pod.name' ? podName : undefined);
  const patches = [workflow.spec.podSpecPatch, template.podSpecPatch].filter((patch) => patch !== undefined && patch !== '');
  const resolved = { ...template, volumes: [...(workflow.spec.volumes ?? []), ...(template.volumes ?? [])] };
  const { container, volumes } = substituteTemplate(resolved, globals, locals);
  const pod: PodSpec = { containers: [{ ...container!, name: 'main' }], volumes: volumes ?? [] };
  const parsed = patches.map((patch) =>
    parsePodSpecPatch(substituteTemplate({ ...template, podSpecPatch: patch }, globals, locals).podSpecPatch!),
  );
  const merged = applyPodSpecPatches(pod, parsed);
  const issues = checkPodSpec(merged as unknown as Record<string, unknown>, 'pod');
  if (issues.length > 0) throw new Error(issues.map(({ path, message }) => `${path} ${message}`).join('; '));
  return merged;
}

function milliseconds(seconds: string | number | undefined): number | undefined {
  const value = toInteger(seconds);
  if (value === null) throw new Error(`activeDeadlineSeconds '${seconds}' is not an integer`);
  return value === undefined ? undefined : value * 1000;
}

function gpuCount(limits: Record<string, unknown> | undefined): number {
  const counts = Object.entries(limits ?? {}).filter(([resource]) => /(^|\/)gpu$/.test(resource));
  return counts.reduce((sum, [, count]) => sum + Math.max(0, Math.trunc(Number(count) || 0)), 0);
}
