import type { Artifact, DAGTask, Template, Workflow } from '@millrace/argo';
import { PipelineError } from '@millrace/errors';
import type { Executor } from '../executor.js';
import { parsePodSpecPatch, checkPodSpec } from '../pod/pod-spec-patch.js';
import { findCycle, planDag, type DagPlan } from './dag-plan.js';
import { tagsIn } from './substitute.js';
import {
  ARCHIVE_FIELDS, ARTIFACT_FIELDS, CONTAINER_FIELDS, DAG_FIELDS, ENV_FIELDS, INPUT_PARAMETER_FIELDS, MOUNT_FIELDS, OUTPUT_PARAMETER_FIELDS,
  RETRY_FIELDS, TASK_FIELDS, TEMPLATE_FIELDS, VOLUME_FIELDS, WORKFLOW_FIELDS, unsupportedFields,
} from './supported-fields.js';

interface Issue {
  readonly path: string;
  readonly message: string;
}

interface Findings {
  readonly invalid: Issue[];
  readonly unsupported: Issue[];
}

const TASK_NAME = /^[a-zA-Z0-9][-a-zA-Z0-9]*$/;
const OBJECT_NAME = /^[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?$/;

/**
 * Refuses a Workflow that cannot run here, with every reason at once: INVALID_ARGUMENT when Argo would refuse it too,
 * UNIMPLEMENTED when only this engine does not know what it asks for.
 */
export function checkWorkflow(workflow: Workflow, executor?: Pick<Executor, 'refusal'>): void {
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
      checkSpec(workflow, found, executor);
    } catch (error) {
      // Types are only promised by those who wrote TypeScript; a file from a user may have a text where a list belongs.
      found.invalid.push({ path: 'spec', message: `does not have the form of a Workflow (${(error as Error).message})` });
    }
  }
  const issues = [...found.invalid, ...found.unsupported];
  if (issues.length === 0) return;
  const code = found.invalid.length > 0 ? 'INVALID_ARGUMENT' : 'UNIMPLEMENTED';
  const reasons = issues.map(({ path, message }) => `${path} ${message}`).join('; ');
  throw new PipelineError(code, `Workflow "${name}" cannot run here: ${reasons}.`, { details: { issues } });
}

function checkSpec({ spec }: Workflow, found: Findings, executor: Pick<Executor, 'refusal'> | undefined): void {
  const templates = new Map<string, Template>();
  for (const [index, template] of (spec.templates ?? []).entries()) {
    if ((template.name ?? '') === '') found.invalid.push({ path: `spec.templates[${index}].name`, message: 'is required' });
    else if (templates.has(template.name!)) found.invalid.push({ path: `spec.templates[${index}].name`, message: `"${template.name}" is used twice` });
    else templates.set(template.name!, template);
  }
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
  for (const template of templates.values()) checkTemplate(template, templates, found, executor);
  checkTags(spec, found);
}

/** Tags that this engine cannot replace would reach the user's command as they are; say so first. */
function checkTags(spec: object, found: Findings): void {
  const seen = new Set<string>();
  for (const tag of tagsIn(JSON.stringify(spec))) {
    if (seen.has(tag)) continue;
    seen.add(tag);
    const path = `{{${tag.length > 80 ? `${tag.slice(0, 77)}...` : tag}}}`;
    if (tag.startsWith('=')) {
      found.unsupported.push({ path, message: 'is an expression tag, which is not supported on one machine: use simple tags, or write "{" as \\u007b in text' });
    } else if (/^tasks\..*\.outputs\.result$/.test(tag)) {
      found.unsupported.push({ path, message: 'is not supported on one machine: write the value to a file and declare an output parameter' });
    } else if (/\.outputs\.artifacts\.|^inputs\.artifacts\.[^.]+$|^workflow\.outputs\.|^workflow\.(status|failures|duration)$|^steps\./.test(tag)) {
      found.unsupported.push({ path, message: 'is not supported on one machine' });
    }
  }
}

