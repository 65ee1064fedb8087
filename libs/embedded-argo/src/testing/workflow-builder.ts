import type { DAGTask, Template, Workflow, WorkflowSpec } from '@millrace/argo';

/** A Workflow `ns/wf` whose entrypoint is the first template. */
export function aWorkflow(templates: readonly Template[], spec: Partial<WorkflowSpec> = {}): Workflow {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Workflow',
    metadata: { namespace: 'ns', name: 'wf' },
    spec: { entrypoint: templates[0]!.name, templates: [...templates], ...spec },
  };
}

export function aDag(name: string, tasks: readonly DAGTask[], rest: Partial<Template> & { readonly target?: string; readonly failFast?: boolean } = {}): Template {
  const { target, failFast, ...template } = rest;
  return { name, dag: { tasks: [...tasks], ...(target === undefined ? {} : { target }), ...(failFast === undefined ? {} : { failFast }) }, ...template };
}

/** A container template; its image is its name, so that a script can tell tasks by `spec.image`. */
export function aPod(name: string, rest: Partial<Template> = {}): Template {
  return { name, container: { image: name, command: ['run'] }, ...rest };
}

/** Groups of steps, one after the other. */
export function aStepsTemplate(name: string, groups: readonly (readonly DAGTask[])[], rest: Partial<Template> = {}): Template {
  return { name, steps: groups as unknown as Template['steps'], ...rest };
}

/** The gate that the compiler emits. */
export function aGate(name = 'gate', outputs: readonly string[] = ['run']): Template {
  return { name, suspend: {}, outputs: { parameters: outputs.map((output) => ({ name: output, valueFrom: { supplied: {} } })) } };
}
