import type { Arguments, Artifact, DAGTask, NodeStatus, Outputs, Template } from '@millrace/argo';
import { withSubPath } from '../workflow/artifact-location.js';
import { nodeId } from '../workflow/node-id.js';
import { ABSENT_ARGUMENT } from '../workflow/process-template.js';
import { substitute, type TagLookup } from '../workflow/substitute.js';
import { evaluateWhen } from '../workflow/when-expression.js';
import { DagInstance } from './dag-instance.js';
import { nodeTag, artifactOf } from './node-tags.js';
import type { Place } from './place.js';
import type { StepsInstance } from './steps-instance.js';

/** What a task needs to know of the nodes around it. */
export interface NodeReader {
  readonly workflowName: string;
  node(id: string): NodeStatus | undefined;
  template(name: string): Template | undefined;
  readonly globals: TagLookup;
  /** Artifacts that were given a global name. */
  globalArtifact(name: string): Artifact | undefined;
}

/** What a task or step can speak of: tags by text, artifacts by reference. */
export interface Scope {
  readonly tag: TagLookup;
  artifact(reference: string): Artifact | undefined;
}

/** The tags `{{tasks.…}}` of one DAG execution, or `{{steps.…}}` of one of steps, looked up when they are used; then the workflow's. */
export function scopeOf(boundary: DagInstance | StepsInstance, reader: NodeReader, self?: { readonly name: string; readonly node: NodeStatus }): Scope {
  const find = finder(boundary, reader, self);
  const sibling = boundary instanceof DagInstance ? /^tasks\.([^.]+)\.(.+)$/ : /^steps\.([^.]+)\.(.+)$/;
  return {
    tag: (tag) => {
      const match = sibling.exec(tag);
      if (match === null) return reader.globals(tag);
      const node = find(match[1]!);
      return node === undefined ? undefined : nodeTag(node, match[2]!, reader);
    },
    artifact: (reference) => {
      const tag = /^\{\{(.+)\}\}$/.exec(reference.trim())?.[1]?.trim() ?? reference;
      const input = /^inputs\.artifacts\.(.+)$/.exec(tag)?.[1];
      if (input !== undefined) return boundary.template.inputs?.artifacts?.find(({ name }) => name === input);
      const global = /^workflow\.outputs\.artifacts\.(.+)$/.exec(tag)?.[1];
      if (global !== undefined) return reader.globalArtifact(global);
      const match = sibling.exec(tag);
      const output = match === null ? undefined : /^outputs\.artifacts\.(.+)$/.exec(match[2]!)?.[1];
      const node = output === undefined ? undefined : find(match![1]!);
      return node === undefined ? undefined : artifactOf(node, output!, reader);
    },
  };
}

function finder(boundary: DagInstance | StepsInstance, reader: NodeReader, self?: { readonly name: string; readonly node: NodeStatus }): (name: string) => NodeStatus | undefined {
  const byName = (name: string): NodeStatus | undefined => reader.node(nodeId(reader.workflowName, name));
  return (name) => {
    // An exit hook of one item speaks of that item, not of the whole group.
    if (self?.name === name) return self.node;
    if (boundary instanceof DagInstance) return byName(boundary.taskNodeName(name));
    return boundary.find(name, byName, (id) => reader.node(id));
  };
}

/** What a DAG or steps template says whose outputs could not be put together: inside a DAG it is its task's error. */
export function outputsError(place: Place, name: string, { message }: Error): string {
  return place.kind === 'task' || place.kind === 'item' ? `task '${name}' errored: ${message}` : message;
}

/** Whether a node is in error because its outputs could not be put together, not because of what is in it. */
export function hasNoOutputs({ type, phase, message }: NodeStatus): boolean {
  return phase === 'Error' && (type === 'Steps' || (type === 'DAG' && message !== undefined));
}

/** A reference without its braces. */
function bare(reference: string): string {
  return reference.replace(/^\{\{/, '').replace(/\}\}$/, '').trim();
}

function unresolvable(reference: string): string {
  return `Unable to resolve: ${JSON.stringify(bare(reference))}`;
}

/** The outputs that a DAG or steps template declares, from its tasks. Throws an Error whose message becomes the node's. */
export function boundaryOutputs(boundary: DagInstance | StepsInstance, reader: NodeReader): Outputs | undefined {
  const declared = boundary.template.outputs;
  const scope = scopeOf(boundary, reader);
  const parameters = (declared?.parameters ?? []).map(({ valueFrom, ...parameter }) => {
    const reference = valueFrom?.parameter ?? '';
    // Inputs were put in when it began: a reference to one is by now a text, which as in Argo refers to nothing.
    const value = scope.tag(bare(reference));
    if (typeof value === 'string') return { ...parameter, value };
    if (valueFrom?.default !== undefined) return { ...parameter, value: valueFrom.default };
    throw new Error(
      value === null
        ? `output parameter "${parameter.name}": "${reference}" is an absent optional (skipped/omitted node output with no default)`
        : unresolvable(reference),
    );
  });
  const artifacts = (declared?.artifacts ?? []).flatMap((artifact) => {
    const found = resolveArtifact(artifact, scope);
    if (found !== undefined) return [{ ...found, ...(artifact.globalName !== undefined && { globalName: artifact.globalName }) }];
    if (artifact.optional === true) return [];
    throw new Error(`unable to resolve outputs from scope: ${unresolvable(artifact.from ?? artifact.name)}`);
  });
  if (parameters.length === 0 && artifacts.length === 0) return undefined;
  return { ...(parameters.length > 0 && { parameters }), ...(artifacts.length > 0 && { artifacts }) };
}

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

function resolveArtifact(artifact: Artifact, scope: Scope): Artifact | undefined {
  if (artifact.from === undefined) return undefined;
  const found = scope.artifact(artifact.from);
  if (found === undefined) return undefined;
  const { globalName: _globalName, ...located } = artifact.subPath === undefined ? found : withSubPath(found, artifact.subPath);
  return { ...located, name: artifact.name };
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
