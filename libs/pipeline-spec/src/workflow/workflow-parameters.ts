import type { Workflow } from '@millrace/argo';
import type { PipelineParameter } from '../pipeline-parameters.js';
import { sdkDescription } from './sdk-description.js';

/** The parameters that a run of a v1 pipeline takes. All are texts: types there are notes to people, and stand in the description. */
export function workflowParameters(workflow: Workflow): readonly PipelineParameter[] {
  const notes = new Map(sdkDescription(workflow).inputs.map((input) => [input.name, input]));
  return (workflow.spec.arguments?.parameters ?? []).map(({ name, value }) => {
    const note = notes.get(name);
    const description = [note?.description, note?.type].filter((part) => part !== undefined && part !== '').join(' · ');
    return { name, type: 'STRING', required: value === undefined, ...(value !== undefined && { default: value }), ...(description !== '' && { description }) };
  });
}
