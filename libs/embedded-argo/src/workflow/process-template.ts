import type { Arguments, Artifact, Inputs, Parameter, Template, Workflow } from '@millrace/argo';
import { locationOf } from './artifact-location.js';
import { SubstitutionError, substitute, type TagLookup } from './substitute.js';

/**
 * Stands in an argument for an output of a skipped task that has no default: the consumer then treats the argument as not given.
 * Contains what no user's value can: it never leaves the process.
 */
export const ABSENT_ARGUMENT = '\u{f8ff}millrace:absent-optional\u{f8ff}';

/** The `{{workflow.…}}` tags of one Workflow. */
export function workflowTags(workflow: Workflow & { readonly metadata: { readonly name?: string } }): ReadonlyMap<string, string> {
  const { metadata, spec } = workflow;
  const created = String(metadata.creationTimestamp ?? '').replace(/\.\d+Z$/, 'Z');
  const tags = new Map<string, string>([
    ['workflow.name', metadata.name ?? ''],
    ['workflow.namespace', metadata.namespace ?? ''],
    ['workflow.uid', metadata.uid ?? ''],
    ['workflow.mainEntrypoint', spec.entrypoint ?? ''],
    ['workflow.serviceAccountName', spec.serviceAccountName ?? ''],
    ['workflow.creationTimestamp', created],
    ['workflow.creationTimestamp.RFC3339', created],
    ['workflow.creationTimestamp.s', String(Math.floor(Date.parse(created) / 1000))],
    ['workflow.parameters', JSON.stringify(spec.arguments?.parameters ?? [])],
    ['workflow.parameters.json', JSON.stringify(spec.arguments?.parameters ?? [])],
    ['workflow.labels', JSON.stringify(metadata.labels ?? {})],
    ['workflow.labels.json', JSON.stringify(metadata.labels ?? {})],
    ['workflow.annotations', JSON.stringify(metadata.annotations ?? {})],
    ['workflow.annotations.json', JSON.stringify(metadata.annotations ?? {})],
  ]);
  const at = new Date(created);
  for (const [letter, text] of Object.entries(strftime(at))) tags.set(`workflow.creationTimestamp.${letter}`, text);
  if (spec.priority !== undefined) tags.set('workflow.priority', String(spec.priority));
  for (const parameter of spec.arguments?.parameters ?? []) {
    if (parameter.value !== undefined) tags.set(`workflow.parameters.${parameter.name}`, String(parameter.value));
  }
  for (const [key, value] of Object.entries(metadata.labels ?? {})) tags.set(`workflow.labels.${key}`, value);
  for (const [key, value] of Object.entries(metadata.annotations ?? {})) tags.set(`workflow.annotations.${key}`, value);
  return tags;
}

/** The parts of a time that name folders, by strftime's letters. */
function strftime(at: Date): Record<string, string> {
  const two = (number: number): string => String(number).padStart(2, '0');
  const [Y, m, d] = [String(at.getUTCFullYear()), two(at.getUTCMonth() + 1), two(at.getUTCDate())];
  const [H, M, S] = [two(at.getUTCHours()), two(at.getUTCMinutes()), two(at.getUTCSeconds())];
  return { Y, m, d, H, M, S, y: Y.slice(-2), F: `${Y}-${m}-${d}`, T: `${H}:${M}:${S}` };
}

/**
 * A template with its inputs filled from arguments and defaults and every tag replaced that is known before it runs. Throws
 * SubstitutionError with Argo's message when an input has no value.
 */
export function processTemplate(template: Template, args: Arguments | undefined, globals: TagLookup, locals: TagLookup): Template {
  const given = new Map((args?.parameters ?? []).map((parameter) => [parameter.name, parameter]));
  const parameters = template.inputs?.parameters?.map((input) => fillInput(input, given.get(input.name)));
  const supplied = new Map((args?.artifacts ?? []).map((artifact) => [artifact.name, artifact]));
  const artifacts = template.inputs?.artifacts?.map((input) => fillArtifact(input, supplied.get(input.name)));
  const inputs = { ...template.inputs, ...(parameters && { parameters }), ...(artifacts && { artifacts }) };
  const filled = parameters === undefined && artifacts === undefined ? template : { ...template, inputs };
  return substituteTemplate(filled, globals, locals);
}

/** Where an input artifact comes from is the argument's to say; where it goes to, the template's. */
function fillArtifact(input: Artifact, argument: Artifact | undefined): Artifact {
  if (input.optional !== true && locationOf(input) === undefined) {
    if (argument === undefined) throw new SubstitutionError(`inputs.artifacts.${input.name} was not supplied`);
    if (locationOf(argument) === undefined) throw new SubstitutionError(`inputs.artifacts.${input.name} missing location information`);
  }
  if (argument === undefined) return input;
  const { path, mode, recurseMode, optional } = input;
  const { mode: _mode, recurseMode: _recurseMode, ...rest } = argument;
  return { ...rest, path, ...(mode !== undefined && { mode }), ...(recurseMode !== undefined && { recurseMode }), ...(optional === true && { optional }) };
}

function fillInput(input: Parameter, argument: Parameter | undefined): Parameter {
  const own = input.value ?? input.default;
  if (argument?.value === ABSENT_ARGUMENT) {
    if (own === undefined) {
      throw new SubstitutionError(
        `inputs.parameters.${input.name}: argument references an absent optional (skipped/omitted node output with no default)`,
      );
    }
    return { ...input, value: own };
  }
  const value = argument === undefined ? own : argument.value;
  if (value === undefined) throw new SubstitutionError(`inputs.parameters.${input.name} was not supplied`);
  const { valueFrom: _valueFrom, ...rest } = input;
  return { ...rest, value: String(value) };
}

/** Argo's two passes: globals and locals first, because inputs may be made of them, then the inputs themselves. */
export function substituteTemplate(template: Template, globals: TagLookup, locals: TagLookup): Template {
  const outer: TagLookup = (tag) => locals(tag) ?? globals(tag);
  const first = substitute(template, outer);
  const inputs = inputTags(first);
  return substitute(first, (tag) => inputs.get(tag) ?? outer(tag));
}

/** The tags that a template's own declarations define. */
export function inputTags(template: Template): ReadonlyMap<string, string> {
  const tags = new Map<string, string>();
  for (const { name, value } of template.inputs?.parameters ?? []) {
    if (value !== undefined) tags.set(`inputs.parameters.${name}`, String(value));
  }
  tags.set('inputs.parameters', JSON.stringify(template.inputs?.parameters ?? []));
  for (const { name, path } of template.inputs?.artifacts ?? []) if (path !== undefined) tags.set(`inputs.artifacts.${name}.path`, path);
  for (const { name, path } of template.outputs?.artifacts ?? []) if (path !== undefined) tags.set(`outputs.artifacts.${name}.path`, path);
  for (const { name, valueFrom } of template.outputs?.parameters ?? []) {
    if (valueFrom?.path !== undefined) tags.set(`outputs.parameters.${name}.path`, valueFrom.path);
  }
  return tags;
}

export function hasInputs(inputs: Inputs | undefined): inputs is Inputs {
  return (inputs?.parameters?.length ?? 0) > 0 || (inputs?.artifacts?.length ?? 0) > 0;
}