function checkTemplate(
  template: Template,
  templates: ReadonlyMap<string, Template>,
  found: Findings,
  executor: Pick<Executor, 'refusal'> | undefined,
): void {
  const path = `spec.templates['${template.name}']`;
  found.unsupported.push(...unsupportedFields(template, TEMPLATE_FIELDS, path));
  const kinds = (['container', 'dag', 'suspend'] as const).filter((kind) => template[kind] !== undefined);
  const others = ['steps', 'script', 'resource', 'http', 'plugin', 'data', 'containerSet'].filter((kind) => template[kind as keyof Template] !== undefined);
  if (kinds.length + others.length !== 1) found.invalid.push({ path, message: 'must have exactly one of container, dag, suspend' });
  for (const parameter of template.inputs?.parameters ?? []) {
    found.unsupported.push(...unsupportedFields(parameter, INPUT_PARAMETER_FIELDS, `${path}.inputs.parameters['${parameter.name}']`));
  }
  checkArtifacts(template.inputs?.artifacts, `${path}.inputs.artifacts`, found, 'input');
  checkArtifacts(template.outputs?.artifacts, `${path}.outputs.artifacts`, found, 'output');
  checkOutputs(template, path, found);
  if (template.retryStrategy !== undefined) {
    found.unsupported.push(...unsupportedFields(template.retryStrategy, RETRY_FIELDS, `${path}.retryStrategy`));
    const policy = template.retryStrategy.retryPolicy;
    if (policy !== undefined && !['Always', 'OnFailure', 'OnError'].includes(policy)) {
      found.unsupported.push({ path: `${path}.retryStrategy.retryPolicy`, message: `"${policy}" is not supported on one machine: use Always, OnFailure or OnError` });
    }
  }
  if (template.archiveLocation !== undefined) found.unsupported.push(...unsupportedFields(template.archiveLocation, ARCHIVE_FIELDS, `${path}.archiveLocation`));
  if (template.activeDeadlineSeconds !== undefined && template.container === undefined) {
    found.invalid.push({ path: `${path}.activeDeadlineSeconds`, message: 'only works on a container; give the workflow a deadline instead' });
  }
  checkVolumes(template.volumes, `${path}.volumes`, found);
  checkPatch(template.podSpecPatch, `${path}.podSpecPatch`, found);
  if (template.container !== undefined) checkContainer(template, path, found, executor);
  if (template.dag !== undefined) checkDag(template, path, templates, found);
}

function checkOutputs(template: Template, path: string, found: Findings): void {
  for (const parameter of template.outputs?.parameters ?? []) {
    const at = `${path}.outputs.parameters['${parameter.name}']`;
    found.unsupported.push(...unsupportedFields(parameter, OUTPUT_PARAMETER_FIELDS, at));
    const source = template.container !== undefined ? 'path' : template.dag !== undefined ? 'parameter' : 'supplied';
    if (parameter.valueFrom?.[source] === undefined) found.invalid.push({ path: `${at}.valueFrom`, message: `must have "${source}" in this kind of template` });
    found.unsupported.push(...unsupportedFields(parameter.valueFrom ?? {}, { used: [source, 'default'] }, `${at}.valueFrom`));
  }
}

function checkContainer(template: Template, path: string, found: Findings, executor: Pick<Executor, 'refusal'> | undefined): void {
  const container = template.container!;
  found.unsupported.push(...unsupportedFields(container, CONTAINER_FIELDS, `${path}.container`));
  for (const variable of container.env ?? []) found.unsupported.push(...unsupportedFields(variable, ENV_FIELDS, `${path}.container.env['${variable.name}']`));
  for (const mount of container.volumeMounts ?? []) found.unsupported.push(...unsupportedFields(mount, MOUNT_FIELDS, `${path}.container.volumeMounts['${mount.name}']`));
  // What a patch or a tag may still change is asked when the task starts.
  const open = template.podSpecPatch !== undefined || JSON.stringify(container).includes('{{');
  if (open || executor === undefined) return;
  const refusal = executor.refusal({ image: container.image ?? '', command: container.command ?? [], args: container.args ?? [] });
  if (refusal !== undefined) found.unsupported.push({ path: `${path}.container`, message: `cannot run: ${refusal}` });
}

