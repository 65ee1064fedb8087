import type { NodeStatus, Template } from '@millrace/argo';
import { hasInputs } from '../workflow/process-template.js';
import type { Place } from './place.js';

/** What a node says of how it came about; nothing for most. */
export function nodeFlagOf(place: Place): Pick<NodeStatus, 'nodeFlag'> {
  const hooked = place.kind === 'hook' || place.kind === 'exit' || (place.kind === 'attempt' && (place.of.kind === 'hook' || place.of.kind === 'exit'));
  const flag = { ...(hooked && { hooked }), ...(place.kind === 'attempt' && { retried: true }) };
  return Object.keys(flag).length === 0 ? {} : { nodeFlag: flag };
}

/** The inputs that the node of a processed template shows. */
export function inputsOf(template: Template): Pick<NodeStatus, 'inputs'> {
  return hasInputs(template.inputs) ? { inputs: template.inputs } : {};
}
