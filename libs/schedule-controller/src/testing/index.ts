/**
 * Schedules without a substrate, for tests.
 *
 * @packageDocumentation
 */
export { MemoryStore } from './memory-store.js';
