import type { DAGTask, Template, WorkflowSpec } from '@millrace/argo';

/** The template that a task or step calls: one of the workflow's, or the one that is written in place. */
export function templateNameOf(parent: Template, task: Pick<DAGTask, 'name' | 'template' | 'inline'>): string {
  return task.inline === undefined ? (task.template ?? '') : `${parent.name}.${task.name}`;
}

/** All templates of a workflow by name, those written in place included. Of equal names the last one wins. */
export function namedTemplates(spec: WorkflowSpec): ReadonlyMap<string, Template> {
  const templates = new Map<string, Template>();
  const waiting = [...(spec.templates ?? [])];
  for (const template of waiting) {
    templates.set(template.name ?? '', template);
    for (const task of callsOf(template)) {
      if (task.inline !== undefined) waiting.push({ ...task.inline, name: templateNameOf(template, task) });
    }
  }
  return templates;
}

/** The tasks of a DAG, or the steps of all groups. */
export function callsOf(template: Template): readonly DAGTask[] {
  // A step is a task without the fields that say what it waits for.
  return template.dag?.tasks ?? ((template.steps as unknown as readonly (readonly DAGTask[])[] | undefined)?.flat() ?? []);
}
