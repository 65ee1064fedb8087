import type { DagInstance, GroupInstance } from './dag-instance.js';

/** Where a node that has not ended belongs: who wants to know when it does. */
export type Place = OwnerPlace | AttemptPlace;
export type OwnerPlace = { readonly kind: 'root' } | TaskPlace | ItemPlace;
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
export interface AttemptPlace {
  readonly kind: 'attempt';
  readonly retryId: string;
  /** Place of the Retry node. */
  readonly of: OwnerPlace;
}

function ownerOf(place: Place): OwnerPlace {
  return place.kind === 'attempt' ? place.of : place;
}

/** The DAG whose boundary the node is in; none for the root. */
export function boundaryOf(place: Place): DagInstance | undefined {
  const owner = ownerOf(place);
  return owner.kind === 'root' ? undefined : owner.dag;
}

/** `{{tasks.name}}` inside the node's template. */
export function taskNameOf(place: Place): string | undefined {
  const owner = ownerOf(place);
  return owner.kind === 'task' ? owner.task : owner.kind === 'item' ? owner.name : undefined;
}
