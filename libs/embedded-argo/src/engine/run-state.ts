import type { Artifact, NodeStatus, Outputs, Template } from '@millrace/argo';
import { isNodeCompleted } from '@millrace/argo';
import { fromTimestamp, toTimestamp } from '../clock.js';
import type { LiveWorkflow } from '../store/live-workflow.js';
import { displayName, nodeId } from '../workflow/node-id.js';
import { workflowTags } from '../workflow/process-template.js';
import type { TagLookup } from '../workflow/substitute.js';
import type { Boundary } from './boundary.js';
import type { DagInstance } from './dag-instance.js';
import { exportOutputs } from './export-outputs.js';
import { Fifo } from './fifo.js';
import { boundaryOf, isPartOfExit, type Place } from './place.js';
import { RunTemplates } from './run-templates.js';
import { runtimeTag } from './runtime-tags.js';
import type { NodeReader } from './task-scope.js';

export interface NodeEnd {
  readonly message?: string;
  readonly outputs?: Outputs;
  /** @default now */
  readonly finishedAt?: number;
}

/** Whether a node of this type counts in `status.progress`. */
export function hasProgress(type: string | undefined): boolean {
  return type === 'Pod' || type === 'Suspend';
}

/** The nodes of one running Workflow, the places of those that have not ended, and the counts that limits go by. */
export class RunState implements NodeReader {
  readonly workflowName: string;
  readonly globals: TagLookup;
  readonly templates: RunTemplates;
  readonly places = new Map<string, Place>();
  /** Nodes that ended and of which nobody has been told. */
  readonly ended = new Fifo<string>();
  activePods = 0;
  /** Pods and gates, and how many of them have succeeded: `status.progress`. */
  begun = 0;
  succeeded = 0;

  constructor(
    readonly live: LiveWorkflow,
    readonly now: () => number,
  ) {
    const { object } = live;
    this.workflowName = object.metadata.name;
    const tags = workflowTags(object as Parameters<typeof workflowTags>[0]);
    this.globals = (tag) => tags.get(tag) ?? runtimeTag(tag, this);
    this.templates = new RunTemplates(object.spec);
  }

  readonly node = (id: string): NodeStatus | undefined => this.live.node(id);

  template(name: string): Template | undefined {
    return this.templates.get(name);
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
      ...(template === '' ? {} : { templateName: template }),
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
    if (hasProgress(fields.type)) this.begun += 1;
    this.track(place, id);
    return id;
  }

  /** A node that stands for something that never ran. */
  addEnded(place: Place, name: string, template: string, phase: 'Error' | 'Skipped' | 'Omitted', message: string, parents: readonly string[], more: Partial<NodeStatus> = {}): void {
    this.end(this.add(place, name, { type: 'Skipped', phase: 'Running', ...more }, template, parents), phase, { message });
  }

  end(id: string, phase: string, how: NodeEnd = {}): void {
    if (isNodeCompleted(this.node(id)!.phase)) return;
    const node = this.live.editNode(id);
    node.phase = phase;
    // Never before the start, however the clocks of engine and task differ.
    node.finishedAt = toTimestamp(Math.max(how.finishedAt ?? this.now(), fromTimestamp(node.startedAt) ?? 0));
    if (how.message === undefined || how.message === '') delete node.message;
    else node.message = how.message;
    if (how.outputs !== undefined && Object.keys(how.outputs).length > 0) {
      node.outputs = how.outputs;
      exportOutputs(how.outputs, this.live);
    }
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
    const { type, phase } = this.node(id)!;
    this.places.delete(id);
    this.#count(type, boundaryOf(place), -1);
    if (hasProgress(type) && phase === 'Succeeded') {
      this.succeeded += 1;
      this.live.editNode(id).progress = '1/1';
    }
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

  /** Whether exit handlers and hooks are (still) to run. */
  get exitsMayRun(): boolean {
    return this.shutdown === undefined || this.shutdown === 'Stop';
  }

  /** Whether what runs here is being shut down. */
  isStopped(partOfExit: boolean): boolean {
    return this.shutdown !== undefined && !(partOfExit && this.exitsMayRun);
  }

  /** Why a node of this type must not run (any more) at this place; undefined when it may. */
  stopMessage(type: string, place: Place, begun = true): string | undefined {
    const exits = isPartOfExit(place);
    // Argo itself writes two blanks when the pod is there already.
    if (this.isStopped(exits)) return type === 'Pod' ? `workflow shutdown with strategy: ${begun ? ' ' : ''}${this.shutdown}` : `Stopped with strategy '${this.shutdown}'`;
    return !exits && this.deadline !== undefined && this.now() >= this.deadline ? 'Step exceeded its deadline' : undefined;
  }

  globalArtifact(name: string): Artifact | undefined {
    return this.live.status.outputs?.artifacts?.find((artifact) => artifact.name === name);
  }

  #count(type: string, boundary: Boundary | undefined, by: 1 | -1): void {
    if (type === 'Pod') this.activePods += by;
    if (boundary === undefined) return;
    if (type === 'Pod') boundary.activePods += by;
    if (type === 'Pod' || type === 'DAG' || type === 'Steps') boundary.activeChildren += by;
  }
}
