import { PipelineError } from '@millrace/errors';
import type { InputParameterSpec, JsonValue, Pipeline } from '@millrace/pipeline-spec';
import { literalProblem, typeProblem } from './parameter-value.js';

/** A fault of what was given for a run: where, and what to do. */
export interface InputIssue {
  readonly path: string;
  readonly message: string;
}

/**
 * Values of the root's inputs: given, else the default, else null where the input is optional. Every problem is reported at once,
 * in one INVALID_ARGUMENT whose `details.issues` are InputIssues.
 */
export function resolveRunParameters(pipeline: Pipeline, given: Readonly<Record<string, JsonValue>>): Record<string, JsonValue> {
  const declared = pipeline.spec.root.inputDefinitions?.parameters ?? {};
  const issues: InputIssue[] = [];
  const resolved: Record<string, JsonValue> = {};
  for (const [name, spec] of Object.entries(declared)) {
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    const result = resolveOne(name, spec, value);
    if ('message' in result) issues.push(result);
    else resolved[name] = result.value;
  }
  const extra = Object.keys(given).filter((name) => !Object.hasOwn(declared, name));
  if (extra.length > 0) {
    issues.push({ path: 'parameters', message: `parameter(s) provided are not required by pipeline: ${extra.join(', ')}` });
  }
  if (issues.length > 0) throw refusal(issues);
  return resolved;
}

function resolveOne(name: string, spec: InputParameterSpec, given: JsonValue | undefined): InputIssue | { readonly value: JsonValue } {
  const path = `parameters['${name}']`;
  if (given === undefined) {
    if (spec.defaultValue !== undefined) return { value: spec.defaultValue };
    if (spec.isOptional === true) return { value: null };
    return { path, message: `parameter "${name}" (${spec.parameterType}) is required and was not given` };
  }
  if (given === null && spec.isOptional === true) return { value: null };
  const problem = typeProblem(given, spec.parameterType) ?? literalProblem(given, spec);
  return problem === undefined ? { value: given } : { path, message: `parameter "${name}": ${problem}` };
}

function refusal(issues: readonly InputIssue[]): PipelineError {
  const text = issues.map((issue) => issue.message).join('; ');
  return new PipelineError('INVALID_ARGUMENT', `The run's parameters do not fit the pipeline: ${text}.`, { details: { issues } });
}
