import type { NodeStatus, Outputs, Template } from '@millrace/argo';
import { isNodeCompleted } from '@millrace/argo';
import { fromTimestamp, toTimestamp } from '../clock.js';
import type { LiveWorkflow } from '../store/live-workflow.js';
import { planDag, type DagPlan } from '../workflow/dag-plan.js';
import { displayName, nodeId } from '../workflow/node-id.js';
import { workflowTags } from '../workflow/process-template.js';
import type { TagLookup } from '../workflow/substitute.js';
import type { DagInstance } from './dag-instance.js';
import { Fifo } from './fifo.js';
import { boundaryOf, type Place } from './place.js';
import type { NodeReader } from './task-scope.js';

export interface NodeEnd {
  readonly message?: string;
  readonly outputs?: Outputs;
  /** @default now */
  readonly finishedAt?: number;
}

/** The nodes of one running Workflow, the places of those that have not ended, and the counts that limits go by. */
export class RunState implements NodeReader {
  readonly workflowName: string;
  readonly globals: TagLookup;
  readonly places = new Map<string, Place>();
  /** Nodes that ended and of which nobody has been told. */
  readonly ended = new Fifo<string>();
  activePods = 0;
  pods = 0;
  podsEnded = 0;
  readonly #templates: ReadonlyMap<string, Template>;
  readonly #plans = new Map<string, DagPlan>();

  constructor(
    readonly live: LiveWorkflow,
    readonly now: () => number,
  ) {
    const { object } = live;
    this.workflowName = object.metadata.name;
    const tags = workflowTags(object as Parameters<typeof workflowTags>[0]);
    this.globals = (tag) => tags.get(tag);
    this.#templates = new Map((object.spec.templates ?? []).map((template) => [template.name!, template]));
  }

  readonly node = (id: string): NodeStatus | undefined => this.live.node(id);

  template(name: string): Template | undefined {
    return this.#templates.get(name);
  }

  plan(templateName: string): DagPlan {
    let plan = this.#plans.get(templateName);
    if (plan === undefined) this.#plans.set(templateName, (plan = planDag(this.#templates.get(templateName)!)));
    return plan;
  }

  taskNode(dag: DagInstance, task: string): NodeStatus | undefined {
    return this.node(nodeId(this.workflowName, dag.taskNodeName(task)));
  }

  isOpen(id: string): boolean {
    return this.places.has(id) && !isNodeCompleted(this.node(id)!.phase);
  }

  /** Makes a node below its parents. Returns its id. */
  add(place: Place, name: string, fields: Partial<NodeStatus> & { readonly type: string }, template: string, parents: readonly string[]): string {
    const id = nodeId(this.workflowName, name);
    const boundary = boundaryOf(place);
    this.live.addNode({
      id,
      name,
      displayName: displayName(name, boundary?.name),
      templateName: template,
      templateScope: `local/${this.workflowName}`,
      ...(boundary === undefined ? {} : { boundaryID: boundary.nodeId }),
      startedAt: toTimestamp(this.now()),
      ...fields,
    });
    for (const parent of new Set(parents)) this.live.addChild(parent, id);
    if (place.kind === 'task') {
      place.dag.open += 1;
      place.dag.missing -= 1;
    }
    if (fields.type === 'Pod') this.pods += 1;
    this.track(place, id);
    return id;
  }

  /** A node that stands for something that never ran. */
  addEnded(place: Place, name: string, template: string, phase: 'Error' | 'Skipped' | 'Omitted', message: string, parents: readonly string[]): void {
    this.end(this.add(place, name, { type: 'Skipped', phase: 'Running' }, template, parents), phase, { message });
  }

  end(id: string, phase: string, how: NodeEnd = {}): void {
    if (isNodeCompleted(this.node(id)!.phase)) return;
    const node = this.live.editNode(id);
    node.phase = phase;
    // Never before the start, however the clocks of engine and task differ.
    node.finishedAt = toTimestamp(Math.max(how.finishedAt ?? this.now(), fromTimestamp(node.startedAt) ?? 0));
    if (how.message === undefined || how.message === '') delete node.message;
    else node.message = how.message;
    if (how.outputs !== undefined && Object.keys(how.outputs).length > 0) node.outputs = how.outputs;
    if (node.type === 'Pod') node.progress = phase === 'Succeeded' ? '1/1' : '0/1';
    this.ended.push(id);
  }

  track(place: Place, id: string): void {
    this.places.set(id, place);
    this.#count(this.node(id)!.type, boundaryOf(place), 1);
  }

  /** Takes an ended node from its place. */
  release(id: string): Place | undefined {
    const place = this.places.get(id);
    if (place === undefined) return undefined;
    const { type } = this.node(id)!;
    this.places.delete(id);
    this.#count(type, boundaryOf(place), -1);
    if (type === 'Pod') this.podsEnded += 1;
    return place;
  }

  get shutdown(): string | undefined {
    const { shutdown } = this.live.spec;
    return shutdown === '' ? undefined : shutdown;
  }

  get deadline(): number | undefined {
    const { activeDeadlineSeconds } = this.live.spec;
    const startedAt = fromTimestamp(this.live.status.startedAt);
    if (activeDeadlineSeconds === undefined || startedAt === undefined) return undefined;
    return Math.floor(startedAt / 1000) * 1000 + activeDeadlineSeconds * 1000;
  }

  /** Why a node of this type must not run (any more); undefined when it may. */
  stopMessage(type: string): string | undefined {
    // Argo itself writes two blanks into the first of these.
    if (this.shutdown !== undefined) return type === 'Pod' ? `workflow shutdown with strategy:  ${this.shutdown}` : `Stopped with strategy '${this.shutdown}'`;
    return this.deadline !== undefined && this.now() >= this.deadline ? 'Step exceeded its deadline' : undefined;
  }

  #count(type: string, boundary: DagInstance | undefined, by: 1 | -1): void {
    if (type === 'Pod') this.activePods += by;
    if (boundary === undefined) return;
    if (type === 'Pod') boundary.activePods += by;
    if (type === 'Pod' || type === 'DAG') boundary.activeChildren += by;
  }
}
