import type { Artifact, DAGTask, Template, Workflow } from '@millrace/argo';
import { PipelineError } from '@millrace/errors';
import type { Companion, Executor } from '../executor.js';
import { checkPodSpec, checkVariable, parsePodSpecPatch } from '../pod/pod-spec-patch.js';
import type { KeyedObjects } from '../pod/keyed-folders.js';
import { problemsOfPod } from '../pod/pod-references.js';
import { problemOfWhole } from '../pod/pod-variables.js';
import { resourceActionOf, resourceProblems } from '../pod/resource-action.js';
import { isKeyInside } from './artifact-location.js';
import { findCycle, planDag, type DagPlan } from './dag-plan.js';
import { isSequenceFormat } from './expand-items.js';
import { missingValues } from './missing-values.js';
import { callsOf, namedTemplates } from './named-templates.js';
import { tagsIn } from './substitute.js';
import {
  ARCHIVE_FIELDS, ARTIFACT_FIELDS, CONTAINER_FIELDS, DAG_FIELDS, HOOK_FIELDS, HOOKS_FIELDS, INPUT_PARAMETER_FIELDS, MOUNT_FIELDS,
  OUTPUT_PARAMETER_FIELDS, PACKING_FIELDS, RESOURCE_FIELDS, RETRY_FIELDS, S3_FIELDS, STEP_FIELDS, TASK_FIELDS, TEMPLATE_FIELDS, VOLUME_FIELDS,
  WORKFLOW_FIELDS, unsupportedFields,
} from './supported-fields.js';

interface Issue {
  readonly path: string;
  readonly message: string;
}

interface Findings {
  readonly invalid: Issue[];
  readonly unsupported: Issue[];
}

/** What a Workflow is to run on, as far as it can be asked before. */
export interface RunningPlace {
  readonly executor: Pick<Executor, 'refusal'>;
  /** Secrets and config maps. @default none is looked for */
  readonly objects?: KeyedObjects;
}

