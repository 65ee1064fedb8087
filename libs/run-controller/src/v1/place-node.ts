import type { NodeStatus, Workflow } from '@millrace/argo';
import { EXIT_HANDLER_PATH } from '@millrace/pipeline-spec';
import { ROOT_PATH, sha256Hex, type ScopePath } from '@millrace/pipeline-semantics';
import type { Resource } from '@millrace/resources';

/** Which task a node stands for. */
export interface NodePlace {
  readonly path: ScopePath;
  readonly parent: ScopePath;
  readonly name: string;
  /** Where the loop is that the task is an item of. */
  readonly loopScope?: ScopePath;
  /** One of several attempts at the task, which itself is the Retry node around them. */
  readonly attempt: boolean;
}

type Nodes = Readonly<Record<string, NodeStatus>>;
type Places = Map<string, NodePlace | null>;

const MAX_PATH = 600;

/**
 * The task that a node of a v1 Workflow stands for, found by the names that Argo makes of scopes, items and attempts; null for the entrypoint's own
 * DAG and for groups of steps. `places` remembers.
 */
export function placeNode(node: NodeStatus, nodes: Nodes, workflow: Pick<Resource<Workflow>, 'metadata' | 'spec'>, places: Places): NodePlace | null {
  const known = places.get(node.id);
  if (known !== undefined) return known;
  const place = findPlace(node, nodes, workflow, places);
  places.set(node.id, place);
  return place;
}

function findPlace(node: NodeStatus, nodes: Nodes, workflow: Pick<Resource<Workflow>, 'metadata' | 'spec'>, places: Places): NodePlace | null {
  const attempt = node.nodeFlag?.retried === true;
  const name = attempt ? node.name.replace(/\(\d+\)$/, '') : node.name;
  const boundary = node.boundaryID === undefined ? undefined : nodes[node.boundaryID];
  if (boundary === undefined) {
    const own = workflow.metadata.name;
    if (name === `${own}.onExit`) return { path: EXIT_HANDLER_PATH, parent: ROOT_PATH, name: 'onExit', attempt };
    // A Workflow that is one pod: the entrypoint itself is the task.
    const isTask = name === own && node.type !== 'DAG' && node.type !== 'Steps';
    return isTask ? inside(ROOT_PATH, workflow.spec.entrypoint ?? own, attempt) : null;
  }
  const scope = placeNode(boundary, nodes, workflow, places)?.path ?? ROOT_PATH;
  // Of a step, the group's number stands between: `main[0].train`.
  const local = name.slice(boundary.name.length).replace(/^\[\d+\]/, '').replace(/^\./, '');
  if (local === '') return null;
  const item = /^([^(]+)\((\d+):[\s\S]*\)$/.exec(local);
  if (item === null) return inside(scope, local, attempt);
  const [, task = '', index = ''] = item;
  const loop = pathWithin(scope, task);
  return { path: shortened(`${loop}#${index}`), parent: loop, name: task, loopScope: scope, attempt };
}

function inside(scope: ScopePath, name: string, attempt: boolean): NodePlace {
  return { path: pathWithin(scope, name), parent: scope, name, attempt };
}

/** The path of a task in a scope. One that became too long, as in a template that has called itself dozens of times, is told by what it comes to. */
export function pathWithin(scope: ScopePath, name: string): ScopePath {
  return shortened(`${scope}/${name}`);
}

function shortened(path: ScopePath): ScopePath {
  return path.length <= MAX_PATH ? path : `${ROOT_PATH}/~${sha256Hex(path).slice(0, 24)}`;
}
