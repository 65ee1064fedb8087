import type { Template } from '@millrace/argo';
import { parse } from 'yaml';
import {
  CONTAINER_FIELDS, ENV_FIELDS, ENV_SOURCE_FIELDS, MOUNT_FIELDS, POD_FIELDS, VOLUME_FIELDS, unsupportedFields,
} from '../workflow/supported-fields.js';

export type Container = NonNullable<Template['container']>;
export type Volume = NonNullable<Template['volumes']>[number];

/** The part of a pod's spec that matters on one machine. */
export interface PodSpec {
  readonly containers: readonly Container[];
  readonly volumes: readonly Volume[];
  readonly initContainers?: readonly Container[];
  readonly activeDeadlineSeconds?: number;
}

type Json = Record<string, unknown>;

/** Keys by which Kubernetes merges the entries of these lists; every other list is replaced. */
const MERGE_KEYS: Readonly<Record<string, string>> = { containers: 'name', env: 'name', volumeMounts: 'mountPath', volumes: 'name', initContainers: 'name', ports: 'containerPort' };

/** Throws Error with a message for the user. */
export function parsePodSpecPatch(text: string): Json {
  let patch: unknown;
  try {
    patch = text.trimStart().startsWith('{') ? JSON.parse(text) : parse(text);
  } catch (error) {
    throw new Error(`podSpecPatch must be JSON or YAML: ${(error as Error).message}`, { cause: error });
  }
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) throw new Error('podSpecPatch must be an object');
  return patch as Json;
}

/** Merges patches into the pod, later ones last, by Kubernetes' strategic merge. */
export function applyPodSpecPatches(pod: PodSpec, patches: readonly Json[]): PodSpec {
  return patches.reduce<Json>((merged, patch) => mergeObject(merged, patch), pod as unknown as Json) as unknown as PodSpec;
}

/** What a pod asks for that nobody does here, by name. */
export function checkPodSpec(pod: Json, path: string): { path: string; message: string }[] {
  const issues = unsupportedFields(pod, POD_FIELDS, path);
  for (const container of (pod['containers'] as Container[] | undefined) ?? []) {
    const at = `${path}.containers['${container.name}']`;
    if (container.name !== 'main') issues.push({ path: at, message: 'is not supported on one machine: only the container "main" can be patched' });
    issues.push(...unsupportedFields(container, CONTAINER_FIELDS, at));
    for (const variable of container.env ?? []) issues.push(...checkVariable(variable, `${at}.env['${variable.name}']`));
    for (const mount of container.volumeMounts ?? []) issues.push(...unsupportedFields(mount, MOUNT_FIELDS, `${at}.volumeMounts['${mount.name}']`));
  }
  for (const volume of (pod['volumes'] as Volume[] | undefined) ?? []) issues.push(...unsupportedFields(volume, VOLUME_FIELDS, `${path}.volumes['${volume.name}']`));
  return issues;
}

/** What a variable asks for that nobody does here. */
export function checkVariable(variable: NonNullable<Container['env']>[number], path: string): { path: string; message: string }[] {
  const { valueFrom } = variable;
  return [...unsupportedFields(variable, ENV_FIELDS, path), ...(valueFrom === undefined ? [] : unsupportedFields(valueFrom, ENV_SOURCE_FIELDS, `${path}.valueFrom`))];
}

function mergeObject(target: Json, patch: Json): Json {
  const merged: Json = { ...target };
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith('$')) throw new Error(`podSpecPatch: the directive "${key}" is not supported on one machine`);
    const before = merged[key];
    if (value === null) delete merged[key];
    else if (Array.isArray(value)) merged[key] = mergeList(key, before, value);
    else if (isObject(value) && isObject(before)) merged[key] = mergeObject(before, value);
    else merged[key] = value;
  }
  return merged;
}

function mergeList(field: string, before: unknown, patch: readonly unknown[]): unknown[] {
  const key = MERGE_KEYS[field];
  if (key === undefined || !Array.isArray(before)) return [...patch];
  const entries = new Map<unknown, Json>((before as Json[]).map((entry) => [entry[key], entry]));
  for (const entry of patch as Json[]) {
    if (!isObject(entry) || entry[key] === undefined) throw new Error(`podSpecPatch: an entry of ${field} has no "${key}"`);
    const known = entries.get(entry[key]);
    entries.set(entry[key], known === undefined ? mergeObject({}, entry) : mergeObject(known, entry));
  }
  return [...entries.values()];
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
