import type { Outputs, Template } from '@millrace/argo';
import { parse } from 'yaml';
import type { ClaimFolders, ClaimManifest } from './claim-folders.js';
import type { CollectedOutputs } from './collect-outputs.js';
import { checkSelector, matchesSelector } from './object-selector.js';
import { checkObjectPath, readObjectPath, readWithFilter } from './object-path.js';

type Verb = 'create' | 'apply' | 'delete' | 'get';

/** Something that a pod would only ask a cluster to do, and that means something on one machine. */
export interface ResourceAction {
  readonly verb: Verb;
  readonly name: string;
  readonly manifest: ClaimManifest;
  readonly template: Template;
}

export interface ResourceContext {
  readonly claims: ClaimFolders;
  readonly namespace: string;
  /** Whose doing it is: what was done before a restart is not done twice. */
  readonly owner: string;
  readonly at: string;
}

const VERBS: readonly string[] = ['create', 'apply', 'delete', 'get'];
const CLAIM_KINDS = /^(persistentvolumeclaims?|pvc)$/i;
const ONLY_CLAIMS = 'only a PersistentVolumeClaim means something on one machine (a folder); run the pipeline on a cluster for anything else';

/** What a template's pod would ask a cluster for; undefined when it does something else. Throws Error with a message for the user. */
export function resourceActionOf(template: Template): ResourceAction | undefined {
  if (template.resource !== undefined) {
    const { action, manifest = '' } = template.resource;
    if (!VERBS.includes(action)) throw new Error(`resource action "${action}" is not supported on one machine: use create, apply, delete or get`);
    const object = parseManifest(manifest);
    return { verb: action as Verb, name: nameOf(object), manifest: object, template };
  }
  return deletionBy(template);
}

/** Why a resource template cannot run here, for as much as is known before tags are replaced. */
export function resourceProblems(template: Template): string[] {
  const { action, manifest = '', successCondition = '', failureCondition = '' } = template.resource!;
  const problems: string[] = [];
  const attempt = (check: () => void): void => {
    try {
      check();
    } catch (error) {
      problems.push((error as Error).message);
    }
  };
  if (!VERBS.includes(action)) problems.push(`action "${action}" is not supported on one machine: use create, apply, delete or get`);
  attempt(() => parseManifest(manifest));
  for (const condition of [successCondition, failureCondition]) if (!condition.includes('{{')) attempt(() => checkSelector(condition));
  for (const { valueFrom } of template.outputs?.parameters ?? []) {
    const path = valueFrom?.jsonPath ?? valueFrom?.jqFilter;
    if (path !== undefined && !path.includes('{{')) attempt(() => checkObjectPath(valueFrom!));
  }
  return problems;
}

/** Does it. A problem becomes the node's error; nothing is thrown. */
export function performResource(action: ResourceAction, context: ResourceContext): CollectedOutputs {
  try {
    return { outputs: { ...outputsOf(action, context), exitCode: '0' } };
  } catch (error) {
    return { outputs: {}, problem: (error as Error).message };
  }
}

function outputsOf({ verb, name, manifest, template }: ResourceAction, { claims, namespace, owner, at }: ResourceContext): Outputs {
  const declared = template.outputs?.parameters ?? [];
  if (verb === 'delete') {
    claims.delete(namespace, name);
    return declared.length === 0 ? {} : { parameters: declared.map((parameter) => ({ ...parameter, value: parameter.valueFrom?.default ?? '' })) };
  }
  const claim = verb === 'get' ? claims.find(namespace, name) : claims[verb](namespace, name, manifest, owner, at);
  if (claim === undefined) throw new Error(`persistentvolumeclaims "${name}" not found`);
  const { successCondition = '', failureCondition = '' } = template.resource ?? {};
  if (failureCondition !== '' && matchesSelector(failureCondition, claim)) throw new Error(`failure condition '${failureCondition}' evaluated true`);
  // A folder never changes its state, so a condition that does not hold now never will.
  if (successCondition !== '' && !matchesSelector(successCondition, claim)) throw new Error(`success condition '${successCondition}' will never hold for a claim on one machine, which is bound at once`);
  const parameters = declared.map((parameter) => {
    const { jsonPath, jqFilter } = parameter.valueFrom ?? {};
    if (jsonPath !== undefined) return { ...parameter, value: readObjectPath(claim, jsonPath) };
    if (jqFilter !== undefined) return { ...parameter, value: readWithFilter(claim, jqFilter) };
    return { ...parameter, value: parameter.valueFrom?.default ?? '' };
  });
  return parameters.length === 0 ? {} : { parameters };
}

function parseManifest(manifest: string): ClaimManifest & Readonly<Record<string, unknown>> {
  let object: unknown;
  try {
    // An unquoted tag at the start of a value is no YAML; what it will be is not known yet.
    object = parse(manifest.replaceAll(/:\s*(\{\{[^{}]*\}\})\s*$/gm, ': "$1"'));
  } catch (error) {
    throw new Error(`the resource's manifest is not YAML: ${(error as Error).message}`, { cause: error });
  }
  if (typeof object !== 'object' || object === null) throw new Error('the resource has no manifest');
  const { kind } = object as { kind?: unknown };
  if (typeof kind !== 'string' || !CLAIM_KINDS.test(kind)) throw new Error(`a resource of kind "${String(kind)}" is not supported on one machine: ${ONLY_CLAIMS}`);
  return object as ClaimManifest & Readonly<Record<string, unknown>>;
}

function nameOf({ metadata }: ClaimManifest): string {
  const name = metadata?.['name'];
  if (typeof name !== 'string' || name === '') throw new Error("the resource's manifest has no metadata.name, which a claim on one machine needs");
  return name;
}

/** What the SDK's `VolumeOp.delete()` is: a container that runs kubectl. A kubectl of this machine would mean some cluster's claim. */
function deletionBy(template: Template): ResourceAction | undefined {
  const [program, verb, kind = '', name, ...flags] = [...(template.container?.command ?? []), ...(template.container?.args ?? [])];
  if (program !== 'kubectl' || verb !== 'delete' || !CLAIM_KINDS.test(kind) || name === undefined) return undefined;
  const harmless = flags.every((flag, index) => /^--(ignore-not-found|wait)(=\w+)?$/.test(flag) || flag === '--output' || flag === '-o' || ['--output', '-o'].includes(flags[index - 1] ?? ''));
  return harmless ? { verb: 'delete', name, manifest: {}, template } : undefined;
}
