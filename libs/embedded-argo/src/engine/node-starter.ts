import type { Arguments, NodeStatus, Template } from '@millrace/argo';
import { processTemplate } from '../workflow/process-template.js';
import { DagNodes } from './dag-nodes.js';
import { inputsOf, nodeFlagOf } from './node-fields.js';
import { isPod, localTags, templateOf } from './node-templates.js';
import { boundaryOf, type OwnerPlace, type Place, type TaskPlace } from './place.js';
import { PodNodes } from './pod-nodes.js';
import { RetryNodes } from './retry-nodes.js';
import type { RunHost } from './run-host.js';
import { hasProgress, type RunState } from './run-state.js';
import type { Starter } from './starter.js';
import type { StartQueue } from './start-queue.js';
import { StepsNodes } from './steps-nodes.js';
import { resumeByItself, suppliedOutputs } from './suspend-nodes.js';
import type { WorkflowRun } from './workflow-run.js';

/** Argo's own limit for templates that call themselves. */
const MAX_DEPTH = 100;

/** Makes the nodes of one run, each of its kind, and takes over those that an earlier process left. */
export class NodeStarter implements Starter {
  readonly dags: DagNodes;
  readonly steps: StepsNodes;
  readonly pods: PodNodes;
  readonly retries: RetryNodes;
  readonly #wakeAt: (key: string, atMs: number, fire: () => void) => void;

  constructor(
    private readonly state: RunState,
    queue: StartQueue,
    run: WorkflowRun,
    private readonly host: RunHost,
  ) {
    this.#wakeAt = (key, atMs, fire) => host.wakeAt(run, key, atMs, fire);
    this.dags = new DagNodes(state, this, queue, host.counters);
    this.steps = new StepsNodes(state, this, queue);
    this.pods = new PodNodes(state, run, host);
    this.retries = new RetryNodes(state, this, queue, this.#wakeAt);
  }

  execute(place: OwnerPlace, name: string, use: { readonly template: string; readonly arguments?: Arguments }, parents: readonly string[]): void {
    const { state } = this;
    const template = state.template(use.template)!;
    let processed: Template;
    try {
      if ((boundaryOf(place)?.depth ?? 0) > MAX_DEPTH) throw new Error(`Maximum recursion depth exceeded: template "${use.template}" is nested more than ${MAX_DEPTH} deep`);
      processed = processTemplate(template, use.arguments, state.globals, localTags(state.workflowName, place, name, template));
    } catch (error) {
      const { message } = error as Error;
      return state.addEnded(place, name, use.template, 'Error', place.kind === 'task' || place.kind === 'item' ? `task '${name}' errored: ${message}` : message, parents, nodeFlagOf(place));
    }
    if (template.retryStrategy === undefined) this.begin(place, name, processed, parents);
    else this.retries.open(place, name, processed, use.template, parents);
  }

  attempt(retryId: string): void {
    this.retries.attempt(retryId);
  }

  /** Makes the node of a processed template. */
  begin(place: Place, name: string, template: Template, parents: readonly string[]): void {
    const { state } = this;
    const type = template.dag !== undefined ? 'DAG' : template.steps !== undefined ? 'Steps' : isPod(template) ? 'Pod' : 'Suspend';
    const fields = { ...inputsOf(template), ...nodeFlagOf(place), type, phase: type === 'Pod' ? 'Pending' : 'Running' };
    const own = { ...(hasProgress(type) && { progress: '0/1' }), ...(type === 'Suspend' && suppliedOutputs(template)) };
    const id = state.add(place, name, { ...fields, ...own }, template.name!, parents);
    if (type === 'DAG') return this.dags.open(id, name, template);
    if (type === 'Steps') return this.steps.open(id, name, template);
    const stopped = state.stopMessage(type, place, false);
    if (stopped !== undefined) state.end(id, 'Failed', { message: stopped });
    else if (type === 'Pod') this.pods.request(id, template);
    else this.#watchSuspend(id, template);
  }

  adopt(place: Place, node: NodeStatus): void {
    const { state } = this;
    this.host.counters.visits += 1;
    state.track(place, node.id);
    switch (node.type) {
      case 'Pod':
        return this.pods.request(node.id, templateOf(state, node));
      case 'Suspend':
        return this.#watchSuspend(node.id, templateOf(state, node));
      case 'Steps':
        return this.steps.adopt(node, templateOf(state, node));
      case 'TaskGroup':
        return this.dags.fanOuts.adopt(place as TaskPlace, node);
      case 'DAG':
        return this.dags.adopt(node, templateOf(state, node));
      case 'Retry':
        return this.retries.adopt(place as OwnerPlace, node);
    }
  }

  #watchSuspend(id: string, template: Template): void {
    resumeByItself(this.state, id, template, (atMs, fire) => this.#wakeAt(`suspend ${id}`, atMs, fire));
  }
}
