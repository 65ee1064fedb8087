/**
 * A real API server for tests, and as much of an engine as they need.
 *
 * @packageDocumentation
 */
export { freePort } from './free-port.js';
export { installFullCrds, whyNoFullCrds } from './full-crds.js';
export { installCrd, installScheduledWorkflowCrd, whyNoCrds } from './install-crds.js';
export { KubeApiServer, whyNoApiServer } from './kube-api-server.js';
export { startStandInArgo } from './stand-in-argo.js';
export { aNamespace, openTestCluster, whyNoCluster, type TestCluster } from './test-cluster.js';
export { TcpProxy } from './tcp-proxy.js';
export { useTestCluster, type UsedCluster } from './use-test-cluster.js';
