import type { Arguments, NodeStatus, Template } from '@millrace/argo';
import { isNodeCompleted } from '@millrace/argo';
import { assessDag } from '../workflow/assess-dag.js';
import { expandItems, type ExpandedTask } from '../workflow/expand-items.js';
import { templateNameOf } from '../workflow/named-templates.js';
import { nodeId } from '../workflow/node-id.js';
import { evaluateWhen } from '../workflow/when-expression.js';
import type { BoundaryOwner, StartRequest } from './boundary.js';
import type { EngineCounters } from './counters.js';
import { DagInstance, type GroupInstance } from './dag-instance.js';
import { ExitHooks } from './exit-hooks.js';
import { outboundNodes } from './outbound-nodes.js';
import { boundaryOf, isPartOfExit, type HookPlace, type ItemPlace, type OwnerPlace, type Place, type TaskPlace } from './place.js';
import type { RunState } from './run-state.js';
import type { StartQueue } from './start-queue.js';
import { boundaryOutputs, outputsError, resolveTask, scopeOf, type ResolvedTask } from './task-scope.js';

/** How a boundary has its children begun, once they may. */
export interface Starter {
  execute(place: OwnerPlace, nodeName: string, use: { readonly template: string; readonly arguments?: Arguments }, parents: readonly string[]): void;
  attempt(retryId: string): void;
  /** Takes over a node that an earlier process left unfinished. */
  adopt(place: Place, node: NodeStatus): void;
}

/** The DAGs and fan-outs of one run: which task may begin, what becomes of it, and when a whole has ended. */
export class DagNodes implements BoundaryOwner {
  readonly #dags = new Map<string, DagInstance>();
  readonly #groups = new Map<string, GroupInstance>();
  readonly #assessing = new Set<DagInstance>();
  readonly #hooks: ExitHooks;

  constructor(
    private readonly state: RunState,
    private readonly starter: Starter,
    private readonly queue: StartQueue,
    private readonly counters: EngineCounters,
  ) {
    this.#hooks = new ExitHooks(state, queue);
  }

  open(id: string, name: string, template: Template): void {
    const dag = this.#instance(id, name, template);
    for (const task of dag.plan.needed) {
      const { dependencies } = dag.plan.tasks.get(task)!;
      dag.waiting.set(task, dependencies.length);
      if (dependencies.length === 0) dag.ready.push(task);
    }
    this.queue.wake(dag);
  }

