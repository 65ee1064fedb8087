import type { DAGTask, NodeStatus, Outputs, Template } from '@millrace/argo';
import { nodeId } from '../workflow/node-id.js';
import { ABSENT_ARGUMENT } from '../workflow/process-template.js';
import { substitute, type TagLookup } from '../workflow/substitute.js';
import { evaluateWhen } from '../workflow/when-expression.js';
import type { DagInstance } from './dag-instance.js';

/** What a task needs to know of the nodes around it. */
export interface NodeReader {
  readonly workflowName: string;
  node(id: string): NodeStatus | undefined;
  template(name: string): Template | undefined;
  readonly globals: TagLookup;
}

/** The `{{tasks.…}}` tags of one DAG execution, looked up when they are used, then the workflow's. */
export function dagTags(dag: DagInstance, reader: NodeReader): TagLookup {
  return (tag) => {
    const match = /^tasks\.([^.]+)\.(.+)$/.exec(tag);
    if (match === null) return reader.globals(tag);
    const node = reader.node(nodeId(reader.workflowName, dag.taskNodeName(match[1]!)));
    return node === undefined ? undefined : nodeTag(node, match[2]!, reader);
  };
}

function nodeTag(node: NodeStatus, field: string, reader: NodeReader): string | null | undefined {
  // A Retry node speaks with its last attempt's voice.
  const lastAttempt = node.type === 'Retry' ? node.children?.at(-1) : undefined;
  const source = lastAttempt === undefined ? node : (reader.node(lastAttempt) ?? node);
  switch (field) {
    case 'id':
      return source.id;
    case 'status':
      return source.phase;
    case 'startedAt':
    case 'finishedAt':
      return source[field] ?? undefined;
    case 'exitCode':
      return source.outputs?.exitCode;
    case 'outputs.parameters':
      return node.type === 'TaskGroup' ? JSON.stringify(itemOutputs(node, reader)) : undefined;
  }
  const parameter = /^outputs\.parameters\.(.+)$/.exec(field)?.[1];
  if (parameter === undefined) return undefined;
  if (node.type === 'TaskGroup') return aggregate(itemOutputs(node, reader).flatMap((outputs) => outputs[parameter] ?? []));
  const produced = source.outputs?.parameters?.find(({ name }) => name === parameter)?.value;
  if (produced !== undefined) return String(produced);
  if (source.outputs === undefined && (source.phase === 'Skipped' || source.phase === 'Omitted')) {
    const declared = reader.template(source.templateName ?? '')?.outputs?.parameters?.find(({ name }) => name === parameter);
    return declared === undefined ? undefined : (declared.valueFrom?.default ?? null);
  }
  return undefined;
}

/** Output parameters of the items that succeeded, in the items' order. */
function itemOutputs(group: NodeStatus, reader: NodeReader): Record<string, string>[] {
  return (group.children ?? []).flatMap((id) => {
    const item = reader.node(id);
    if (item?.phase !== 'Succeeded' || (item.outputs?.parameters?.length ?? 0) === 0) return [];
    return [Object.fromEntries(item.outputs!.parameters!.map(({ name, value }) => [name, String(value ?? '')]))];
  });
}

/** Argo's list of the items' values: as JSON when every one of them is a JSON list or object, else as texts. */
function aggregate(values: readonly string[]): string | undefined {
  if (values.length === 0) return undefined;
  try {
    const parsed = values.map((value) => JSON.parse(value) as unknown);
    if (parsed.every((value) => typeof value === 'object' && value !== null)) return JSON.stringify(parsed);
  } catch {
    // Not all of them are JSON: they stay texts.
  }
  return JSON.stringify(values);
}

/** The outputs that a DAG template declares, from its tasks. Throws an Error whose message becomes the node's. */
export function dagOutputs(dag: DagInstance, reader: NodeReader): Outputs | undefined {
  const declared = dag.template.outputs?.parameters ?? [];
  if (declared.length === 0) return undefined;
  const lookup = dagTags(dag, reader);
  const parameters = declared.map(({ valueFrom, ...parameter }) => {
    const reference = valueFrom?.parameter ?? '';
    // Inputs were put in when the DAG began; a reference to one is by now its value.
    const tag = /^\{\{(.+)\}\}$/.exec(reference)?.[1]?.trim();
    const value = tag === undefined ? reference : lookup(tag);
    if (typeof value === 'string') return { ...parameter, value };
    if (valueFrom?.default !== undefined) return { ...parameter, value: valueFrom.default };
    throw new Error(
      value === null
        ? `output parameter "${parameter.name}": "${reference}" is an absent optional (skipped/omitted node output with no default)`
        : `Unable to resolve: ${reference}`,
    );
  });
  return { parameters };
}

export type ResolvedTask =
  | { readonly kind: 'run'; readonly task: DAGTask }
  /** `when` is false; for a task that fans out `task` says over what. */
  | { readonly kind: 'skip'; readonly task: DAGTask; readonly message: string };

/** A task of a DAG with its `{{tasks.…}}` tags replaced. Throws an Error whose message becomes the node's. */
export function resolveTask(task: DAGTask, lookup: TagLookup, fansOut: boolean): ResolvedTask {
  // Argo waits for ever when an output is missing, because it may come with a later version; here nothing more comes.
  const strict = (tag: string): boolean => tag.startsWith('tasks.') || tag.startsWith('steps.');
  if (task.when !== undefined && task.when !== '') {
    const when = substitute(task.when, lookup, strict);
    const message = `when '${when}' evaluated false`;
    try {
      if (!evaluateWhen(when)) return { kind: 'skip', task: { ...task, when }, message };
    } catch (error) {
      // It may speak of {{item}}, which is only known for each item.
      if (!fansOut) throw error;
    }
  }
  return { kind: 'run', task: substitute(withoutAbsent(task, lookup), lookup, strict) };
}

/** An argument that is nothing but an output of a skipped task without default counts as not given. */
function withoutAbsent(task: DAGTask, lookup: TagLookup): DAGTask {
  const parameters = task.arguments?.parameters;
  const absent = (value: unknown): boolean => {
    const tag = typeof value === 'string' ? /^\{\{([^{}]+)\}\}$/.exec(value)?.[1] : undefined;
    return tag !== undefined && tag.trim().startsWith('tasks.') && lookup(tag.trim()) === null;
  };
  if (parameters === undefined || !parameters.some(({ value }) => absent(value))) return task;
  const marked = parameters.map((parameter) => (absent(parameter.value) ? { ...parameter, value: ABSENT_ARGUMENT } : parameter));
  return { ...task, arguments: { ...task.arguments, parameters: marked } };
}
