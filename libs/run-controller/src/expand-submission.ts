import { expandMacros, expandMacrosIn } from '@millrace/scheduling';
import { isWorkflowPipeline, type JsonValue } from '@millrace/pipeline-spec';
import type { RunSubmission } from './run-controller.js';

/** A submission whose id is settled and in whose parameters KFP's macros are replaced. `expand` does the same to any other text of the run. */
export function expandSubmission(
  submission: RunSubmission,
  { now, newId }: { readonly now: Date; readonly newId: () => string },
): { readonly submission: RunSubmission & { readonly id: string }; readonly expand: (text: string) => string } {
  const { id = newId(), schedule, scheduledAt, parameters } = submission;
  const macros = { runId: id, now, ...(schedule && { scheduledAt, index: schedule.index }) };
  const expanded = Object.entries(parameters).map(([name, value]): [string, JsonValue] => {
    const text = expandMacrosIn(value, macros);
    return [name, text !== value && isNumber(submission, name) ? toNumber(text) : text];
  });
  return { submission: { ...submission, id, parameters: Object.fromEntries(expanded) }, expand: (text) => expandMacros(text, macros) };
}

function isNumber({ pipeline }: RunSubmission, parameter: string): boolean {
  if (isWorkflowPipeline(pipeline)) return false;
  return pipeline.spec.root.inputDefinitions?.parameters?.[parameter]?.parameterType.startsWith('NUMBER') ?? false;
}

/** A macro can only be written as a text; where it stands for all of a number, a number it is. */
function toNumber(value: JsonValue): JsonValue {
  return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
}