function checkDag(template: Template, path: string, templates: ReadonlyMap<string, Template>, found: Findings): void {
  const dag = template.dag!;
  found.unsupported.push(...unsupportedFields(dag, DAG_FIELDS, `${path}.dag`));
  const names = new Set<string>();
  for (const task of dag.tasks ?? []) {
    const at = `${path}.dag.tasks['${task.name}']`;
    found.unsupported.push(...unsupportedFields(task, TASK_FIELDS, at));
    if (!TASK_NAME.test(task.name ?? '')) found.invalid.push({ path: at, message: 'must be named with letters, digits and "-"' });
    if (names.has(task.name)) found.invalid.push({ path: at, message: 'is there twice' });
    names.add(task.name);
    if (task.template === undefined ? task.inline === undefined && task.templateRef === undefined : !templates.has(task.template)) {
      found.invalid.push({ path: `${at}.template`, message: `"${task.template ?? ''}" does not exist` });
    }
    for (const field of ['when', 'depends', 'template', 'withParam'] as const) {
      if (task[field] !== undefined && typeof task[field] !== 'string') found.invalid.push({ path: `${at}.${field}`, message: 'must be a text' });
    }
    if (task.depends && (task.dependencies?.length ?? 0) > 0) found.invalid.push({ path: at, message: 'cannot have both depends and dependencies' });
    if (task.depends?.includes('{{')) found.invalid.push({ path: `${at}.depends`, message: 'must not contain tags' });
    if (task.withSequence?.format !== undefined) found.unsupported.push({ path: `${at}.withSequence.format`, message: 'is not supported on one machine: format the number in the task' });
    checkArtifacts(task.arguments?.artifacts, `${at}.arguments.artifacts`, found, 'argument');
    for (const parameter of task.arguments?.parameters ?? []) {
      const parameterPath = `${at}.arguments.parameters['${parameter.name}']`;
      if (parameter.value === undefined && parameter.valueFrom === undefined) found.invalid.push({ path: parameterPath, message: 'needs a value' });
      found.unsupported.push(...unsupportedFields(parameter, INPUT_PARAMETER_FIELDS, parameterPath));
    }
  }
  try {
    const plan = planDag(template);
    const cycle = findCycle(plan);
    if (cycle !== undefined) found.invalid.push({ path: `${path}.dag.tasks['${cycle}']`, message: 'depends on itself through other tasks' });
    else for (const task of dag.tasks ?? []) checkReferences(task, plan, `${path}.dag.tasks['${task.name}']`, found);
  } catch (error) {
    found.invalid.push({ path: `${path}.dag`, message: (error as Error).message });
  }
}

/** A task may only use outputs of tasks it waits for. */
function checkReferences(task: DAGTask, plan: DagPlan, path: string, found: Findings): void {
  const text = JSON.stringify(task);
  if (!text.includes('{{')) return;
  const used = new Set(tagsIn(text).flatMap((tag) => /^tasks\.([^.]+)\.(?!name$)/.exec(tag)?.[1] ?? []));
  for (const name of used) {
    if (!isAncestor(plan, name, task.name)) found.invalid.push({ path, message: `uses {{tasks.${name}…}} but does not depend on "${name}"` });
  }
}

function isAncestor(plan: DagPlan, ancestor: string, name: string): boolean {
  const seen = new Set(plan.tasks.get(name)!.dependencies);
  for (const current of seen) {
    if (current === ancestor) return true;
    for (const dependency of plan.tasks.get(current)!.dependencies) seen.add(dependency);
  }
  return false;
}

function checkArtifacts(artifacts: readonly Artifact[] | undefined, path: string, found: Findings, side: 'input' | 'output' | 'argument'): void {
  for (const artifact of artifacts ?? []) {
    const at = `${path}['${artifact.name}']`;
    found.unsupported.push(...unsupportedFields(artifact, ARTIFACT_FIELDS, at));
    if (side === 'output') continue;
    if (side === 'argument' || artifact.optional !== true) {
      found.unsupported.push({ path: at, message: 'is not supported on one machine: pass the path as a parameter' });
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
