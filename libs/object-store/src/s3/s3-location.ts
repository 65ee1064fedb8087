import { PipelineError } from '@millrace/errors';

/** Schemes of stores that speak S3; KFP's `minio://` and `s3://` differ only in how they are configured. */
export const S3_SCHEMES = ['minio', 's3'] as const;
export type S3Scheme = (typeof S3_SCHEMES)[number];

export interface S3Location {
  readonly scheme: S3Scheme;
  readonly bucket: string;
  /** Without a slash at either end; empty for the whole bucket. */
  readonly key: string;
}

/** What `minio://bucket/key` or `s3://bucket/key` names; undefined for any other address, and for a key with `..` or control characters. */
export function parseS3Uri(uri: string): S3Location | undefined {
  const [, scheme, bucket, rest = ''] = /^(minio|s3):\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/s.exec(uri) ?? [];
  if (scheme === undefined || bucket === undefined) return undefined;
  if (rest.split('/').includes('..') || /\p{Cc}/u.test(rest)) return undefined;
  return { scheme: scheme as S3Scheme, bucket, key: rest.replace(/^\/+|\/+$/g, '') };
}

/** As `parseS3Uri`; INVALID_ARGUMENT for what it does not take. */
export function requireS3Location(uri: string): S3Location {
  const location = parseS3Uri(uri);
  if (location) return location;
  throw new PipelineError('INVALID_ARGUMENT', `${uri} is not the address of an object: it takes minio://bucket/key or s3://bucket/key, without "..".`);
}
