/**
 * The Kubernetes API as Millrace uses it.
 *
 * @packageDocumentation
 */
export { hasRight, missingRights, type ReviewOptions, type Right } from './access-review.js';
export { clusterLayout, type ClusterLayoutOptions } from './cluster-layout.js';
export { expireWorkflows, type ExpireOptions } from './expire-workflows.js';
export { slowAnswers } from './gate-delay.js';
export { KubeClient, type KubeRequest } from './kube-client.js';
export { currentNamespace, loadKubeConfig } from './load-kube-config.js';
export { ExpiredError, isTransient, TooLargeError } from './kube-error.js';
export { KubernetesResourceStore, type KubernetesStoreOptions, type StoreHealth } from './kubernetes-resource-store.js';
export { KubernetesLeases, newMemberIdentity } from './leases/kubernetes-leases.js';
export { LeasedShards, type LeasedShardsOptions } from './leases/leased-shards.js';
export { KubernetesTaskLogs, type KubernetesTaskLogsOptions } from './logs/kubernetes-task-logs.js';
export { KubernetesAttemptPods } from './kubernetes-attempt-pods.js';
export { KubernetesRetriedAttempts, type KubernetesRetriedAttemptsOptions } from './kubernetes-retried-attempts.js';
export { KubernetesVolumeClaims } from './kubernetes-volume-claims.js';
