import { definitions } from '../definitions.js';
import type { Check } from '../finding.js';
import { argoController } from './argo-controller.js';
import { autoscaling } from './autoscaling.js';
import type { ClusterContext } from './cluster-context.js';
import { installedKfp } from './installed-kfp.js';
import { kubernetesApi } from './kubernetes-api.js';
import { leases } from './leases.js';
import { namespacePolicy } from './namespace-policy.js';
import { objectStoreSecret } from './object-store-secret.js';
import { podsAccount } from './pods-account.js';
import { serviceRights } from './service-rights.js';
import { serviceView } from './service-view.js';
import { services } from './services.js';
import { storageClass } from './storage-class.js';

/** Everything that is looked at on a cluster, in the order in which it is told. */
export const clusterChecks: readonly Check<ClusterContext>[] = [
  kubernetesApi, definitions, namespacePolicy, storageClass, argoController, podsAccount, objectStoreSecret, installedKfp, services, serviceRights, leases, autoscaling, serviceView,
];
