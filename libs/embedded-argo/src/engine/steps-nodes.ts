import type { DAGTask, NodeStatus, Template } from '@millrace/argo';
import { isNodeCompleted } from '@millrace/argo';
import { fansOut } from '../workflow/dag-plan.js';
import { templateNameOf } from '../workflow/named-templates.js';
import { nodeId } from '../workflow/node-id.js';
import { endByWhen, isWhenError } from '../workflow/when-expression.js';
import type { BoundaryOwner, StartRequest } from './boundary.js';
import { endBoundary, hasNoOutputs } from './boundary-outputs.js';
import { ExitHooks } from './exit-hooks.js';
import { outboundNodes } from './outbound-nodes.js';
import type { StepGroupPlace, StepPlace } from './place.js';
import { itemsOf, resolveTask, type ResolvedTask } from './resolve-task.js';
import type { RunState } from './run-state.js';
import type { Starter } from './starter.js';
import type { StartQueue } from './start-queue.js';
import { StepsInstance } from './steps-instance.js';
import { scopeOf, type Scope } from './task-scope.js';

/** The steps templates of one run: one group after the other, and what a group comes to. */
export class StepsNodes implements BoundaryOwner {
  readonly #instances = new Map<string, StepsInstance>();
  readonly #hooks: ExitHooks;

  constructor(
    private readonly state: RunState,
    private readonly starter: Starter,
    private readonly queue: StartQueue,
  ) {
    this.#hooks = new ExitHooks(state, queue);
  }

  open(id: string, name: string, template: Template): void {
    this.#openGroup(this.#instance(id, name, template));
  }

