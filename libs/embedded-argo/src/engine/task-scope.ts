import type { Artifact, NodeStatus, Template } from '@millrace/argo';
import { withSubPath } from '../workflow/artifact-location.js';
import { nodeId } from '../workflow/node-id.js';
import type { TagLookup } from '../workflow/substitute.js';
import { DagInstance } from './dag-instance.js';
import { nodeTag, artifactOf } from './node-tags.js';
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

/** What an artifact that refers to another one stands for; undefined when there is nothing. */
export function resolveArtifact(artifact: Artifact, scope: Scope): Artifact | undefined {
  if (artifact.from === undefined) return undefined;
  const found = scope.artifact(artifact.from);
  if (found === undefined) return undefined;
  const { globalName: _globalName, ...located } = artifact.subPath === undefined ? found : withSubPath(found, artifact.subPath);
  return { ...located, name: artifact.name };
}

/** A reference without its braces. */
export function bareReference(reference: string): string {
  return reference.replace(/^\{\{/, '').replace(/\}\}$/, '').trim();
}

export function unresolvable(reference: string): string {
  return `Unable to resolve: ${JSON.stringify(bareReference(reference))}`;
}
