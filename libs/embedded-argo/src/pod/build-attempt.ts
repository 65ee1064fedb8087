import { join } from 'node:path';
import { LABEL_RUN_ID, type Template, type Workflow } from '@millrace/argo';
import type { AttemptSpec, Companion, ContainerSpec, Mount } from '../executor.js';
import { substituteTemplate } from '../workflow/process-template.js';
import type { TagLookup } from '../workflow/substitute.js';
import { toInteger } from '../workflow/retry-decision.js';
import type { ClaimFolders } from './claim-folders.js';
import { devicesOf } from './devices.js';
import { expandEnvironment, expandVariables } from './expand-variables.js';
import type { KeyedObjects } from './keyed-folders.js';
import { applyPodSpecPatches, checkPodSpec, parsePodSpecPatch, type Container, type PodSpec, type Volume } from './pod-spec-patch.js';
import { readLimits } from './quantity.js';
import { resolveVariables, resolveWholes, type PlainVariable } from './pod-variables.js';
import { SCRIPT_PATH, stageInputs, type StagedInput } from './staged-inputs.js';
import { mountsForOutputs, resolveMounts, type VolumeSources } from './volume-mounts.js';

type UserContainer = NonNullable<Template['sidecars']>[number];
type AnyContainer = Omit<Container, 'image'> & { readonly image?: string };

/** An attempt, and what has to be in place before it begins. */
export interface BuiltAttempt {
  readonly spec: AttemptSpec;
  readonly staged: readonly StagedInput[];
}

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
  readonly claims: ClaimFolders;
  readonly keyed: KeyedObjects;
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

/** What Argo and the kubelet make of a container or script template, as one attempt. Throws Error with a message for the user. */
export function buildAttempt(request: AttemptRequest): BuiltAttempt {
  const { template, podFolder: folder, claims } = request;
  const pod = patchedPod(request);
  const container = pod.containers.find(({ name }) => name === 'main')!;
  const sources: VolumeSources = { ...request.keyed, claimPath: (claim) => claimFolder(claims, request.workflow.metadata.namespace ?? '', claim) };
  const make = (given: AnyContainer, mounts: readonly Mount[]): ContainerSpec => containerOf(given, [...resolveWholes(given.envFrom ?? [], request.keyed), ...resolveVariables(given.env ?? [], request.keyed, request)], mounts);
  const volumes = resolveMounts(container, pod.volumes, folder, sources);
  const { staged, mounts: inputs } = stageInputs(template, volumes, folder);
  const mounts = [...volumes, ...inputs];
  const deadlines = [request.deadlineMs, milliseconds(pod.activeDeadlineSeconds ?? template.activeDeadlineSeconds)].filter((ms) => ms !== undefined);
  const devices = devicesOf(container.resources?.limits as Record<string, unknown> | undefined);
  const companions = companionsOf(pod, template, (given) => make(given, resolveMounts(given, pod.volumes, folder, sources)), mounts);
  return {
    spec: {
      id: attemptId(request.uid, request.nodeId),
      ...make(container, [...mounts, ...mountsForOutputs(outputPaths(template), mounts, folder)]),
      ...(deadlines.length === 0 ? {} : { deadlineMs: Math.min(...deadlines) }),
      ...(Object.keys(devices).length === 0 ? {} : { devices }),
      ...(companions.length === 0 ? {} : { companions }),
      labels: labelsOf(request),
    },
    staged,
  };
}

/** What somebody who lists containers has to know: whose it is. */
function labelsOf({ workflow, template, podName }: AttemptRequest): Record<string, string> {
  const run = workflow.metadata.labels?.[LABEL_RUN_ID];
  const task = template.inputs?.parameters?.find(({ name }) => name === 'path')?.value;
  return { 'millrace.workflow': workflow.metadata.name ?? '', 'millrace.pod': podName, ...(run !== undefined && { 'millrace.run': run }), 'millrace.task': task ?? template.name ?? '' };
}

/** Where the task is to leave its outputs. */
function outputPaths({ outputs }: Template): string[] {
  const parameters = (outputs?.parameters ?? []).flatMap(({ valueFrom }) => valueFrom?.path ?? []);
  return [...parameters, ...(outputs?.artifacts ?? []).flatMap(({ path }) => path ?? [])];
}

