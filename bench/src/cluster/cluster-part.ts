import type { ClusterUnderTest } from './cluster-under-test.js';

export interface PartOptions {
  /** Sizes that take up to ten minutes; otherwise one or two. */
  readonly full: boolean;
  /** Pods that nodes run, or ones that end at once: where what is measured allows either. */
  readonly pods: 'real' | 'instant';
  /** A number that `--name=value` gives in place of the part's own. */
  readonly size: (name: string, byDefault: number) => number;
}

/** One table. */
export type ClusterPart = (cluster: ClusterUnderTest, options: PartOptions) => Promise<void>;
