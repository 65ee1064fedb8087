import type { Arguments, NodeStatus } from '@millrace/argo';
import type { OwnerPlace, Place } from './place.js';

/** How a boundary has its children begun, once they may. */
export interface Starter {
  execute(place: OwnerPlace, nodeName: string, use: { readonly template: string; readonly arguments?: Arguments }, parents: readonly string[]): void;
  attempt(retryId: string): void;
  /** Takes over a node that an earlier process left unfinished. */
  adopt(place: Place, node: NodeStatus): void;
}
