import type { DAGTask, Template } from '@millrace/argo';
import { checkArtifacts } from './check-artifacts.js';
import { findCycle, planDag, type DagPlan } from './dag-plan.js';
import { isSequenceFormat } from './expand-items.js';
import type { Findings } from './findings.js';
import { tagsIn } from './substitute.js';
import { DAG_FIELDS, HOOK_FIELDS, HOOKS_FIELDS, INPUT_PARAMETER_FIELDS, STEP_FIELDS, TASK_FIELDS, unsupportedFields } from './supported-fields.js';

const TASK_NAME = /^[a-zA-Z0-9][-a-zA-Z0-9]*$/;

export function checkDag(template: Template, path: string, templates: ReadonlyMap<string, Template>, found: Findings): void {
  const dag = template.dag!;
  found.unsupported.push(...unsupportedFields(dag, DAG_FIELDS, `${path}.dag`));
  const names = new Set<string>();
  for (const task of dag.tasks ?? []) {
    const at = `${path}.dag.tasks['${task.name}']`;
    found.unsupported.push(...unsupportedFields(task, TASK_FIELDS, at));
    if (names.has(task.name)) found.invalid.push({ path: at, message: 'is there twice' });
    names.add(task.name);
    if (task.depends !== undefined && typeof task.depends !== 'string') found.invalid.push({ path: `${at}.depends`, message: 'must be a text' });
    if (task.depends && (task.dependencies?.length ?? 0) > 0) found.invalid.push({ path: at, message: 'cannot have both depends and dependencies' });
    if (task.depends?.includes('{{')) found.invalid.push({ path: `${at}.depends`, message: 'must not contain tags' });
    checkCall(task, at, templates, found);
  }
  try {
    const plan = planDag(template);
    const cycle = findCycle(plan);
    if (cycle !== undefined) found.invalid.push({ path: `${path}.dag.tasks['${cycle}']`, message: 'depends on itself through other tasks' });
    else for (const task of dag.tasks ?? []) checkReferences(task, 'tasks', (name) => isAncestor(plan, name, task.name), `${path}.dag.tasks['${task.name}']`, found);
  } catch (error) {
    found.invalid.push({ path: `${path}.dag`, message: (error as Error).message });
  }
}

export function checkSteps(template: Template, path: string, templates: ReadonlyMap<string, Template>, found: Findings): void {
  const earlier = new Set<string>();
  const groups = template.steps as unknown as readonly (readonly DAGTask[])[];
  for (const [index, group] of groups.entries()) {
    for (const step of group) {
      const at = `${path}.steps[${index}]['${step.name}']`;
      found.unsupported.push(...unsupportedFields(step, STEP_FIELDS, at));
      checkCall(step, at, templates, found);
      checkReferences(step, 'steps', (name) => earlier.has(name), at, found);
    }
    for (const { name } of group) {
      if (earlier.has(name)) found.invalid.push({ path: `${path}.steps[${index}]['${name}']`, message: 'is there twice' });
      earlier.add(name);
    }
  }
}

/** What tasks and steps have in common: they call a template. */
function checkCall(task: DAGTask, at: string, templates: ReadonlyMap<string, Template>, found: Findings): void {
  if (!TASK_NAME.test(task.name ?? '')) found.invalid.push({ path: at, message: 'must be named with letters, digits and "-"' });
  if (task.template === undefined ? task.inline === undefined && task.templateRef === undefined : !templates.has(task.template)) {
    found.invalid.push({ path: `${at}.template`, message: `"${task.template ?? ''}" does not exist` });
  }
  if (task.template !== undefined && task.inline !== undefined) found.invalid.push({ path: at, message: 'cannot have both template and inline' });
  for (const field of ['when', 'template', 'withParam'] as const) {
    if (task[field] !== undefined && typeof task[field] !== 'string') found.invalid.push({ path: `${at}.${field}`, message: 'must be a text' });
  }
  const format = task.withSequence?.format;
  if (format !== undefined && !isSequenceFormat(format)) {
    found.unsupported.push({ path: `${at}.withSequence.format`, message: `"${format}" is not supported on one machine: use one of %d, %03d, %x, %X, %o` });
  }
  checkArtifacts(task.arguments?.artifacts, `${at}.arguments.artifacts`, found, 'argument');
  for (const parameter of task.arguments?.parameters ?? []) {
    const parameterPath = `${at}.arguments.parameters['${parameter.name}']`;
    if (parameter.value === undefined && parameter.valueFrom === undefined) found.invalid.push({ path: parameterPath, message: 'needs a value' });
    found.unsupported.push(...unsupportedFields(parameter, INPUT_PARAMETER_FIELDS, parameterPath));
  }
  checkHooks(task, at, templates, found);
}

export function checkHooks({ hooks, onExit }: Pick<DAGTask, 'hooks' | 'onExit'>, path: string, templates: ReadonlyMap<string, Template>, found: Findings): void {
  if (onExit !== undefined && onExit !== '' && !templates.has(onExit)) found.invalid.push({ path: `${path}.onExit`, message: `"${onExit}" does not exist` });
  if (hooks === undefined) return;
  found.unsupported.push(...unsupportedFields(hooks, HOOKS_FIELDS, `${path}.hooks`));
  const exit = hooks['exit'];
  if (exit === undefined) return;
  found.unsupported.push(...unsupportedFields(exit, HOOK_FIELDS, `${path}.hooks.exit`));
  if (!templates.has(exit.template ?? '')) found.invalid.push({ path: `${path}.hooks.exit.template`, message: `"${exit.template ?? ''}" does not exist` });
}

/** A task may only use outputs of what it waits for; its exit hook also its own. */
function checkReferences({ hooks, inline: _inline, ...task }: DAGTask, prefix: 'tasks' | 'steps', isBefore: (name: string) => boolean, path: string, found: Findings): void {
  const used = (part: unknown): string[] => {
    const text = JSON.stringify(part ?? '');
    return text.includes('{{') ? tagsIn(text).flatMap((tag) => new RegExp(`^${prefix}\\.([^.]+)\\.(?!name$)`).exec(tag)?.[1] ?? []) : [];
  };
  const wrong = new Set([...used(task).filter((name) => !isBefore(name)), ...used(hooks).filter((name) => name !== task.name && !isBefore(name))]);
  for (const name of wrong) found.invalid.push({ path, message: `uses {{${prefix}.${name}…}} but does not depend on "${name}"` });
}

function isAncestor(plan: DagPlan, ancestor: string, name: string): boolean {
  const seen = new Set(plan.tasks.get(name)!.dependencies);
  for (const current of seen) {
    if (current === ancestor) return true;
    for (const dependency of plan.tasks.get(current)!.dependencies) seen.add(dependency);
  }
  return false;
}
