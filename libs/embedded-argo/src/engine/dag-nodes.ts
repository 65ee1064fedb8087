import type { Arguments, NodeStatus, Template } from '@millrace/argo';
import { isNodeCompleted } from '@millrace/argo';
import { assessDag } from '../workflow/assess-dag.js';
import { expandItems, type ExpandedTask } from '../workflow/expand-items.js';
import { nodeId } from '../workflow/node-id.js';
import { evaluateWhen } from '../workflow/when-expression.js';
import type { EngineCounters } from './counters.js';
import { DagInstance, type GroupInstance, type StartRequest } from './dag-instance.js';
import { outboundNodes } from './outbound-nodes.js';
import { boundaryOf, type ItemPlace, type Place, type TaskPlace } from './place.js';
import type { RunState } from './run-state.js';
import { dagOutputs, dagTags, resolveTask, type ResolvedTask } from './task-scope.js';

/** How a DAG has its tasks begun, once they may. */
export interface Starter {
  execute(place: TaskPlace | ItemPlace, nodeName: string, use: { readonly template: string; readonly arguments?: Arguments }, parents: readonly string[]): void;
  attempt(retryId: string): void;
  /** Takes over a node that an earlier process left unfinished. */
  adopt(place: Place, node: NodeStatus): void;
}

/** The DAGs and fan-outs of one run: which task may begin, what becomes of it, and when a whole has ended. */
export class DagNodes {
  readonly #dags = new Map<string, DagInstance>();
  readonly #groups = new Map<string, GroupInstance>();
  readonly #pumping = new Set<DagInstance>();
  /** Held back by the workflow's own limit. */
  readonly #blocked = new Set<DagInstance>();
  readonly #assessing = new Set<DagInstance>();

  constructor(
    private readonly state: RunState,
    private readonly starter: Starter,
    private readonly counters: EngineCounters,
  ) {}

  open(id: string, name: string, template: Template): void {
    const dag = this.#instance(id, name, template);
    for (const task of dag.plan.needed) {
      const { dependencies } = dag.plan.tasks.get(task)!;
      dag.waiting.set(task, dependencies.length);
      if (dependencies.length === 0) dag.ready.push(task);
    }
    this.#pumping.add(dag);
  }

