/**
 * ObjectStore: where artifacts live.
 *
 * @packageDocumentation
 */
export { describeBytes } from './describe-bytes.js';
export { FileObjectStore } from './file-object-store.js';
export type { FileObjectStoreOptions } from './file-object-store.js';
export type { ObjectEntry, ObjectInfo, ObjectStore } from './object-store.js';
export { S3ObjectStore } from './s3/s3-object-store.js';
export type { S3Keys, S3ObjectStoreOptions } from './s3/s3-object-store.js';
export { parseS3Uri, type S3Location } from './s3/s3-location.js';
export { parseS3Providers, readEndpoint } from './s3/s3-providers.js';
export type { S3CredentialSource, S3Provider, S3Providers } from './s3/s3-providers.js';
export { unpackObject } from './unpack-object.js';
