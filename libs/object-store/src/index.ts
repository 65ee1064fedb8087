/**
 * ObjectStore: where artifacts live.
 *
 * @packageDocumentation
 */
export type { ObjectEntry, ObjectInfo, ObjectStore } from './object-store.js';
