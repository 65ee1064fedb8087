import type { Template } from '@millrace/argo';

/** Name of the template of every gate: gates are found by it, never by node name. */
export const gateTemplateName = 'millrace-gate';

/**
 * What can be late in a pod, and what a gate answers when it is not asked for. `root` and `parameters` are paths, everything
 * else is JSON text, of which `items` are the indexes of a loop's items; they differ by execution only, where a template serves several.
 */
export const GATE_SLOTS = {
  command: '[]',
  args: '[]',
  image: '""',
  env: '[]',
  resources: '{}',
  root: '',
  parameters: '',
  items: '[]',
} as const;

export type GateSlot = keyof typeof GATE_SLOTS;

/** The one gate of a Workflow. `run` has no default, so that nobody opens a gate by resuming the Workflow. */
export function gateTemplate(): Template {
  return {
    name: gateTemplateName,
    inputs: { parameters: [{ name: 'path' }] },
    suspend: {},
    outputs: {
      parameters: [
        { name: 'run', valueFrom: { supplied: {} } },
        ...Object.entries(GATE_SLOTS).map(([name, byDefault]) => ({ name, valueFrom: { supplied: {}, default: byDefault } })),
      ],
    },
  };
}