const TASK_NAME = /^[a-zA-Z0-9][-a-zA-Z0-9]*$/;
const OBJECT_NAME = /^[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?$/;

/**
 * Refuses a Workflow that cannot run here, with every reason at once: INVALID_ARGUMENT when Argo would refuse it too,
 * UNIMPLEMENTED when only this engine does not know what it asks for.
 */
export function checkWorkflow(workflow: Workflow, place?: RunningPlace): void {
  const found: Findings = { invalid: [], unsupported: [] };
  const { metadata, spec } = workflow;
  const name = metadata?.name ?? '';
  if (!OBJECT_NAME.test(name)) found.invalid.push({ path: 'metadata.name', message: 'must be lower-case letters, digits, "-" and "."' });
  if ((metadata?.namespace ?? '') === '') found.invalid.push({ path: 'metadata.namespace', message: 'is required' });
  if (typeof spec !== 'object' || spec === null) {
    found.invalid.push({ path: 'spec', message: 'is required' });
  } else {
    found.unsupported.push(...unsupportedFields(spec, WORKFLOW_FIELDS, 'spec'));
    try {
      checkSpec(workflow, found, place);
    } catch (error) {
      // Types are only promised by those who wrote TypeScript; a file from a user may have a text where a list belongs.
      found.invalid.push({ path: 'spec', message: `does not have the form of a Workflow (${(error as Error).message})` });
    }
  }
  const issues = [...found.invalid, ...found.unsupported];
  if (issues.length === 0) return;
  const code = found.invalid.length > 0 ? 'INVALID_ARGUMENT' : 'UNIMPLEMENTED';
  const reasons = issues.map(({ path, message }) => `${path} ${message.replace(/\.$/, '')}`).join('; ');
  throw new PipelineError(code, `Workflow "${name}" cannot run here: ${reasons}.`, { details: { issues } });
}

function checkSpec(workflow: Workflow, found: Findings, place: RunningPlace | undefined): void {
  const { spec } = workflow;
  const names = new Set<string>();
  for (const [index, template] of (spec.templates ?? []).entries()) {
    if ((template.name ?? '') === '') found.invalid.push({ path: `spec.templates[${index}].name`, message: 'is required' });
    else if (names.has(template.name!)) found.invalid.push({ path: `spec.templates[${index}].name`, message: `"${template.name}" is used twice` });
    names.add(template.name ?? '');
  }
  const templates = namedTemplates(spec);
  if (spec.entrypoint === undefined || !templates.has(spec.entrypoint)) {
    found.invalid.push({ path: 'spec.entrypoint', message: `must name one of the templates, not "${spec.entrypoint ?? ''}"` });
  }
  if (spec.parallelism !== undefined && spec.parallelism < 0) found.invalid.push({ path: 'spec.parallelism', message: 'must not be negative' });
  for (const parameter of spec.arguments?.parameters ?? []) {
    const path = `spec.arguments.parameters['${parameter.name}']`;
    if (parameter.value === undefined) found.invalid.push({ path, message: 'needs a value' });
    found.unsupported.push(...unsupportedFields(parameter, INPUT_PARAMETER_FIELDS, path));
  }
  checkArtifacts(spec.arguments?.artifacts, 'spec.arguments.artifacts', found, 'argument');
  checkVolumes(spec.volumes, 'spec.volumes', found);
  checkPatch(spec.podSpecPatch, 'spec.podSpecPatch', found);
  checkHooks(spec, 'spec', templates, found);
  for (const [index, claim] of (spec.volumeClaimTemplates ?? []).entries()) {
    if ((claim.metadata?.name ?? '') === '') found.invalid.push({ path: `spec.volumeClaimTemplates[${index}].metadata.name`, message: 'is required' });
  }
  for (const template of templates.values()) checkTemplate(template, templates, found, place);
  checkTags(spec, templates, found);
  const exits = [spec.onExit, spec.hooks?.['exit']?.template].filter((name) => name !== undefined && name !== '');
  const running = new Set([spec.entrypoint ?? '', ...exits].flatMap((name) => reachable(name!, templates)));
  found.invalid.push(...missingValues(workflow, templates, [...running]));
}

/** Tags that this engine cannot replace would reach the user's command as they are; say so first. */
function checkTags(spec: Workflow['spec'], templates: ReadonlyMap<string, Template>, found: Findings): void {
  const seen = new Set<string>();
  // A reference to an artifact is an object, not a text.
  const texts = JSON.stringify(spec, (key, value: unknown) => (key === 'from' ? undefined : value));
  for (const tag of tagsIn(texts)) {
    if (seen.has(tag)) continue;
    seen.add(tag);
    if (tag.startsWith('=')) {
      found.unsupported.push({ path: shownTag(tag), message: 'is an expression tag, which is not supported on one machine: use simple tags, or write "{" as \\u007b in text' });
    } else if (/\.outputs\.artifacts\.|^inputs\.artifacts\.[^.]+$/.test(tag)) {
      found.invalid.push({ path: shownTag(tag), message: 'is an artifact, which can only be named in "from"' });
    }
  }
  // Only exit handlers know what became of the workflow.
  for (const template of reachable(spec.entrypoint ?? '', templates)) {
    for (const tag of tagsIn(JSON.stringify({ ...template, dag: undefined, steps: undefined }))) {
      if (/^workflow\.(status|failures)$/.test(tag)) found.invalid.push({ path: `spec.templates['${template.name}']`, message: `uses ${shownTag(tag)}, which is only known to an exit handler` });
    }
  }
}

function shownTag(tag: string): string {
  return `{{${tag.length > 80 ? `${tag.slice(0, 77)}...` : tag}}}`;
}

/** The templates that run when this one does, without those of exit hooks. */
function reachable(entrypoint: string, templates: ReadonlyMap<string, Template>): Template[] {
  const names = new Set([entrypoint]);
  for (const name of names) {
    const template = templates.get(name);
    for (const task of template === undefined ? [] : callsOf(template)) names.add(task.inline === undefined ? (task.template ?? '') : `${name}.${task.name}`);
  }
  return [...names].flatMap((name) => templates.get(name) ?? []);
}

const KINDS = ['container', 'dag', 'resource', 'script', 'steps', 'suspend'] as const;
const UNKNOWN_KINDS = ['http', 'plugin', 'data', 'containerSet'] as const;

function checkTemplate(
  template: Template,
  templates: ReadonlyMap<string, Template>,
  found: Findings,
  place: RunningPlace | undefined,
): void {
  const path = `spec.templates['${template.name}']`;
  found.unsupported.push(...unsupportedFields(template, TEMPLATE_FIELDS, path));
  const kinds = [...KINDS, ...UNKNOWN_KINDS].filter((kind) => template[kind] !== undefined);
  if (kinds.length !== 1) found.invalid.push({ path, message: `must have exactly one of ${KINDS.join(', ')}` });
  for (const parameter of template.inputs?.parameters ?? []) {
    found.unsupported.push(...unsupportedFields(parameter, INPUT_PARAMETER_FIELDS, `${path}.inputs.parameters['${parameter.name}']`));
  }
  const runs = template.container !== undefined || template.script !== undefined;
  checkArtifacts(template.inputs?.artifacts, `${path}.inputs.artifacts`, found, runs ? 'input' : 'passed');
  checkArtifacts(template.outputs?.artifacts, `${path}.outputs.artifacts`, found, runs ? 'output' : 'passed on');
  checkOutputs(template, path, found);
  if (template.retryStrategy !== undefined) {
    found.unsupported.push(...unsupportedFields(template.retryStrategy, RETRY_FIELDS, `${path}.retryStrategy`));
    const policy = template.retryStrategy.retryPolicy;
    if (policy !== undefined && !['Always', 'OnFailure', 'OnError', 'OnTransientError'].includes(policy)) {
      found.invalid.push({ path: `${path}.retryStrategy.retryPolicy`, message: `"${policy}" must be Always, OnFailure, OnError or OnTransientError` });
    }
  }
  if (template.archiveLocation !== undefined) found.unsupported.push(...unsupportedFields(template.archiveLocation, ARCHIVE_FIELDS, `${path}.archiveLocation`));
  if (template.activeDeadlineSeconds !== undefined && !runs) {
    found.invalid.push({ path: `${path}.activeDeadlineSeconds`, message: 'only works on a container or a script; give the workflow a deadline instead' });
  }
  checkVolumes(template.volumes, `${path}.volumes`, found);
  checkPatch(template.podSpecPatch, `${path}.podSpecPatch`, found);
  if (runs) checkContainer(template, path, found, place);
  if (template.resource !== undefined) {
    found.unsupported.push(...unsupportedFields(template.resource, RESOURCE_FIELDS, `${path}.resource`));
    found.unsupported.push(...resourceProblems(template).map((message) => ({ path: `${path}.resource`, message: `cannot be done: ${message}` })));
  }
  if (template.dag !== undefined) checkDag(template, path, templates, found);
  if (template.steps !== undefined) checkSteps(template, path, templates, found);
}

function checkOutputs(template: Template, path: string, found: Findings): void {
  const sources = outputSources(template);
  for (const parameter of template.outputs?.parameters ?? []) {
    const at = `${path}.outputs.parameters['${parameter.name}']`;
    found.unsupported.push(...unsupportedFields(parameter, OUTPUT_PARAMETER_FIELDS, at));
    const source = sources.find((field) => parameter.valueFrom?.[field] !== undefined);
    if (source === undefined) found.invalid.push({ path: `${at}.valueFrom`, message: `must have "${sources.join('" or "')}" in this kind of template` });
    found.unsupported.push(...unsupportedFields(parameter.valueFrom ?? {}, { used: [...sources, 'default'] }, `${at}.valueFrom`));
  }
}

/** Where the outputs of a template come from, by its kind. */
function outputSources({ dag, steps, suspend, resource }: Template): readonly ('path' | 'parameter' | 'supplied' | 'jsonPath' | 'jqFilter')[] {
  if (dag !== undefined || steps !== undefined) return ['parameter'];
  if (resource !== undefined) return ['jsonPath', 'jqFilter'];
  return suspend === undefined ? ['path'] : ['supplied'];
}

function checkContainer(template: Template, path: string, found: Findings, place: RunningPlace | undefined): void {
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

function checkDag(template: Template, path: string, templates: ReadonlyMap<string, Template>, found: Findings): void {
  const dag = template.dag!;
  found.unsupported.push(...unsupportedFields(dag, DAG_FIELDS, `${path}.dag`));
  const names = new Set<string>();
  for (const task of dag.tasks ?? []) {
    const at = `${path}.dag.tasks['${task.name}']`;
    found.unsupported.push(...unsupportedFields(task, TASK_FIELDS, at));
    if (names.has(task.name)) found.invalid.push({ path: at, message: 'is there twice' });
    names.add(task.name);
    if (task.depends !== undefined && typeof task.depends !== 'string') found.invalid.push({ path: `${at}.depends`, message: 'must be a text' });
    if (task.depends && (task.dependencies?.length ?? 0) > 0) found.invalid.push({ path: at, message: 'cannot have both depends and dependencies' });
    if (task.depends?.includes('{{')) found.invalid.push({ path: `${at}.depends`, message: 'must not contain tags' });
    checkCall(task, at, templates, found);
  }
  try {
    const plan = planDag(template);
    const cycle = findCycle(plan);
    if (cycle !== undefined) found.invalid.push({ path: `${path}.dag.tasks['${cycle}']`, message: 'depends on itself through other tasks' });
    else for (const task of dag.tasks ?? []) checkReferences(task, 'tasks', (name) => isAncestor(plan, name, task.name), `${path}.dag.tasks['${task.name}']`, found);
  } catch (error) {
    found.invalid.push({ path: `${path}.dag`, message: (error as Error).message });
  }
}

function checkSteps(template: Template, path: string, templates: ReadonlyMap<string, Template>, found: Findings): void {
  const earlier = new Set<string>();
  const groups = template.steps as unknown as readonly (readonly DAGTask[])[];
  for (const [index, group] of groups.entries()) {
    for (const step of group) {
      const at = `${path}.steps[${index}]['${step.name}']`;
      found.unsupported.push(...unsupportedFields(step, STEP_FIELDS, at));
      checkCall(step, at, templates, found);
      checkReferences(step, 'steps', (name) => earlier.has(name), at, found);
    }
    for (const { name } of group) {
      if (earlier.has(name)) found.invalid.push({ path: `${path}.steps[${index}]['${name}']`, message: 'is there twice' });
      earlier.add(name);
    }
  }
}

/** What tasks and steps have in common: they call a template. */
function checkCall(task: DAGTask, at: string, templates: ReadonlyMap<string, Template>, found: Findings): void {
  if (!TASK_NAME.test(task.name ?? '')) found.invalid.push({ path: at, message: 'must be named with letters, digits and "-"' });
  if (task.template === undefined ? task.inline === undefined && task.templateRef === undefined : !templates.has(task.template)) {
    found.invalid.push({ path: `${at}.template`, message: `"${task.template ?? ''}" does not exist` });
  }
  if (task.template !== undefined && task.inline !== undefined) found.invalid.push({ path: at, message: 'cannot have both template and inline' });
  for (const field of ['when', 'template', 'withParam'] as const) {
    if (task[field] !== undefined && typeof task[field] !== 'string') found.invalid.push({ path: `${at}.${field}`, message: 'must be a text' });
  }
  const format = task.withSequence?.format;
  if (format !== undefined && !isSequenceFormat(format)) {
    found.unsupported.push({ path: `${at}.withSequence.format`, message: `"${format}" is not supported on one machine: use one of %d, %03d, %x, %X, %o` });
  }
  checkArtifacts(task.arguments?.artifacts, `${at}.arguments.artifacts`, found, 'argument');
  for (const parameter of task.arguments?.parameters ?? []) {
    const parameterPath = `${at}.arguments.parameters['${parameter.name}']`;
    if (parameter.value === undefined && parameter.valueFrom === undefined) found.invalid.push({ path: parameterPath, message: 'needs a value' });
    found.unsupported.push(...unsupportedFields(parameter, INPUT_PARAMETER_FIELDS, parameterPath));
  }
  checkHooks(task, at, templates, found);
}

function checkHooks({ hooks, onExit }: Pick<DAGTask, 'hooks' | 'onExit'>, path: string, templates: ReadonlyMap<string, Template>, found: Findings): void {
  if (onExit !== undefined && onExit !== '' && !templates.has(onExit)) found.invalid.push({ path: `${path}.onExit`, message: `"${onExit}" does not exist` });
  if (hooks === undefined) return;
  found.unsupported.push(...unsupportedFields(hooks, HOOKS_FIELDS, `${path}.hooks`));
  const exit = hooks['exit'];
  if (exit === undefined) return;
  found.unsupported.push(...unsupportedFields(exit, HOOK_FIELDS, `${path}.hooks.exit`));
  if (!templates.has(exit.template ?? '')) found.invalid.push({ path: `${path}.hooks.exit.template`, message: `"${exit.template ?? ''}" does not exist` });
}

/** A task may only use outputs of what it waits for; its exit hook also its own. */
function checkReferences({ hooks, inline: _inline, ...task }: DAGTask, prefix: 'tasks' | 'steps', isBefore: (name: string) => boolean, path: string, found: Findings): void {
  const used = (part: unknown): string[] => {
    const text = JSON.stringify(part ?? '');
    return text.includes('{{') ? tagsIn(text).flatMap((tag) => new RegExp(`^${prefix}\\.([^.]+)\\.(?!name$)`).exec(tag)?.[1] ?? []) : [];
  };
  const wrong = new Set([...used(task).filter((name) => !isBefore(name)), ...used(hooks).filter((name) => name !== task.name && !isBefore(name))]);
  for (const name of wrong) found.invalid.push({ path, message: `uses {{${prefix}.${name}…}} but does not depend on "${name}"` });
}

function isAncestor(plan: DagPlan, ancestor: string, name: string): boolean {
  const seen = new Set(plan.tasks.get(name)!.dependencies);
  for (const current of seen) {
    if (current === ancestor) return true;
    for (const dependency of plan.tasks.get(current)!.dependencies) seen.add(dependency);
  }
  return false;
}

/** `input` and `output` are of what runs and have a path; `passed` and `passed on` of what has tasks inside; `argument` is given to one of these. */
type ArtifactSide = 'input' | 'output' | 'passed' | 'passed on' | 'argument';

function checkArtifacts(artifacts: readonly Artifact[] | undefined, path: string, found: Findings, side: ArtifactSide): void {
  for (const artifact of artifacts ?? []) {
    const at = `${path}['${artifact.name}']`;
    found.unsupported.push(...unsupportedFields(artifact, ARTIFACT_FIELDS, at));
    found.unsupported.push(...unsupportedFields(artifact.s3 ?? {}, S3_FIELDS, `${at}.s3`), ...unsupportedFields(artifact.archive ?? {}, PACKING_FIELDS, `${at}.archive`));
    const key = artifact.s3?.key;
    if (key !== undefined && !key.includes('{{') && !isKeyInside(key)) found.invalid.push({ path: `${at}.s3.key`, message: `"${key}" must be relative and without ".."` });
    if ((side === 'input' || side === 'output') && (artifact.path ?? '') === '') found.invalid.push({ path: `${at}.path`, message: 'is required' });
    if (side === 'passed on' && artifact.from === undefined) found.invalid.push({ path: `${at}.from`, message: 'is required' });
    if (side === 'argument' && artifact.from === undefined && artifact.raw === undefined && artifact.s3 === undefined && artifact.optional !== true) {
      found.invalid.push({ path: at, message: 'needs from, raw or s3.key' });
    }
  }
}

function checkVolumes(volumes: Template['volumes'], path: string, found: Findings): void {
  for (const volume of volumes ?? []) {
    const at = `${path}['${volume.name}']`;
    found.unsupported.push(...unsupportedFields(volume, VOLUME_FIELDS, at));
    const type = volume.hostPath?.type;
    if (type !== undefined && !['', 'Directory', 'DirectoryOrCreate', 'File'].includes(type)) {
      found.unsupported.push({ path: `${at}.hostPath.type`, message: `"${type}" is not supported on one machine: use Directory, DirectoryOrCreate or File` });
    }
  }
}

function checkPatch(patch: string | undefined, path: string, found: Findings): void {
  // A patch with tags has its final form only when the task starts, and is checked then.
  if (patch === undefined || patch === '' || patch.includes('{{')) return;
  try {
    found.unsupported.push(...checkPodSpec(parsePodSpecPatch(patch), path));
  } catch (error) {
    found.invalid.push({ path, message: (error as Error).message });
  }
}
