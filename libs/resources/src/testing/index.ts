/**
 * What a ResourceStore adapter has to pass.
 *
 * @packageDocumentation
 */
export { aGatedWorkflow, describeResourceStore, type OpenedStore } from './resource-store-contract.js';
export { aSchedule, describeSchedules } from './schedule-contract.js';
