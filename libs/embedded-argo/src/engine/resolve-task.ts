import type { Arguments, Artifact, DAGTask } from '@millrace/argo';
import { expandItems, type ExpandedTask } from '../workflow/expand-items.js';
import { ABSENT_ARGUMENT } from '../workflow/process-template.js';
import { substitute, type TagLookup } from '../workflow/substitute.js';
import { evaluateWhen } from '../workflow/when-expression.js';
import { resolveArtifact, unresolvable, type Scope } from './task-scope.js';

export type ResolvedTask =
  | { readonly kind: 'run'; readonly task: DAGTask }
  /** `when` is false; for a task that fans out `task` says over what. */
  | { readonly kind: 'skip'; readonly task: DAGTask; readonly message: string };

/** A task of a DAG, or a step, with its `{{tasks.…}}` tags replaced. Throws an Error whose message becomes the node's. */
export function resolveTask(task: DAGTask, scope: Scope, fansOut: boolean): ResolvedTask {
  // Argo waits for ever when an output is missing, because it may come with a later version; here nothing more comes.
  const strict = (tag: string): boolean => tag.startsWith('tasks.') || tag.startsWith('steps.');
  if (task.when !== undefined && task.when !== '') {
    const when = substitute(task.when, scope.tag, strict);
    const message = `when '${when}' evaluated false`;
    try {
      if (!evaluateWhen(when)) return { kind: 'skip', task: { ...task, when }, message };
    } catch (error) {
      // It may speak of {{item}}, which is only known for each item.
      if (!fansOut) throw error;
    }
  }
  // A hook speaks of what its own task came to, which is not known yet; a template written in place has its own tags.
  const { hooks, onExit, inline, ...body } = task;
  const later = { ...(hooks !== undefined && { hooks }), ...(onExit !== undefined && { onExit }), ...(inline !== undefined && { inline }) };
  const args = withoutAbsent(body.arguments, scope);
  if (args?.artifacts === undefined) return { kind: 'run', task: { ...substitute({ ...body, arguments: args }, scope.tag, strict), ...later } };
  const resolved = substitute({ ...body, arguments: { ...args, artifacts: args.artifacts.map(withoutReference) } }, scope.tag, strict);
  const artifacts = resolveArtifacts(args.artifacts, resolved.arguments.artifacts, scope);
  return { kind: 'run', task: { ...resolved, arguments: { ...resolved.arguments, artifacts }, ...later } };
}

/** What a task that fans out is to be done for. Throws an Error whose message becomes the node's. */
export function itemsOf(resolved: ResolvedTask, tags: TagLookup): ExpandedTask[] {
  try {
    return expandItems(resolved.task, tags);
  } catch (error) {
    if (resolved.kind === 'skip') return [];
    throw error;
  }
}

/** The arguments of an exit hook, which may also speak of the outputs of what it follows. */
export function resolveArguments(given: Arguments | undefined, scope: Scope): Arguments | undefined {
  const args = withoutAbsent(given, scope);
  if (args?.artifacts === undefined) return substitute(args, scope.tag);
  const resolved = substitute({ ...args, artifacts: args.artifacts.map(withoutReference) }, scope.tag);
  return { ...resolved, artifacts: resolveArtifacts(args.artifacts, resolved.artifacts, scope) };
}

/** A reference to an artifact is no tag: it stands for an object. */
function withoutReference({ from: _from, ...artifact }: Artifact): Artifact {
  return artifact;
}

function resolveArtifacts(declared: readonly Artifact[], substituted: readonly Artifact[], scope: Scope): Artifact[] {
  return declared.flatMap(({ from = '', optional }, index) => {
    const artifact = substituted[index]!;
    if (from === '') return [artifact];
    const found = resolveArtifact({ ...artifact, from }, scope);
    if (found !== undefined) return [found];
    if (optional === true) return [];
    throw new Error(unresolvable(from));
  });
}

/** An argument that is nothing but an output of a skipped task without default counts as not given. */
function withoutAbsent(args: Arguments | undefined, scope: Scope): Arguments | undefined {
  const parameters = args?.parameters;
  const absent = (value: unknown): boolean => {
    const tag = typeof value === 'string' ? /^\{\{([^{}]+)\}\}$/.exec(value)?.[1]?.trim() : undefined;
    return tag !== undefined && /^(tasks|steps)\./.test(tag) && scope.tag(tag) === null;
  };
  if (parameters === undefined || !parameters.some(({ value }) => absent(value))) return args;
  return { ...args, parameters: parameters.map((parameter) => (absent(parameter.value) ? { ...parameter, value: ABSENT_ARGUMENT } : parameter)) };
}
