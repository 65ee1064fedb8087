import type { KubeClient } from '@millrace/kubernetes';
import type { Install } from './install.js';

/** What the checks of a cluster look at, with the rights of a kube config. */
export interface ClusterContext {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly install: Install;
  readonly clock: () => Date;
}
