import type { Workflow } from '@millrace/argo';
import { describeValue } from '../describe-value.js';
import type { IssueList } from '../issue-list.js';
import { describeCycle, sortTopologically } from '../sort-topologically.js';
import { suggestName } from '../suggest-name.js';
import { dependenciesOfTask } from './walk-workflow.js';

type Fields = Readonly<Record<string, unknown>>;

/** What a template can be; each is exactly one of them. */
const KINDS = ['container', 'script', 'dag', 'steps', 'resource', 'suspend', 'containerSet', 'data', 'http', 'plugin'] as const;

/** Faults of a Workflow that no engine could run: what refers to what, and values that are of another kind. */
export function checkWorkflowShape(workflow: Workflow, issues: IssueList): void {
  const spec: unknown = workflow.spec;
  if (!isObject(spec)) return issues.add('spec', `is required and must be an object, not ${describeValue(spec)}.`);
  const templates = new Map<string, Fields>();
  const listed = listOf(spec['templates'], 'spec.templates', issues);
  if (listed.length === 0) issues.add('spec.templates', 'holds no template.', 'Compile the pipeline with the SDK of KFP v1.');
  for (const [index, template] of listed.entries()) {
    const path = `spec.templates[${index}]`;
    const name = template['name'];
    if (typeof name !== 'string' || name === '') issues.add(path, 'has no name.');
    else if (templates.has(name)) issues.add(path, `has the name "${name}" of another template.`);
    else templates.set(name, template);
    const kinds = KINDS.filter((kind) => template[kind] !== undefined && template[kind] !== null);
    if (kinds.length !== 1) issues.add(path, kinds.length === 0 ? 'says nothing to do: it has none of container, dag, steps, script, resource, suspend.' : `is ${kinds.join(' and ')} at once.`);
  }
  checkReference(spec['entrypoint'], 'spec.entrypoint', templates, issues);
  if (spec['onExit'] !== undefined && spec['onExit'] !== '') checkReference(spec['onExit'], 'spec.onExit', templates, issues);
  checkArguments(spec['arguments'], issues);
  for (const [index, template] of listed.entries()) {
    const path = `spec.templates[${index}]`;
    if (isObject(template['dag'])) checkTasks(listOf(template['dag']['tasks'], `${path}.dag.tasks`, issues), `${path}.dag.tasks`, templates, issues);
    if (!Array.isArray(template['steps'])) continue;
    for (const [group, steps] of template['steps'].entries()) {
      const at = `${path}.steps[${group}]`;
      checkTasks(listOf(steps, at, issues), at, templates, issues);
    }
  }
}

function checkArguments(given: unknown, issues: IssueList): void {
  if (given === undefined || given === null) return;
  if (!isObject(given)) return issues.add('spec.arguments', `must be an object, not ${describeValue(given)}.`);
  const names = new Set<string>();
  for (const [index, parameter] of listOf(given['parameters'], 'spec.arguments.parameters', issues).entries()) {
    const path = `spec.arguments.parameters[${index}]`;
    const { name, value } = parameter;
    if (typeof name !== 'string' || name === '') issues.add(path, 'has no name.');
    else if (names.has(name)) issues.add(path, `has the name "${name}" of another parameter.`);
    else names.add(name);
    if (value !== undefined && value !== null && typeof value !== 'string') issues.add(`${path}.value`, `must be a text, not ${describeValue(value)}.`);
  }
}

function checkTasks(tasks: readonly Fields[], path: string, templates: ReadonlyMap<string, Fields>, issues: IssueList): void {
  const names = new Map<string, Fields>();
  for (const [index, task] of tasks.entries()) {
    const at = `${path}[${index}]`;
    const name = task['name'];
    if (typeof name !== 'string' || name === '') issues.add(at, 'has no name.');
    else if (names.has(name)) issues.add(at, `has the name "${name}" of another task.`);
    else names.set(name, task);
    if (task['inline'] === undefined && task['templateRef'] === undefined) checkReference(task['template'], `${at}.template`, templates, issues);
  }
  for (const [index, task] of tasks.entries()) {
    for (const dependency of dependenciesOfTask(task)) {
      if (!names.has(dependency)) issues.add(`${path}[${index}].dependencies`, `names "${dependency}", which is no task beside it.`, () => suggestName(dependency, [...names.keys()]));
    }
  }
  for (const cycle of sortTopologically([...names.keys()], (name) => dependenciesOfTask(names.get(name) ?? {})).cycles) {
    issues.add(path, `depend on each other in a circle: ${describeCycle(cycle)}.`);
  }
}

function checkReference(name: unknown, path: string, templates: ReadonlyMap<string, Fields>, issues: IssueList): void {
  if (typeof name === 'string' && templates.has(name)) return;
  if (typeof name === 'string' && name !== '') issues.add(path, `names the template "${name}", which is not there.`, () => suggestName(name, [...templates.keys()]));
  else issues.add(path, 'must name a template.');
}

function listOf(value: unknown, path: string, issues: IssueList): readonly Fields[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) {
    issues.addMalformed(path, `must be a list, not ${describeValue(value)}.`);
    return [];
  }
  return value.flatMap((entry, index) => {
    if (isObject(entry)) return [entry];
    issues.addMalformed(`${path}[${index}]`, `must be an object, not ${describeValue(entry)}.`);
    return [];
  });
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
