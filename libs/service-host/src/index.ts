/**
 * What every service of a cluster install is made of.
 *
 * @packageDocumentation
 */
export { Checks, type Check } from './checks.js';
export { clusterSettings, databaseSettings, databaseUrl, type ClusterSettings, type DatabaseSettings } from './cluster-settings.js';
export { createMetrics, type Metrics } from './metrics.js';
export { countEnds, tellOpenRuns } from './observe-database.js';
export { countObjectErrors } from './observe-objects.js';
export { createLog, type Log, type LogLevel } from './log.js';
export { openCluster, rightsScope, watchedNamespace, type Cluster } from './open-cluster.js';
export { openObjects } from './open-objects.js';
export { flag, list, readSettings, requiredText, text, wholeNumber } from './read-settings.js';
export { readOrExit, runService, type ServiceContext, type ServiceOptions } from './run-service.js';
export { rightsOf, type RightsScope, type ServiceName } from './service-rights.js';
export { waitUntil } from './wait-until.js';
export { watchRights } from './watch-rights.js';
