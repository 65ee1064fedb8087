import type { DAGTask, Template, WorkflowSpec } from '@millrace/argo';
import { aDag, aPod, aWorkflow, type FixtureCase } from '@millrace/embedded-argo/testing';

export type Recipe = Omit<FixtureCase, 'name' | 'workflow'>;

/** Outcomes that many cases need. */
export const FAIL = { exitCode: 1 } as const;

export function task(name: string, rest: Partial<DAGTask> = {}): DAGTask {
  return { name, template: name, ...rest };
}

/** A task of a template that others use too. */
export function uses(template: string, name: string, rest: Partial<DAGTask> = {}): DAGTask {
  return { name, template, ...rest };
}

/** A case of templates, the first of which is the entrypoint. In names of nodes `~` stands for the root, which is called like the case. */
export function aCase(name: string, recipe: Recipe, templates: readonly Template[], spec: Partial<WorkflowSpec> = {}): FixtureCase {
  const named = JSON.parse(JSON.stringify(recipe).replaceAll('"~', `"${name}`)) as Recipe;
  return { name, ...named, workflow: aWorkflow(templates, spec) };
}

/** A case of one DAG, whose tasks are pods of their own names. */
export function dagCase(name: string, recipe: Recipe, tasks: readonly DAGTask[], dag: Parameters<typeof aDag>[2] = {}, spec: Partial<WorkflowSpec> = {}): FixtureCase {
  const pods = new Set(tasks.map(({ template }) => template!));
  return aCase(name, recipe, [aDag('root', tasks, dag), ...[...pods].map((pod) => aPod(pod))], spec);
}

/** Task arguments from a record. */
export function given(parameters: Readonly<Record<string, string>>): Pick<DAGTask, 'arguments'> {
  return { arguments: { parameters: Object.entries(parameters).map(([name, value]) => ({ name, value })) } };
}

/** Inputs without defaults, or with. */
export function takes(...parameters: (string | readonly [name: string, byDefault: string])[]): Pick<Template, 'inputs'> {
  return { inputs: { parameters: parameters.map((parameter) => (typeof parameter === 'string' ? { name: parameter } : { name: parameter[0], default: parameter[1] })) } };
}

/** Output parameters read from files `/tmp/out/<name>`. */
export function leaves(...names: readonly string[]): Pick<Template, 'outputs'> {
  return { outputs: { parameters: names.map((name) => ({ name, valueFrom: { path: `/tmp/out/${name}` } })) } };
}

/** The outcome that leaves these. */
export function left(outputs: Readonly<Record<string, string>>): { readonly files: Readonly<Record<string, string>> } {
  return { files: Object.fromEntries(Object.entries(outputs).map(([name, text]) => [`/tmp/out/${name}`, text])) };
}

/** A template that does nothing and succeeds, without a pod: for cases in which only the fact matters that a task was begun. */
export function nothing(name: string, rest: Partial<Template> = {}): Template {
  const passed = (rest.inputs?.parameters ?? []).map((input) => [input.name, `{{inputs.parameters.${input.name}}}`]);
  return aDag(name, [{ name: 'never', template: name, when: 'no == yes', ...(passed.length > 0 && given(Object.fromEntries(passed) as Record<string, string>)) }], rest);
}