function claimFolder(claims: ClaimFolders, namespace: string, name: string): string {
  if (claims.find(namespace, name) !== undefined) return claims.path(namespace, name);
  throw new Error(`persistentvolumeclaim "${name}" not found: on one machine it is a folder; make ${claims.path(namespace, name)}, or create the claim in the pipeline`);
}

/** One container with the values of its variables, where they are put as well. */
function containerOf(container: AnyContainer, variables: readonly PlainVariable[], mounts: readonly Mount[]): ContainerSpec {
  const env = expandEnvironment(variables);
  const secret = variables.flatMap((variable) => (variable.secret === true ? [variable.name] : []));
  return {
    image: container.image ?? '',
    command: (container.command ?? []).map((text) => expandVariables(text, env)),
    args: (container.args ?? []).map((text) => expandVariables(text, env)),
    env: Object.fromEntries(env),
    ...(secret.length > 0 && { secretNames: secret }),
    mounts,
    ...readLimits(container.resources?.limits as Record<string, unknown> | undefined),
    ...(container.imagePullPolicy === undefined ? {} : { imagePullPolicy: container.imagePullPolicy as ContainerSpec['imagePullPolicy'] }),
    ...(container.workingDir === undefined || container.workingDir === '' ? {} : { workingDir: container.workingDir }),
  };
}

/** The pod's other containers: init containers run first, those of settings last of them, sidecars beside. */
function companionsOf(pod: PodSpec, template: Template, make: (container: UserContainer) => ContainerSpec, mounts: readonly Mount[]): Companion[] {
  const companion = (container: UserContainer, role: Companion['role']): Companion => {
    const made = make(container);
    return { name: container.name, role, ...made, ...(container.mirrorVolumeMounts === true && { mounts: [...made.mounts, ...mounts] }) };
  };
  const inits = [...(template.initContainers ?? []), ...(pod.initContainers ?? [])] as readonly UserContainer[];
  const sidecars = (template.sidecars ?? []) as readonly UserContainer[];
  return [
    ...inits.map((container) => companion(container, container.restartPolicy === 'Always' ? 'early-sidecar' : 'init')),
    ...sidecars.map((container) => companion(container, 'sidecar')),
  ];
}

/** The pod after the last replacement and both patches: the workflow's, then the template's. */
function patchedPod({ workflow, template, globals, podName }: AttemptRequest): PodSpec {
  const locals: TagLookup = (tag) => (tag === 'pod.name' ? podName : undefined);
  const patches = [workflow.spec.podSpecPatch, template.podSpecPatch].filter((patch) => patch !== undefined && patch !== '');
  const resolved = { ...template, volumes: [...(workflow.spec.volumes ?? []), ...claimVolumes(workflow), ...(template.volumes ?? [])] };
  const { container, script, volumes } = substituteTemplate(resolved, globals, locals);
  const main = script === undefined ? container! : containerOfScript(script);
  const pod: PodSpec = { containers: [{ ...main, name: 'main' }], volumes: volumes ?? [] };
  const parsed = patches.map((patch) =>
    parsePodSpecPatch(substituteTemplate({ ...template, podSpecPatch: patch }, globals, locals).podSpecPatch!),
  );
  const merged = applyPodSpecPatches(pod, parsed);
  const issues = checkPodSpec(merged as unknown as Record<string, unknown>, 'pod');
  if (issues.length > 0) throw new Error(issues.map(({ path, message }) => `${path} ${message}`).join('; '));
  return merged;
}

/** The interpreter, with the place of the source as its last argument. */
function containerOfScript({ source, ...container }: NonNullable<Template['script']>): Container {
  return source === '' ? container : { ...container, args: [...(container.args ?? []), SCRIPT_PATH] };
}

/** Volumes of the claims that the workflow makes for itself, under the names by which its templates mount them. */
function claimVolumes({ spec, metadata }: Workflow): Volume[] {
  return (spec.volumeClaimTemplates ?? []).map((claim) => {
    const name = claim.metadata!.name!;
    return { name, persistentVolumeClaim: { claimName: `${metadata.name}-${name}` } };
  });
}

function milliseconds(seconds: string | number | undefined): number | undefined {
  const value = toInteger(seconds);
  if (value === null) throw new Error(`activeDeadlineSeconds '${seconds}' is not an integer`);
  return value === undefined ? undefined : value * 1000;
}
