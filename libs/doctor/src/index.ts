/**
 * What is wrong with an install, why it matters and what to do.
 *
 * @packageDocumentation
 */
export { describeFindings, exitCodeOf } from './describe-findings.js';
export { examine, type ExamineOptions } from './examine.js';
export { failure, fine, unknown, warning, type Check, type Outcome } from './finding.js';
export { clusterChecks } from './cluster/index.js';
export type { ClusterContext } from './cluster/cluster-context.js';
export { findInstall, type Install } from './cluster/install.js';
export { createDiagnosis } from './diagnose.js';
export { migrationOutcomes } from './service/database.js';
export { serviceChecks } from './service/index.js';
export type { ServiceContext } from './service/service-context.js';
export { argoPace } from './service/argo-pace.js';
export { definitions } from './definitions.js';
