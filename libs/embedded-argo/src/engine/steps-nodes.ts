import type { DAGTask, NodeStatus, Template } from '@millrace/argo';
import { isNodeCompleted } from '@millrace/argo';
import { templateNameOf } from '../workflow/named-templates.js';
import { nodeId } from '../workflow/node-id.js';
import { endByWhen } from '../workflow/when-expression.js';
import type { BoundaryOwner, StartRequest } from './boundary.js';
import { endBoundary } from './boundary-outputs.js';
import { ExitHooks } from './exit-hooks.js';
import { expandSteps, type ExpandedStep } from './expand-steps.js';
import { outboundNodes } from './outbound-nodes.js';
import type { StepGroupPlace, StepPlace } from './place.js';
import type { RunState } from './run-state.js';
import type { Starter } from './starter.js';
import type { StartQueue } from './start-queue.js';
import { stepGroupFailure } from './step-group-failure.js';
import { StepsInstance } from './steps-instance.js';

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
    if (this.state.isStopped(steps.exits)) return this.#end(steps, 'Failed', this.state.stopMessage('Steps', this.state.places.get(steps.nodeId)!));
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
      for (const expanded of expandSteps(steps, this.state)) {
        const { place } = expanded;
        const child = this.#node(steps.stepNodeName(steps.current, place.name));
        if (child === undefined) {
          this.#enter(expanded);
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

  /** A step becomes a node that is skipped, or waits for its turn. */
  #enter({ place, step }: ExpandedStep): void {
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
    const failure = stepGroupFailure(steps, group, this.state.node);
    this.state.end(group.id, failure?.phase ?? 'Succeeded', { message: failure?.message });
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

  #group(steps: StepsInstance, index: number): NodeStatus | undefined {
    return this.#node(steps.groupNodeName(index));
  }

  #node(name: string): NodeStatus | undefined {
    return this.state.node(nodeId(this.state.workflowName, name));
  }

  #declared({ steps, index, step }: StepPlace): DAGTask {
    return steps.groups[index]!.find(({ name }) => name === step)!;
  }
}
