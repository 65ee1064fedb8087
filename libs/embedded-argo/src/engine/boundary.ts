import type { DAGTask, Template } from '@millrace/argo';
import type { ExpandedTask } from '../workflow/expand-items.js';
import { Fifo } from './fifo.js';
import type { GroupInstance } from './dag-instance.js';
import { boundaryOf, isPartOfExit, type HookPlace, type Place, type StepPlace } from './place.js';

/** Something that may begin as soon as the limits allow. */
export type StartRequest =
  | { readonly kind: 'task'; readonly task: DAGTask }
  | { readonly kind: 'item'; readonly group: GroupInstance; readonly item: ExpandedTask }
  | { readonly kind: 'step'; readonly place: StepPlace; readonly step: DAGTask }
  | { readonly kind: 'hook'; readonly place: HookPlace }
  | { readonly kind: 'attempt'; readonly retryId: string };

/** Whose business the children of a boundary are. */
export interface BoundaryOwner {
  /** Looks at one child that may be ready. False when there is none to look at. */
  considerNext(boundary: Boundary): boolean;
  begin(boundary: Boundary, request: StartRequest): void;
  /** Nothing more can begin for now. */
  idle(boundary: Boundary): void;
}

/** One execution of a template that has others inside it, with the counts that its limit goes by. */
export abstract class Boundary {
  readonly requests = new Fifo<StartRequest>();
  activePods = 0;
  /** Pods, DAGs and Steps: what `parallelism` counts. */
  activeChildren = 0;
  /** How many boundaries it is in, itself included. */
  readonly depth: number;
  /** It is part of an exit handler: a deadline and a stop do not end it. */
  readonly exits: boolean;

  constructor(
    readonly owner: BoundaryOwner,
    readonly nodeId: string,
    readonly name: string,
    /** With inputs filled and tags replaced. */
    readonly template: Template,
    place: Place,
  ) {
    this.depth = (boundaryOf(place)?.depth ?? 0) + 1;
    this.exits = isPartOfExit(place);
  }

  get limit(): number {
    return this.template.parallelism ?? 0;
  }

  /** Whether the limit (0: none) lets this begin now. Further attempts take the place that their first one was given. */
  admits(request: StartRequest): boolean {
    if (this.limit <= 0) return true;
    if (this.activePods >= this.limit) return false;
    return request.kind === 'attempt' || this.activeChildren < this.limit;
  }
}