  adopt(node: NodeStatus, template: Template): void {
    const steps = this.#instance(node.id, node.name, template);
    while (isNodeCompleted(this.#group(steps, steps.current)?.phase)) {
      // The group ended, and what follows from that was not written any more.
      if (!this.#goOn(steps)) return;
    }
    const group = this.#group(steps, steps.current);
    if (group === undefined) return this.#openGroup(steps);
    this.state.track({ kind: 'step-group', steps, index: steps.current }, group.id);
    this.#enterGroup(steps);
  }

  forget(id: string): void {
    this.#instances.delete(id);
  }

  stepEnded(place: StepPlace, node: NodeStatus): void {
    if (!this.#hooks.follow(place, this.#declared(place), node)) this.stepDone(place);
  }

  /** A step and its exit hook have ended. */
  stepDone({ steps }: StepPlace): void {
    steps.open -= 1;
    this.#endGroupIfDone(steps);
  }

  /** A group has ended: the next one begins, or the whole has ended. */
  groupEnded({ steps }: StepGroupPlace): void {
    if (!this.state.isOpen(steps.nodeId) || !this.#goOn(steps)) return;
    if (this.state.isStopped(steps.exits)) return this.#end(steps, 'Failed', this.state.stopMessage('Steps', this.#placeOf(steps)));
    this.#openGroup(steps);
  }

  /** After a shutdown what has not begun never will. */
  close(id: string): void {
    const steps = this.#instances.get(id);
    if (steps === undefined) return;
    for (const request of steps.requests.drain()) {
      if (request.kind === 'hook' && this.state.exitsMayRun) this.queue.push(steps, request);
      else steps.open -= 1;
    }
    this.#endGroupIfDone(steps);
  }

  considerNext(): boolean {
    return false;
  }

  idle(): void {
    // Groups end with their last step.
  }

  begin(steps: StepsInstance, request: StartRequest): void {
    switch (request.kind) {
      case 'attempt':
        if (this.state.isOpen(request.retryId)) this.starter.attempt(request.retryId);
        return;
      case 'step': {
        const { place, step } = request;
        const use = { template: templateNameOf(steps.template, this.#declared(place)), arguments: step.arguments };
        return this.starter.execute(place, steps.stepNodeName(place.index, place.name), use, [this.#group(steps, place.index)!.id]);
      }
      case 'hook':
        return this.#hooks.begin(request.place, this.#declared(request.place.of as StepPlace), this.starter);
      default:
        throw new Error('steps have no tasks');
    }
  }

  #instance(id: string, name: string, template: Template): StepsInstance {
    const steps = new StepsInstance(this, id, name, template, this.state.places.get(id)!);
    this.#instances.set(id, steps);
    return steps;
  }

  #openGroup(steps: StepsInstance): void {
    const { state } = this;
    const { current } = steps;
    if (current >= steps.groups.length) return this.#end(steps, 'Succeeded');
    const parents = current === 0 ? [steps.nodeId] : this.#outbound(steps, current - 1);
    state.add({ kind: 'step-group', steps, index: current }, steps.groupNodeName(current), { type: 'StepGroup', phase: 'Running', nodeFlag: {} }, '', parents);
    this.#enterGroup(steps);
  }

  /** Enters each step of the current group, or goes on with what an earlier process left of it. */
  #enterGroup(steps: StepsInstance): void {
    try {
      for (const { place, step } of this.#expanded(steps)) {
        const child = this.#node(steps.stepNodeName(steps.current, place.name));
        if (child === undefined) {
          this.#enter(place, step);
        } else if (!isNodeCompleted(child.phase)) {
          steps.open += 1;
          this.starter.adopt(place, child);
        } else if (!this.#hooks.isSettled(this.#declared(place), child)) {
          steps.open += 1;
          this.#hooks.resume(place, this.#declared(place), child, this.starter);
        }
      }
    } catch (error) {
      steps.problem = (error as Error).message;
    }
    this.#endGroupIfDone(steps);
  }

  /** The steps of the current group with their tags replaced, items apart. Throws an Error whose message becomes the group's. */
  #expanded(steps: StepsInstance): { readonly place: StepPlace; readonly step: DAGTask | { readonly skipped: string } }[] {
    const scope = scopeOf(steps, this.state);
    const { current: index } = steps;
    return steps.groups[index]!.flatMap((declared) => {
      const place = (name: string): StepPlace => ({ kind: 'step', steps, index, step: declared.name, name });
      const isLoop = fansOut(declared);
      const resolved = this.#resolve(declared, scope, isLoop);
      if (!isLoop) return [{ place: place(declared.name), step: resolved.kind === 'skip' ? { skipped: resolved.message } : resolved.task }];
      const items = itemsOf(resolved, scope.tag);
      if (items.length === 0) return [{ place: place(declared.name), step: { skipped: 'Skipped, empty params' } }];
      return items.map(({ name, task }) => ({ place: place(name), step: task }));
    });
  }

  #resolve(declared: DAGTask, scope: Scope, isLoop: boolean): ResolvedTask {
    try {
      return resolveTask(declared, scope, isLoop);
    } catch (error) {
      throw new Error(`failed to resolve references: ${(error as Error).message}`, { cause: error });
    }
  }

  /** A step becomes a node that is skipped, or waits for its turn. */
  #enter(place: StepPlace, step: DAGTask | { readonly skipped: string }): void {
    const { steps, index, name } = place;
    steps.open += 1;
    const end = 'skipped' in step ? { phase: 'Skipped' as const, message: step.skipped } : endByWhen(step.when);
    if (end === undefined) return this.queue.push(steps, { kind: 'step', place, step: step as DAGTask });
    const template = templateNameOf(steps.template, this.#declared(place));
    this.state.addEnded(place, steps.stepNodeName(index, name), template, end.phase, end.message, [this.#group(steps, index)!.id]);
  }

  #endGroupIfDone(steps: StepsInstance): void {
    const group = this.#group(steps, steps.current);
    if (steps.open > 0 || group === undefined || !this.state.isOpen(group.id)) return;
    if (steps.problem !== undefined) return this.state.end(group.id, 'Error', { message: steps.problem });
    for (const id of group.children ?? []) {
      const child = this.state.node(id)!;
      if (child.phase === 'Error' && (child.type === 'Skipped' || hasNoOutputs(child))) return this.state.end(group.id, 'Error', { message: errorOfGroup(child) });
      const { continueOn } = this.#declaredOf(steps, child.name);
      const forgiven = child.phase === 'Failed' ? continueOn?.failed === true : continueOn?.error === true;
      if ((child.phase === 'Failed' || child.phase === 'Error') && !forgiven) return this.state.end(group.id, 'Failed', { message: `child '${id}' failed` });
    }
    this.state.end(group.id, 'Succeeded');
  }

  /** What follows from the current group's end. True when there is (or may be) a next one. */
  #goOn(steps: StepsInstance): boolean {
    const group = this.#group(steps, steps.current)!;
    if (group.phase === 'Failed' || group.phase === 'Error') {
      this.#end(steps, 'Failed', group.message);
      return false;
    }
    steps.current += 1;
    steps.open = 0;
    if (steps.current < steps.groups.length) return true;
    this.#end(steps, 'Succeeded');
    return false;
  }

  #end(steps: StepsInstance, phase: 'Succeeded' | 'Failed', message?: string): void {
    const { state } = this;
    const last = Math.min(steps.current, steps.groups.length - 1);
    const outbound = last < 0 ? [] : this.#outbound(steps, this.#group(steps, last) === undefined ? last - 1 : last, { self: false });
    // Unlike those of a DAG, whatever comes of its outputs.
    if (outbound.length > 0) state.live.editNode(steps.nodeId).outboundNodes = outbound;
    endBoundary(steps, state, phase, { message });
  }

  /** The ends of a group; an empty one ends in itself for what comes after it. */
  #outbound(steps: StepsInstance, index: number, { self = true } = {}): string[] {
    const group = this.#group(steps, index);
    if (group === undefined) return [];
    const children = group.children ?? [];
    if (children.length === 0) return self ? [group.id] : [];
    return children.flatMap((id) => outboundNodes(this.state.node(id)!, this.state.node));
  }

  #placeOf(steps: StepsInstance): NonNullable<ReturnType<RunState['places']['get']>> {
    return this.state.places.get(steps.nodeId)!;
  }

  #group(steps: StepsInstance, index: number): NodeStatus | undefined {
    return this.#node(steps.groupNodeName(index));
  }

  #node(name: string): NodeStatus | undefined {
    return this.state.node(nodeId(this.state.workflowName, name));
  }

  #declared({ steps, index, step }: StepPlace): DAGTask {
    return steps.groups[index]!.find(({ name }) => name === step)!;
  }

  /** The declaration behind a child of the current group, by the child's name. */
  #declaredOf(steps: StepsInstance, nodeName: string): DAGTask {
    const name = nodeName.slice(steps.groupNodeName(steps.current).length + 1);
    const declared = steps.groups[steps.current]!;
    return declared.find((step) => step.name === name) ?? declared.find((step) => name.startsWith(`${step.name}(`))!;
  }
}

/** A step that could not even begin ends its group in an error. */
function errorOfGroup({ name, message = '' }: NodeStatus): string {
  return isWhenError(message) ? message : `step group deemed errored due to child ${name} error: ${message}`;
}
