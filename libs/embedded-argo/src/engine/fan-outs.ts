import type { NodeStatus } from '@millrace/argo';
import { isNodeCompleted } from '@millrace/argo';
import type { ExpandedTask } from '../workflow/expand-items.js';
import { templateNameOf } from '../workflow/named-templates.js';
import { endByWhen } from '../workflow/when-expression.js';
import type { StartRequest } from './boundary.js';
import type { DagInstance, GroupInstance } from './dag-instance.js';
import type { ExitHooks } from './exit-hooks.js';
import type { ItemPlace, TaskPlace } from './place.js';
import { itemsOf, resolveTask, type ResolvedTask } from './resolve-task.js';
import type { RunState } from './run-state.js';
import type { Starter } from './starter.js';
import type { StartQueue } from './start-queue.js';
import { scopeOf } from './task-scope.js';

/** The fan-outs of one run's DAGs: for each a TaskGroup node with a child per item, which ends with the last of them. */
export class FanOuts {
  readonly #groups = new Map<string, GroupInstance>();

  constructor(
    private readonly state: RunState,
    private readonly starter: Starter,
    private readonly queue: StartQueue,
    private readonly hooks: ExitHooks,
  ) {}

  /** Throws an Error, whose message becomes the task's, when there is nothing that it could fan out over. */
  open(place: TaskPlace, resolved: ResolvedTask, parents: readonly string[]): void {
    const { dag, task } = place;
    const items = itemsOf(resolved, this.state.globals);
    const name = dag.taskNodeName(task);
    const template = templateNameOf(dag.template, dag.task(task));
    if (items.length === 0) return this.state.addEnded(place, name, template, 'Skipped', 'Skipped, empty params', parents);
    const group: GroupInstance = { nodeId: this.state.add(place, name, { type: 'TaskGroup', phase: 'Running' }, template, parents), dag, task, open: items.length };
    this.#groups.set(group.nodeId, group);
    for (const item of items) this.#consider(group, item);
  }

  adopt({ dag, task }: TaskPlace, node: NodeStatus): void {
    const items = itemsOf(resolveTask(dag.task(task), scopeOf(dag, this.state), true), this.state.globals);
    const known = items.map((item) => ({ item, node: this.state.taskNode(dag, item.name) }));
    const settled = (itemNode: NodeStatus | undefined): boolean => isNodeCompleted(itemNode?.phase) && this.hooks.isSettled(dag.task(task), itemNode!);
    const group: GroupInstance = { nodeId: node.id, dag, task, open: known.filter((entry) => !settled(entry.node)).length };
    this.#groups.set(node.id, group);
    for (const { item, node: itemNode } of known) {
      if (settled(itemNode)) continue;
      const place: ItemPlace = { kind: 'item', dag, group, name: item.name };
      if (itemNode === undefined) this.#consider(group, item);
      else if (!isNodeCompleted(itemNode.phase)) this.starter.adopt(place, itemNode);
      else this.hooks.resume(place, dag.task(task), itemNode, this.starter);
    }
    if (group.open === 0) this.#end(group);
  }

  begin(dag: DagInstance, { group, item }: Extract<StartRequest, { kind: 'item' }>): void {
    const template = templateNameOf(dag.template, dag.task(group.task));
    this.starter.execute({ kind: 'item', dag, group, name: item.name }, dag.taskNodeName(item.name), { template, arguments: item.task.arguments }, [group.nodeId]);
  }

  itemEnded(place: ItemPlace, node: NodeStatus): void {
    if (!this.hooks.follow(place, place.dag.task(place.group.task), node)) this.itemDone(place);
  }

  /** An item and its exit hook have ended. */
  itemDone({ group }: ItemPlace): void {
    group.open -= 1;
    if (group.open === 0) this.#end(group);
  }

  /** After a shutdown what has not begun never will. */
  close(id: string): void {
    const group = this.#groups.get(id);
    if (group === undefined) return;
    const task = group.dag.task(group.task);
    group.open = (this.state.node(id)!.children ?? []).filter((child) => this.state.places.has(child) || !this.hooks.isSettled(task, this.state.node(child)!)).length;
    if (group.open === 0) this.#end(group);
  }

  forget(id: string): void {
    this.#groups.delete(id);
  }

  #consider(group: GroupInstance, item: ExpandedTask): void {
    const { dag } = group;
    const end = endByWhen(item.task.when);
    if (end === undefined) return this.queue.push(dag, { kind: 'item', group, item });
    const template = templateNameOf(dag.template, dag.task(group.task));
    this.state.addEnded({ kind: 'item', dag, group, name: item.name }, dag.taskNodeName(item.name), template, end.phase, end.message, [group.nodeId]);
  }

  #end({ nodeId: id }: GroupInstance): void {
    const phases = (this.state.node(id)!.children ?? []).map((child) => this.state.node(child)!.phase!);
    this.state.end(id, phases.findLast((phase) => phase === 'Failed' || phase === 'Error') ?? 'Succeeded');
  }
}
