import type { ComponentSpec, JsonObject, JsonValue, OutputParameterSpec } from '@millrace/pipeline-spec';
import type { ExecutionPlan } from './decision.js';
import { type ValueOrProblem, abbreviate, textToValue, typeProblem, valueToText } from './parameter-value.js';
import type { CollectedArtifact, CollectedOutputs } from './plan.js';

/** What a task left behind. */
export interface TaskRemains {
  /** Text of its output_metadata.json; empty or undefined when it wrote none, which is fine. */
  readonly executorOutputJson?: string;
  /** Text of each output parameter's file; undefined when it wrote none. */
  readonly parameterTexts: Readonly<Record<string, string | undefined>>;
}

/**
 * The outputs of a task that ended well. A declared parameter comes from the metadata file, else from its own file, and must be there; an
 * artifact is what was promised, changed by what the task wrote about it, and need not have a file.
 */
export function collectOutputs(
  component: Pick<ComponentSpec, 'outputDefinitions'>,
  promised: Pick<ExecutionPlan, 'outputArtifacts'>,
  remains: TaskRemains,
): CollectedOutputs {
  const written = parseExecutorOutput(remains.executorOutputJson);
  if (written === undefined) {
    return { kind: 'failed', message: 'The task wrote an output_metadata.json that is not a JSON object; let the KFP SDK write it, or write valid JSON.' };
  }
  const parameters: Record<string, JsonValue> = {};
  for (const [name, spec] of Object.entries(component.outputDefinitions?.parameters ?? {})) {
    const result = readParameter(name, spec, written.parameterValues, remains.parameterTexts);
    if ('problem' in result) return { kind: 'failed', message: result.problem };
    parameters[name] = result.value;
  }
  const artifacts: Record<string, CollectedArtifact> = {};
  for (const [name, artifact] of Object.entries(promised.outputArtifacts)) {
    artifacts[name] = mergeArtifact(artifact, firstArtifact(written.artifacts[name]));
  }
  return { kind: 'collected', outputs: { parameters, artifacts } };
}

function parseExecutorOutput(text: string | undefined): { readonly parameterValues: JsonObject; readonly artifacts: JsonObject } | undefined {
  if (text === undefined || text.trim() === '') return { parameterValues: {}, artifacts: {} };
  let parsed: JsonValue;
  try {
    parsed = JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
  if (!isObject(parsed)) return undefined;
  const parameterValues = parsed['parameterValues'] ?? parsed['parameter_values'] ?? {};
  const artifacts = parsed['artifacts'] ?? {};
  return isObject(parameterValues) && isObject(artifacts) ? { parameterValues, artifacts } : undefined;
}

function readParameter(
  name: string,
  { parameterType }: OutputParameterSpec,
  values: JsonObject,
  texts: TaskRemains['parameterTexts'],
): ValueOrProblem {
  const given = Object.hasOwn(values, name) ? values[name] : undefined;
  if (given !== undefined) {
    const value = parameterType === 'STRING' && given !== null ? valueToText(given) : given;
    const problem = typeProblem(value, parameterType);
    return problem === undefined ? { value } : { problem: `Output parameter "${name}": ${abbreviate(problem)}; return a value of the declared type.` };
  }
  const text = texts[name];
  if (text === undefined) {
    return { problem: `The task ended without output parameter "${name}" (${parameterType}); return it from the function, or write it to {{$.outputs.parameters['${name}'].output_file}}.` };
  }
  const result = textToValue(text, parameterType);
  return 'value' in result ? result : { problem: `Output parameter "${name}": ${result.problem}; write a value of the declared type.` };
}

function firstArtifact(list: JsonValue | undefined): JsonObject {
  const artifacts = isObject(list) ? list['artifacts'] : undefined;
  const first = Array.isArray(artifacts) ? (artifacts[0] as JsonValue | undefined) : undefined;
  return isObject(first) ? first : {};
}

function mergeArtifact(promised: ExecutionPlan['outputArtifacts'][string], written: JsonObject): CollectedArtifact {
  const uri = written['uri'];
  const customPath = written['custom_path'] ?? written['customPath'];
  const metadata = written['metadata'];
  return {
    name: promised.name,
    uri: typeof uri === 'string' && uri !== '' ? uri : promised.uri,
    schemaTitle: promised.schemaTitle,
    schemaVersion: promised.schemaVersion,
    metadata: { ...promised.metadata, ...(isObject(metadata) ? metadata : {}) },
    ...(typeof customPath === 'string' && customPath !== '' && { customPath }),
  };
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
