/**
 * ObjectStore: where artifacts live.
 *
 * @packageDocumentation
 */
export { FileObjectStore } from './file-object-store.js';
export type { FileObjectStoreOptions } from './file-object-store.js';
export type { ObjectEntry, ObjectInfo, ObjectStore } from './object-store.js';
