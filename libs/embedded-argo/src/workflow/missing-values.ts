import type { Arguments, Parameter, Template, Workflow } from '@millrace/argo';
import { callsOf } from './named-templates.js';
import { workflowTags } from './process-template.js';
import { tagsIn } from './substitute.js';

export interface MissingValue {
  readonly path: string;
  readonly message: string;
}

/** Tags whose values come about while the workflow runs. */
const LATER = /^workflow\.(status$|failures$|duration$|scheduledTime$|creationTimestamp|outputs\.)/;

/**
 * What has no value in templates that run: inputs which a call leaves out; inputs, outputs of calls and parts of the workflow that a template
 * names though they do not exist. Argo looks for them before it begins anything.
 */
export function missingValues(workflow: Workflow, templates: ReadonlyMap<string, Template>, running: readonly Template[]): MissingValue[] {
  const tags = workflowTags(workflow);
  const missing: MissingValue[] = [];
  const entrypoint = templates.get(workflow.spec.entrypoint ?? '');
  for (const name of withoutValue(entrypoint, workflow.spec.arguments)) missing.push({ path: 'spec.arguments', message: `does not supply inputs.parameters.${name} of the entrypoint` });
  for (const template of running) {
    const path = `spec.templates['${template.name}']`;
    const calls = new Map(callsOf(template).map((call) => [call.name, call.inline ?? templates.get(call.template ?? '')]));
    const inputs = new Set((template.inputs?.parameters ?? []).map(({ name }) => name));
    for (const call of callsOf(template)) {
      const called = call.inline ?? templates.get(call.template ?? '');
      for (const name of withoutValue(called, call.arguments)) missing.push({ path: `${path}.${call.name}`, message: `does not supply inputs.parameters.${name} of template "${call.template ?? 'inline'}"` });
    }
    for (const tag of new Set(tagsIn(JSON.stringify(template)).map((tag) => tag.trim()))) {
      const input = /^inputs\.parameters\.(.+)$/.exec(tag)?.[1];
      const [, call, output] = /^(?:tasks|steps)\.([^.]+)\.outputs\.parameters\.(.+)$/.exec(tag) ?? [];
      const isMissing =
        input !== undefined ? !inputs.has(input)
        : call !== undefined ? calls.get(call) !== undefined && !hasOutput(calls.get(call)!, output!)
        : tag.startsWith('workflow.') && !tags.has(tag) && !LATER.test(tag);
      if (isMissing) missing.push({ path, message: `uses {{${tag}}}, which has no value` });
    }
  }
  return missing;
}

function hasOutput({ outputs }: Template, name: string): boolean {
  return (outputs?.parameters ?? []).some((parameter) => parameter.name === name);
}

function withoutValue(template: Template | undefined, given: Arguments | undefined): string[] {
  const names = new Set((given?.parameters ?? []).map(({ name }) => name));
  const has = ({ name, value, default: byDefault, valueFrom }: Parameter): boolean => names.has(name) || value !== undefined || byDefault !== undefined || valueFrom !== undefined;
  return (template?.inputs?.parameters ?? []).filter((input) => !has(input)).map(({ name }) => name);
}