  #instance(id: string, name: string, template: Template): DagInstance {
    const place = this.state.places.get(id)!;
    const dag = new DagInstance(this, id, name, template, this.state.plan(template), (boundaryOf(place)?.depth ?? 0) + 1, isPartOfExit(place));
    this.#dags.set(id, dag);
    return dag;
  }

  /** Does one thing that nothing else needs first. False when there is nothing to do. */
  step(): boolean {
    const [assessing] = this.#assessing;
    if (assessing !== undefined) this.#assess(assessing);
    return assessing !== undefined;
  }

  forget(id: string): void {
    this.#dags.delete(id);
    this.#groups.delete(id);
  }

  taskEnded(place: TaskPlace, node: NodeStatus): void {
    const { dag, task } = place;
    if (!this.#hooks.follow(place, dag.task(task), node)) this.taskDone(place);
  }

  /** A task and its exit hook have ended. */
  taskDone({ dag, task }: TaskPlace): void {
    dag.open -= 1;
    for (const dependent of dag.plan.tasks.get(task)!.dependents) {
      this.counters.visits += 1;
      const left = dag.waiting.get(dependent)! - 1;
      dag.waiting.set(dependent, left);
      if (left === 0) dag.ready.push(dependent);
    }
    if (dag.ready.size > 0) this.queue.wake(dag);
    else if (dag.open === 0) this.#assessing.add(dag);
  }

  itemEnded(place: ItemPlace, node: NodeStatus): void {
    if (!this.#hooks.follow(place, place.dag.task(place.group.task), node)) this.itemDone(place);
  }

  itemDone({ group }: ItemPlace): void {
    group.open -= 1;
    if (group.open === 0) this.#endGroup(group);
  }

  /** After a shutdown what has not begun never will. */
  close(id: string): void {
    const group = this.#groups.get(id);
    if (group !== undefined) {
      const task = group.dag.task(group.task);
      group.open = (this.state.node(id)!.children ?? []).filter((child) => this.state.places.has(child) || !this.#hooks.isSettled(task, this.state.node(child)!)).length;
      if (group.open === 0) this.#endGroup(group);
    }
    const dag = this.#dags.get(id);
    if (dag === undefined) return;
    const requests = dag.requests.drain();
    for (const request of requests) {
      if (request.kind !== 'hook') continue;
      if (this.state.exitsMayRun) this.queue.push(dag, request);
      else if (request.place.of.kind === 'task') this.taskDone(request.place.of);
    }
    this.#assessing.add(dag);
  }

  adoptDag(node: NodeStatus, template: Template): void {
    const dag = this.#instance(node.id, node.name, template);
    const nodes = new Map(dag.plan.needed.map((name) => [name, this.state.taskNode(dag, name)]));
    const settled = (name: string): boolean => {
      const task = nodes.get(name);
      return isNodeCompleted(task?.phase) && this.#hooks.isSettled(dag.task(name), task!);
    };
    for (const [name, task] of nodes) {
      const waiting = dag.plan.tasks.get(name)!.dependencies.filter((dependency) => !settled(dependency)).length;
      dag.waiting.set(name, waiting);
      if (task === undefined) {
        if (waiting === 0) dag.ready.push(name);
        continue;
      }
      dag.missing -= 1;
      if (settled(name)) continue;
      dag.open += 1;
      const place: TaskPlace = { kind: 'task', dag, task: name };
      if (!isNodeCompleted(task.phase)) this.starter.adopt(place, task);
      else this.#hooks.resume(place, dag.task(name), task, this.starter);
    }
    this.queue.wake(dag);
  }

  adoptGroup({ dag, task }: TaskPlace, node: NodeStatus): void {
    const items = this.#expand(resolveTask(dag.task(task), scopeOf(dag, this.state), true));
    const known = items.map((item) => ({ item, node: this.state.taskNode(dag, item.name) }));
    const settled = (itemNode: NodeStatus | undefined): boolean => isNodeCompleted(itemNode?.phase) && this.#hooks.isSettled(dag.task(task), itemNode!);
    const group: GroupInstance = { nodeId: node.id, dag, task, open: known.filter((entry) => !settled(entry.node)).length };
    this.#groups.set(node.id, group);
    for (const { item, node: itemNode } of known) {
      if (settled(itemNode)) continue;
      const place: ItemPlace = { kind: 'item', dag, group, name: item.name };
      if (itemNode === undefined) this.#considerItem(group, item);
      else if (!isNodeCompleted(itemNode.phase)) this.starter.adopt(place, itemNode);
      else this.#hooks.resume(place, dag.task(task), itemNode, this.starter);
    }
    if (group.open === 0) this.#endGroup(group);
  }

  considerNext(dag: DagInstance): boolean {
    const ready = dag.ready.shift();
    if (ready !== undefined) this.#consider(dag, ready);
    return ready !== undefined;
  }

  idle(dag: DagInstance): void {
    if (dag.open === 0) this.#assessing.add(dag);
  }

  begin(dag: DagInstance, request: StartRequest): void {
    switch (request.kind) {
      case 'attempt':
        if (this.state.isOpen(request.retryId)) this.starter.attempt(request.retryId);
        return;
      case 'task': {
        const { name, arguments: args } = request.task;
        const template = templateNameOf(dag.template, request.task);
        return this.starter.execute({ kind: 'task', dag, task: name }, dag.taskNodeName(name), { template, arguments: args }, this.#parents(dag, name));
      }
      case 'item': {
        const { group, item } = request;
        const template = templateNameOf(dag.template, dag.task(group.task));
        return this.starter.execute({ kind: 'item', dag, group, name: item.name }, dag.taskNodeName(item.name), { template, arguments: item.task.arguments }, [group.nodeId]);
      }
      case 'hook':
        return this.#beginHook(dag, request.place);
      case 'step':
        throw new Error('a DAG has no steps');
    }
  }

  /** A task whose dependencies have all ended: omitted, skipped, in error, or asked to begin. */
  #consider(dag: DagInstance, name: string): void {
    const { state } = this;
    const planned = dag.plan.tasks.get(name)!;
    const task = dag.task(name);
    const template = templateNameOf(dag.template, task);
    const place: TaskPlace = { kind: 'task', dag, task: name };
    const nodeName = dag.taskNodeName(name);
    const parents = this.#parents(dag, name);
    const facts = (dependency: string) => {
      const node = state.taskNode(dag, dependency)!;
      return { phase: node.phase!, itemPhases: node.type === 'TaskGroup' ? (node.children ?? []).map((id) => state.node(id)!.phase!) : [] };
    };
    try {
      if (planned.depends !== undefined && !planned.depends.evaluate(facts)) {
        return state.addEnded(place, nodeName, template, 'Omitted', 'omitted: depends condition not met', parents);
      }
      const resolved = resolveTask(task, scopeOf(dag, state), planned.fansOut);
      if (planned.fansOut) return this.#fanOut(place, this.#expand(resolved), parents);
      if (resolved.kind === 'skip') return state.addEnded(place, nodeName, template, 'Skipped', resolved.message, parents);
      this.queue.push(dag, { kind: 'task', task: resolved.task });
    } catch (error) {
      state.addEnded(place, nodeName, template, 'Error', (error as Error).message, parents);
    }
  }

  #beginHook(dag: DagInstance, place: HookPlace): void {
    const { of, after } = place;
    const name = of.kind === 'item' ? of.group.task : (of as TaskPlace).task;
    this.#hooks.begin(place, dag.task(name), scopeOf(dag, this.state, { name, node: this.state.node(after)! }), this.starter);
  }

  #expand(resolved: ResolvedTask): ExpandedTask[] {
    try {
      return expandItems(resolved.task, this.state.globals);
    } catch (error) {
      if (resolved.kind === 'skip') return [];
      throw error;
    }
  }

  #fanOut(place: TaskPlace, items: readonly ExpandedTask[], parents: readonly string[]): void {
    const { dag, task } = place;
    const name = dag.taskNodeName(task);
    const template = templateNameOf(dag.template, dag.task(task));
    if (items.length === 0) return this.state.addEnded(place, name, template, 'Skipped', 'Skipped, empty params', parents);
    const group: GroupInstance = { nodeId: this.state.add(place, name, { type: 'TaskGroup', phase: 'Running' }, template, parents), dag, task, open: items.length };
    this.#groups.set(group.nodeId, group);
    for (const item of items) this.#considerItem(group, item);
  }

  #considerItem(group: GroupInstance, item: ExpandedTask): void {
    const { dag } = group;
    const template = templateNameOf(dag.template, dag.task(group.task));
    const ended = (phase: 'Skipped' | 'Error', message: string): void =>
      this.state.addEnded({ kind: 'item', dag, group, name: item.name }, dag.taskNodeName(item.name), template, phase, message, [group.nodeId]);
    try {
      if (evaluateWhen(item.task.when ?? '')) this.queue.push(dag, { kind: 'item', group, item });
      else ended('Skipped', `when '${item.task.when}' evaluated false`);
    } catch (error) {
      ended('Error', (error as Error).message);
    }
  }

  #parents(dag: DagInstance, task: string): string[] {
    const { dependencies } = dag.plan.tasks.get(task)!;
    if (dependencies.length === 0) return [dag.nodeId];
    return dependencies.flatMap((dependency) => {
      const node = this.state.taskNode(dag, dependency)!;
      const ends = outboundNodes(node, this.state.node);
      // One whose outputs could not be put together has no ends. Argo then hangs its successors behind nothing, and waits for them for ever.
      return ends.length > 0 ? ends : [node.id];
    });
  }

  #endGroup({ nodeId: id }: GroupInstance): void {
    const phases = (this.state.node(id)!.children ?? []).map((child) => this.state.node(child)!.phase!);
    this.state.end(id, phases.findLast((phase) => phase === 'Failed' || phase === 'Error') ?? 'Succeeded');
  }

  #assess(dag: DagInstance): void {
    const { state } = this;
    this.#assessing.delete(dag);
    if (dag.open > 0 || dag.ready.size > 0 || !state.isOpen(dag.nodeId)) return;
    if (state.isStopped(dag.exits)) return this.#end(dag, 'Failed');
    const failFast = dag.template.dag!.failFast ?? true;
    if (dag.missing > 0 && !failFast) return;
    const continueOn = new Map(dag.plan.targets.map((name) => [nodeId(state.workflowName, dag.taskNodeName(name)), dag.task(name).continueOn]));
    const phase = assessDag({
      boundary: state.node(dag.nodeId)!,
      node: state.node,
      targets: [...continueOn.keys()],
      forgives: (id, failure) => (failure === 'Error' ? continueOn.get(id)?.error : continueOn.get(id)?.failed) === true,
      failFast,
    });
    if (phase !== 'Running') this.#end(dag, phase);
  }

  #end(dag: DagInstance, phase: 'Succeeded' | 'Failed' | 'Error'): void {
    const { state } = this;
    const outbound = dag.plan.targets.flatMap((name) => {
      const node = state.taskNode(dag, name);
      return node === undefined ? [] : outboundNodes(node, state.node);
    });
    try {
      const outputs = phase === 'Succeeded' ? boundaryOutputs(dag, state) : undefined;
      if (outbound.length > 0) state.live.editNode(dag.nodeId).outboundNodes = outbound;
      state.end(dag.nodeId, phase, { outputs });
    } catch (error) {
      state.end(dag.nodeId, 'Error', { message: outputsError(state.places.get(dag.nodeId)!, dag.name, error as Error) });
    }
  }
}
