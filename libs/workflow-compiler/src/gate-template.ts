import type { Template } from '@millrace/argo';

/** Name of the template of every gate: gates are found by it, never by node name. */
export const gateTemplateName = 'millrace-gate';

/**
 * What can be late in a container, and what a gate answers when it is not asked for. JSON text, of which `items` are the indexes of a loop's
 * items. The slots of a transport and of late settings come beside them, and are empty when they are not asked for.
 */
export const GATE_SLOTS = {
  command: '[]',
  args: '[]',
  image: '""',
  env: '[]',
  resources: '{}',
  items: '[]',
} as const;

export type GateSlot = keyof typeof GATE_SLOTS;

/** The one gate of a Workflow, which serves all its pods. `run` has no default, so that nobody opens a gate by resuming the Workflow. */
export function gateTemplate(ownSlots: Iterable<string>): Template {
  return {
    name: gateTemplateName,
    inputs: { parameters: [{ name: 'path' }] },
    suspend: {},
    outputs: {
      parameters: [
        { name: 'run', valueFrom: { supplied: {} } },
        ...Object.entries(GATE_SLOTS).map(([name, byDefault]) => ({ name, valueFrom: { supplied: {}, default: byDefault } })),
        ...[...ownSlots].map((name) => ({ name, valueFrom: { supplied: {}, default: '' } })),
      ],
    },
  };
}
