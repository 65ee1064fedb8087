import type { Boundary } from './boundary.js';
import type { DagInstance, GroupInstance } from './dag-instance.js';
import type { StepsInstance } from './steps-instance.js';

/** Where a node that has not ended belongs: who wants to know when it does. */
export type Place = OwnerPlace | AttemptPlace;
export type OwnerPlace = { readonly kind: 'root' } | { readonly kind: 'exit' } | TaskPlace | ItemPlace | StepPlace | StepGroupPlace | HookPlace;
export interface TaskPlace {
  readonly kind: 'task';
  readonly dag: DagInstance;
  readonly task: string;
}
export interface ItemPlace {
  readonly kind: 'item';
  readonly dag: DagInstance;
  readonly group: GroupInstance;
  readonly name: string;
}
export interface StepPlace {
  readonly kind: 'step';
  readonly steps: StepsInstance;
  /** Of its group. */
  readonly index: number;
  /** As it is declared. */
  readonly step: string;
  /** With the item, when it fans out. */
  readonly name: string;
}
/** The StepGroup node itself. */
export interface StepGroupPlace {
  readonly kind: 'step-group';
  readonly steps: StepsInstance;
  readonly index: number;
}
/** An exit hook, which begins when what it belongs to has ended, and whose end is the end of that. */
export interface HookPlace {
  readonly kind: 'hook';
  readonly of: TaskPlace | ItemPlace | StepPlace;
  /** Id of the node that it follows. */
  readonly after: string;
}
export interface AttemptPlace {
  readonly kind: 'attempt';
  readonly retryId: string;
  /** Place of the Retry node. */
  readonly of: OwnerPlace;
}

function ownerOf(place: Place): OwnerPlace {
  return place.kind === 'attempt' ? place.of : place;
}

/** The DAG or Steps whose boundary the node is in; none for the root and the exit handler. */
export function boundaryOf(place: Place): Boundary | undefined {
  const owner = ownerOf(place);
  switch (owner.kind) {
    case 'root':
    case 'exit':
      return undefined;
    case 'task':
    case 'item':
      return owner.dag;
    case 'step':
    case 'step-group':
      return owner.steps;
    case 'hook':
      return boundaryOf(owner.of);
  }
}

/** Whether a deadline or a stop of the workflow leaves the node alone. */
export function isPartOfExit(place: Place): boolean {
  const owner = ownerOf(place);
  return owner.kind === 'exit' || owner.kind === 'hook' || boundaryOf(owner)?.exits === true;
}

/** `{{tasks.name}}` or `{{steps.name}}` inside the node's template. */
export function nameTagOf(place: Place): { readonly tag: string; readonly value: string } | undefined {
  const owner = ownerOf(place);
  if (owner.kind === 'task') return { tag: 'tasks.name', value: owner.task };
  if (owner.kind === 'item') return { tag: 'tasks.name', value: owner.name };
  return owner.kind === 'step' ? { tag: 'steps.name', value: owner.name } : undefined;
}

/** By which name others in the same boundary speak of the node. */
export function calledNameOf(place: Place): string | undefined {
  const owner = ownerOf(place);
  switch (owner.kind) {
    case 'task':
      return owner.task;
    case 'item':
      return owner.group.task;
    case 'step':
      return owner.step;
    default:
      return undefined;
  }
}
