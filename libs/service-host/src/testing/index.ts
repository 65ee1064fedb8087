/**
 * Replicas of a service as processes, for tests that kill them.
 *
 * @packageDocumentation
 */
export { ServiceReplicas, type ServiceReplica } from './service-replicas.js';
export { useServiceReplicas, type ReplicaSuite, type UsedReplicas } from './use-service-replicas.js';
