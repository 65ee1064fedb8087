import type { Artifact, NodeStatus } from '@millrace/argo';
import type { NodeReader } from './task-scope.js';

/** What `{{tasks.x.<field>}}` of a node is: text, null for an output that a skipped node does not have, undefined when nobody knows. */
export function nodeTag(node: NodeStatus, field: string, reader: NodeReader): string | null | undefined {
  const source = speakerOf(node, reader);
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
    case 'outputs.result':
      return node.type === 'TaskGroup' ? JSON.stringify(itemResults(node, reader)) : source.outputs?.result;
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

/** An output artifact of a node, with its location. */
export function artifactOf(node: NodeStatus, name: string, reader: NodeReader): Artifact | undefined {
  return speakerOf(node, reader).outputs?.artifacts?.find((artifact) => artifact.name === name);
}

/** A Retry node speaks with its last attempt's voice. */
function speakerOf(node: NodeStatus, reader: NodeReader): NodeStatus {
  if (node.type !== 'Retry') return node;
  for (const id of (node.children ?? []).toReversed()) {
    const attempt = reader.node(id);
    if (attempt !== undefined && attempt.nodeFlag?.hooked !== true) return attempt;
  }
  return node;
}

function succeededItems(group: NodeStatus, reader: NodeReader): NodeStatus[] {
  return (group.children ?? []).flatMap((id) => {
    const item = reader.node(id);
    return item?.phase === 'Succeeded' && item.nodeFlag?.hooked !== true ? [item] : [];
  });
}

/** Output parameters of the items that succeeded, in the items' order. */
function itemOutputs(group: NodeStatus, reader: NodeReader): Record<string, string>[] {
  return succeededItems(group, reader).flatMap(({ outputs }) => {
    if ((outputs?.parameters?.length ?? 0) === 0) return [];
    return [Object.fromEntries(outputs!.parameters!.map(({ name, value }) => [name, String(value ?? '')]))];
  });
}

/** Results of the items that succeeded; Argo wants each of them to be JSON. */
function itemResults(group: NodeStatus, reader: NodeReader): unknown[] {
  return succeededItems(group, reader).flatMap(({ outputs, name }) => {
    if (outputs?.result === undefined) return [];
    try {
      return [JSON.parse(outputs.result) as unknown];
    } catch (error) {
      throw new Error(`the result of ${name} is no JSON, so the results cannot be a list: ${(error as Error).message}`, { cause: error });
    }
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
