import type { Template } from '@millrace/argo';
import type { Companion } from '../executor.js';
import { checkPodSpec, checkVariable, parsePodSpecPatch } from '../pod/pod-spec-patch.js';
import { problemsOfPod } from '../pod/pod-references.js';
import { problemOfWhole } from '../pod/pod-variables.js';
import { resourceActionOf } from '../pod/resource-action.js';
import type { Findings, RunningPlace } from './findings.js';
import { CONTAINER_FIELDS, MOUNT_FIELDS, VOLUME_FIELDS, unsupportedFields } from './supported-fields.js';

/** What a container or script template runs, and everything that its pod refers to. */
export function checkContainer(template: Template, path: string, found: Findings, place: RunningPlace | undefined): void {
  const kind = template.script === undefined ? 'container' : 'script';
  const container = template.container ?? template.script!;
  const others = [...(template.initContainers ?? []).map((other) => ({ other, list: 'initContainers' })), ...(template.sidecars ?? []).map((other) => ({ other, list: 'sidecars' }))];
  checkContainerFields(container, template.script === undefined ? [] : ['source'], `${path}.${kind}`, found);
  for (const { other, list } of others) checkContainerFields(other, ['mirrorVolumeMounts', 'restartPolicy'], `${path}.${list}['${other.name}']`, found);
  if (kind === 'container' && deletesClaim(template, `${path}.container`, found)) return;
  // What a patch or a tag may still change is asked when the task starts.
  const open = template.podSpecPatch !== undefined || JSON.stringify({ ...container, source: undefined }).includes('{{');
  if (place === undefined) return;
  checkPodReferences(template, [container, ...others.map(({ other }) => other)], path, found, place);
  if (open && others.length === 0) return;
  const companions = others.map(({ other, list }): Companion => ({ ...runnableOf(other), name: other.name, role: list === 'sidecars' ? 'sidecar' : 'init', env: {}, mounts: [] }));
  const refusal = place.executor.refusal({ ...runnableOf(container), ...(companions.length > 0 && { companions }) });
  if (refusal !== undefined) found.unsupported.push({ path: `${path}.${kind}`, message: `cannot run: ${refusal}` });
}

/** What is named outright is looked for; what a tag will name, when the task starts. */
function checkPodReferences(template: Template, containers: readonly Pick<NonNullable<Template['container']>, 'env' | 'envFrom'>[], path: string, found: Findings, { objects }: RunningPlace): void {
  if (objects === undefined) return;
  const named = <Entry extends object>(entries: readonly Entry[]): Entry[] => entries.filter((entry) => !JSON.stringify(entry).includes('{{'));
  const pod = { env: named(containers.flatMap(({ env }) => env ?? [])), volumes: named(template.volumes ?? []) };
  const wholes = named(containers.flatMap(({ envFrom }) => envFrom ?? [])).flatMap((source) => problemOfWhole(source, objects) ?? []);
  found.unsupported.push(...[...problemsOfPod(pod, objects), ...wholes].map((message) => ({ path, message: `cannot run: ${message}` })));
}

function runnableOf({ image = '', command = [], args = [] }: { readonly image?: string; readonly command?: readonly string[]; readonly args?: readonly string[] }) {
  return { image, command, args };
}

/** The SDK's way to remove a claim is a container; here the engine does it. */
function deletesClaim(template: Template, path: string, found: Findings): boolean {
  try {
    return resourceActionOf(template) !== undefined;
  } catch (error) {
    found.unsupported.push({ path, message: `cannot run: ${(error as Error).message}` });
    return true;
  }
}

function checkContainerFields(container: Omit<NonNullable<Template['container']>, 'image'>, more: readonly string[], path: string, found: Findings): void {
  found.unsupported.push(...unsupportedFields(container, { ...CONTAINER_FIELDS, used: [...CONTAINER_FIELDS.used, ...more] }, path));
  for (const variable of container.env ?? []) found.unsupported.push(...checkVariable(variable, `${path}.env['${variable.name}']`));
  for (const mount of container.volumeMounts ?? []) found.unsupported.push(...unsupportedFields(mount, MOUNT_FIELDS, `${path}.volumeMounts['${mount.name}']`));
}

export function checkVolumes(volumes: Template['volumes'], path: string, found: Findings): void {
  for (const volume of volumes ?? []) {
    const at = `${path}['${volume.name}']`;
    found.unsupported.push(...unsupportedFields(volume, VOLUME_FIELDS, at));
    const type = volume.hostPath?.type;
    if (type !== undefined && !['', 'Directory', 'DirectoryOrCreate', 'File'].includes(type)) {
      found.unsupported.push({ path: `${at}.hostPath.type`, message: `"${type}" is not supported on one machine: use Directory, DirectoryOrCreate or File` });
    }
  }
}

export function checkPatch(patch: string | undefined, path: string, found: Findings): void {
  // A patch with tags has its final form only when the task starts, and is checked then.
  if (patch === undefined || patch === '' || patch.includes('{{')) return;
  try {
    found.unsupported.push(...checkPodSpec(parsePodSpecPatch(patch), path));
  } catch (error) {
    found.invalid.push({ path, message: (error as Error).message });
  }
}
