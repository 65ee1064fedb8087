import { PipelineError } from '@millrace/errors';
import { workflowParameters, type JsonValue, type WorkflowPipeline } from '@millrace/pipeline-spec';

interface Issue {
  readonly path: string;
  readonly message: string;
}

/**
 * The arguments of a run: what was given over what the Workflow has. Everything is text there: what is no text is given as its JSON. Throws
 * INVALID_ARGUMENT with every name that the pipeline does not know or that lacks a value.
 */
export function resolveArguments({ workflow, name: pipeline }: WorkflowPipeline, given: Readonly<Record<string, JsonValue>>): readonly { readonly name: string; readonly value: string }[] {
  const parameters = workflowParameters(workflow);
  const known = new Set(parameters.map(({ name }) => name));
  const issues: Issue[] = [];
  for (const name of Object.keys(given)) {
    if (known.has(name)) continue;
    const remedy = known.size === 0 ? 'it has none' : `it has ${[...known].join(', ')}`;
    issues.push({ path: `parameters['${name}']`, message: `Unrecognized input parameter: ${name}. Pipeline "${pipeline}" has no such parameter; ${remedy}.` });
  }
  const resolved = parameters.map((parameter) => {
    const value = Object.hasOwn(given, parameter.name) ? given[parameter.name] : parameter.default;
    if (value === undefined) issues.push({ path: `parameters['${parameter.name}']`, message: `Parameter "${parameter.name}" needs a value: the pipeline has no default for it.` });
    return { name: parameter.name, value: typeof value === 'string' ? value : JSON.stringify(value ?? null) };
  });
  if (issues.length > 0) throw new PipelineError('INVALID_ARGUMENT', issues.map(({ message }) => message).join('\n'), { details: { issues } });
  return resolved;
}
