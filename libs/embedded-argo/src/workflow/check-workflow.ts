import type { Template, Workflow } from '@millrace/argo';
import { PipelineError } from '@millrace/errors';
import { resourceProblems } from '../pod/resource-action.js';
import { checkArtifacts } from './check-artifacts.js';
import { checkDag, checkHooks, checkSteps } from './check-calls.js';
import { checkContainer, checkPatch, checkVolumes } from './check-container.js';
import { checkTags, reachable } from './check-tags.js';
import type { Findings, RunningPlace } from './findings.js';
import { missingValues } from './missing-values.js';
import { namedTemplates } from './named-templates.js';
import {
  ARCHIVE_FIELDS, INPUT_PARAMETER_FIELDS, OUTPUT_PARAMETER_FIELDS, RESOURCE_FIELDS, RETRY_FIELDS, TEMPLATE_FIELDS, WORKFLOW_FIELDS, unsupportedFields,
} from './supported-fields.js';

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

