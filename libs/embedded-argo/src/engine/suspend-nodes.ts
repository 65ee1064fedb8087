import type { NodeStatus, Template } from '@millrace/argo';
import { fromTimestamp } from '../clock.js';
import { parseDuration } from '../workflow/duration.js';
import type { RunState } from './run-state.js';

/** What a Suspend node shows before it is answered: the outputs that are to be supplied, with their defaults. */
export function suppliedOutputs(template: Template): Pick<NodeStatus, 'outputs'> {
  const parameters = (template.outputs?.parameters ?? []).filter(({ valueFrom }) => valueFrom?.supplied !== undefined);
  if (parameters.length === 0) return {};
  const inputs = new Map((template.inputs?.parameters ?? []).map((input) => [input.name, input.default]));
  const withDefaults = parameters.map((parameter) => {
    const fallback = parameter.valueFrom!.default ?? inputs.get(parameter.name);
    return fallback === undefined ? parameter : { ...parameter, valueFrom: { ...parameter.valueFrom, default: fallback } };
  });
  return { outputs: { parameters: withDefaults } };
}

/** Ends a Suspend node that has a `duration` with its defaults when nobody answers in time. */
export function resumeByItself(state: RunState, id: string, template: Template, wakeAt: (atMs: number, fire: () => void) => void): void {
  const duration = template.suspend?.duration;
  if (duration === undefined || duration === '') return;
  const ms = parseDuration(duration);
  if (ms === undefined) return state.end(id, 'Error', { message: `unable to parse ${duration} as a duration` });
  wakeAt((fromTimestamp(state.node(id)!.startedAt) ?? state.now()) + ms, () => {
    if (!state.isOpen(id)) return;
    const parameters = state.node(id)!.outputs?.parameters ?? [];
    const unset = parameters.find(({ valueFrom }) => valueFrom?.supplied !== undefined && valueFrom.default === undefined);
    if (unset !== undefined) {
      return state.end(id, 'Error', { message: `task '${state.node(id)!.name}' errored: raw output parameter '${unset.name}' has not been set and does not have a default value` });
    }
    const filled = parameters.map(({ valueFrom, ...parameter }) => ({ ...parameter, value: parameter.value ?? valueFrom?.default }));
    state.end(id, 'Succeeded', parameters.length === 0 ? {} : { outputs: { parameters: filled } });
  });
}
