import type { NodeStatus, Template } from '@millrace/argo';
import { isNodeCompleted } from '@millrace/argo';
import { assessDag } from '../workflow/assess-dag.js';
import { templateNameOf } from '../workflow/named-templates.js';
import { nodeId } from '../workflow/node-id.js';
import type { BoundaryOwner, StartRequest } from './boundary.js';
import { endBoundary } from './boundary-outputs.js';
import type { EngineCounters } from './counters.js';
import { DagInstance } from './dag-instance.js';
import { ExitHooks } from './exit-hooks.js';
import { FanOuts } from './fan-outs.js';
import { outboundNodes } from './outbound-nodes.js';
import { calledNameOf, type TaskPlace } from './place.js';
import { resolveTask } from './resolve-task.js';
import type { RunState } from './run-state.js';
import type { Starter } from './starter.js';
import type { StartQueue } from './start-queue.js';
import { scopeOf } from './task-scope.js';

/** The DAGs of one run: which task may begin, what becomes of it, and when a whole has ended. */
export class DagNodes implements BoundaryOwner {
  readonly #dags = new Map<string, DagInstance>();
  readonly fanOuts: FanOuts;
  readonly #assessing = new Set<DagInstance>();
  readonly #hooks: ExitHooks;

  constructor(
    private readonly state: RunState,
    private readonly starter: Starter,
    private readonly queue: StartQueue,
    private readonly counters: EngineCounters,
  ) {
    this.#hooks = new ExitHooks(state, queue);
    this.fanOuts = new FanOuts(state, starter, queue, this.#hooks);
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
    const dag = new DagInstance(this, id, name, template, this.state.places.get(id)!, this.state.templates.plan(template));
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
    this.fanOuts.forget(id);
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

  /** After a shutdown what has not begun never will. */
  close(id: string): void {
    this.fanOuts.close(id);
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

  adopt(node: NodeStatus, template: Template): void {
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
      case 'item':
        return this.fanOuts.begin(dag, request);
      case 'hook':
        return this.#hooks.begin(request.place, dag.task(calledNameOf(request.place.of)!), this.starter);
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
      if (planned.fansOut) return this.fanOuts.open(place, resolved, parents);
      if (resolved.kind === 'skip') return state.addEnded(place, nodeName, template, 'Skipped', resolved.message, parents);
      this.queue.push(dag, { kind: 'task', task: resolved.task });
    } catch (error) {
      state.addEnded(place, nodeName, template, 'Error', (error as Error).message, parents);
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
    endBoundary(dag, state, phase, { outbound });
  }
}