  #instance(id: string, name: string, template: Template): DagInstance {
    const outer = boundaryOf(this.state.places.get(id)!);
    const dag = new DagInstance(id, name, template, this.state.plan(template.name!), (outer?.depth ?? 0) + 1);
    this.#dags.set(id, dag);
    return dag;
  }

  /** Does one thing. False when there is nothing to do. */
  step(): boolean {
    const [pumping] = this.#pumping;
    if (pumping !== undefined) {
      this.#pump(pumping);
      return true;
    }
    const [assessing] = this.#assessing;
    if (assessing !== undefined) this.#assess(assessing);
    return assessing !== undefined;
  }

  /** A further attempt waits for its turn. */
  requestAttempt(dag: DagInstance, retryId: string): void {
    dag.requests.push({ kind: 'attempt', retryId });
    this.#pumping.add(dag);
  }

  /** A node ended that may have held back others. */
  unblock(place: Place, type: string): void {
    if (type === 'Pod') {
      for (const dag of this.#blocked) this.#pumping.add(dag);
      this.#blocked.clear();
    }
    const boundary = boundaryOf(place);
    if (boundary !== undefined && boundary.requests.size > 0) this.#pumping.add(boundary);
  }

  forget(id: string): void {
    this.#dags.delete(id);
    this.#groups.delete(id);
  }

  taskEnded({ dag, task }: TaskPlace): void {
    dag.open -= 1;
    for (const dependent of dag.plan.tasks.get(task)!.dependents) {
      this.counters.visits += 1;
      const left = dag.waiting.get(dependent)! - 1;
      dag.waiting.set(dependent, left);
      if (left === 0) dag.ready.push(dependent);
    }
    if (dag.ready.size > 0) this.#pumping.add(dag);
    else if (dag.open === 0) this.#assessing.add(dag);
  }

  itemEnded({ group }: ItemPlace): void {
    group.open -= 1;
    if (group.open === 0) this.#endGroup(group);
  }

  /** After a shutdown what has not begun never will. */
  close(id: string): void {
    const group = this.#groups.get(id);
    if (group !== undefined) {
      group.open = (this.state.node(id)!.children ?? []).filter((child) => this.state.places.has(child)).length;
      if (group.open === 0) this.#endGroup(group);
    }
    const dag = this.#dags.get(id);
    if (dag === undefined) return;
    dag.requests.clear();
    this.#assessing.add(dag);
  }

  adoptDag(node: NodeStatus, template: Template): void {
    const dag = this.#instance(node.id, node.name, template);
    const nodes = new Map(dag.plan.needed.map((name) => [name, this.state.taskNode(dag, name)]));
    for (const [name, task] of nodes) {
      const waiting = dag.plan.tasks.get(name)!.dependencies.filter((dependency) => !isNodeCompleted(nodes.get(dependency)?.phase)).length;
      dag.waiting.set(name, waiting);
      if (task === undefined) {
        if (waiting === 0) dag.ready.push(name);
        continue;
      }
      dag.missing -= 1;
      if (isNodeCompleted(task.phase)) continue;
      dag.open += 1;
      this.starter.adopt({ kind: 'task', dag, task: name }, task);
    }
    this.#pumping.add(dag);
  }

  adoptGroup({ dag, task }: TaskPlace, node: NodeStatus): void {
    const items = this.#expand(resolveTask(dag.task(task), dagTags(dag, this.state), true));
    const known = items.map((item) => ({ item, node: this.state.taskNode(dag, item.name) }));
    const group: GroupInstance = { nodeId: node.id, dag, open: known.filter((entry) => !isNodeCompleted(entry.node?.phase)).length };
    this.#groups.set(node.id, group);
    for (const { item, node: itemNode } of known) {
      if (itemNode === undefined) this.#considerItem(group, item);
      else if (!isNodeCompleted(itemNode.phase)) this.starter.adopt({ kind: 'item', dag, group, name: item.name }, itemNode);
    }
    if (group.open === 0) this.#endGroup(group);
  }

  /** Looks at a task that may begin, or begins one that the limits admit. */
  #pump(dag: DagInstance): void {
    const ready = dag.ready.shift();
    if (ready !== undefined) return this.#consider(dag, ready);
    const request = dag.requests.peek();
    if (request !== undefined && dag.admits(request)) {
      if (!this.#full()) {
        dag.requests.shift();
        return this.#start(dag, request);
      }
      this.#blocked.add(dag);
    }
    this.#pumping.delete(dag);
    if (dag.open === 0) this.#assessing.add(dag);
  }

  /** The workflow's own limit; as in Argo it holds back everything new, not only pods. */
  #full(): boolean {
    const limit = this.state.live.spec.parallelism ?? 0;
    return limit > 0 && this.state.activePods >= limit;
  }

  #start(dag: DagInstance, request: StartRequest): void {
    switch (request.kind) {
      case 'attempt':
        if (this.state.isOpen(request.retryId)) this.starter.attempt(request.retryId);
        return;
      case 'task': {
        const { name, template, arguments: args } = request.task;
        return this.starter.execute({ kind: 'task', dag, task: name }, dag.taskNodeName(name), { template: template!, arguments: args }, this.#parents(dag, name));
      }
      case 'item': {
        const { group, item } = request;
        const { template, arguments: args } = item.task;
        return this.starter.execute({ kind: 'item', dag, group, name: item.name }, dag.taskNodeName(item.name), { template: template!, arguments: args }, [group.nodeId]);
      }
    }
  }

  /** A task whose dependencies have all ended: omitted, skipped, in error, or asked to begin. */
  #consider(dag: DagInstance, name: string): void {
    const { state } = this;
    const planned = dag.plan.tasks.get(name)!;
    const task = dag.task(name);
    const place: TaskPlace = { kind: 'task', dag, task: name };
    const nodeName = dag.taskNodeName(name);
    const parents = this.#parents(dag, name);
    const facts = (dependency: string) => {
      const node = state.taskNode(dag, dependency)!;
      return { phase: node.phase!, itemPhases: node.type === 'TaskGroup' ? (node.children ?? []).map((id) => state.node(id)!.phase!) : [] };
    };
    if (planned.depends !== undefined && !planned.depends.evaluate(facts)) {
      return state.addEnded(place, nodeName, task.template!, 'Omitted', 'omitted: depends condition not met', parents);
    }
    try {
      const resolved = resolveTask(task, dagTags(dag, state), planned.fansOut);
      if (planned.fansOut) return this.#fanOut(place, this.#expand(resolved), parents);
      if (resolved.kind === 'skip') return state.addEnded(place, nodeName, task.template!, 'Skipped', resolved.message, parents);
      dag.requests.push({ kind: 'task', task: resolved.task });
    } catch (error) {
      state.addEnded(place, nodeName, task.template!, 'Error', (error as Error).message, parents);
    }
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
    const template = dag.task(task).template!;
    if (items.length === 0) return this.state.addEnded(place, name, template, 'Skipped', 'Skipped, empty params', parents);
    const group: GroupInstance = { nodeId: this.state.add(place, name, { type: 'TaskGroup', phase: 'Running' }, template, parents), dag, open: items.length };
    this.#groups.set(group.nodeId, group);
    for (const item of items) this.#considerItem(group, item);
  }

  #considerItem(group: GroupInstance, item: ExpandedTask): void {
    const { dag } = group;
    const ended = (phase: 'Skipped' | 'Error', message: string): void =>
      this.state.addEnded({ kind: 'item', dag, group, name: item.name }, dag.taskNodeName(item.name), item.task.template!, phase, message, [group.nodeId]);
    try {
      if (evaluateWhen(item.task.when ?? '')) dag.requests.push({ kind: 'item', group, item });
      else ended('Skipped', `when '${item.task.when}' evaluated false`);
    } catch (error) {
      ended('Error', (error as Error).message);
    }
  }

  #parents(dag: DagInstance, task: string): string[] {
    const { dependencies } = dag.plan.tasks.get(task)!;
    if (dependencies.length === 0) return [dag.nodeId];
    return dependencies.flatMap((dependency) => outboundNodes(this.state.taskNode(dag, dependency)!, this.state.node));
  }

  #endGroup({ nodeId: id }: GroupInstance): void {
    const phases = (this.state.node(id)!.children ?? []).map((child) => this.state.node(child)!.phase!);
    this.state.end(id, phases.findLast((phase) => phase === 'Failed' || phase === 'Error') ?? 'Succeeded');
  }

  #assess(dag: DagInstance): void {
    const { state } = this;
    this.#assessing.delete(dag);
    if (dag.open > 0 || dag.ready.size > 0 || !state.isOpen(dag.nodeId)) return;
    if (state.shutdown !== undefined) return this.#end(dag, 'Failed');
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
      const outputs = phase === 'Succeeded' ? dagOutputs(dag, state) : undefined;
      if (outbound.length > 0) state.live.editNode(dag.nodeId).outboundNodes = outbound;
      state.end(dag.nodeId, phase, { outputs });
    } catch (error) {
      const { message } = error as Error;
      state.end(dag.nodeId, 'Error', { message: dag.nodeId === state.workflowName ? message : `task '${dag.name}' errored: ${message}` });
    }
  }
}
