import type { JsonValue } from '@millrace/pipeline-spec';
import type { Layout } from './layout.js';

/**
 * Where a task finds an artifact. The SDK computes this on its own from the same facts, so both must agree: object stores are
 * mounted below a folder named after their scheme, and any other URI is a path already. The SDK knows no file URIs, so it is told their paths.
 */
export function localPathOf(
  artifact: { readonly uri: string; readonly metadata?: Readonly<Record<string, JsonValue>>; readonly customPath?: string },
  layout: Pick<Layout, 'workspacePath'>,
): string {
  if (artifact.customPath !== undefined && artifact.customPath !== '') return artifact.customPath;
  const path = pathOfUri(artifact.uri);
  if (artifact.metadata?.['_kfp_workspace'] !== true) return path;
  return `${layout.workspacePath}/.artifacts/${path.replace(/^\/+/, '')}`;
}

/** The path of a URI in a container. */
export function pathOfUri(uri: string): string {
  for (const [scheme, mount] of MOUNTS) {
    if (uri.startsWith(scheme)) return mount + uri.slice(scheme.length);
  }
  // A modelcar's files lie in the models folder of the image that the URI names.
  if (isImageAddress(uri)) return `${imageMountOf(uri)}/models`;
  return fileOf(uri) ?? uri;
}

/** Whether a URI names an image. */
export function isImageAddress(uri: string): boolean {
  return uri.startsWith(IMAGE_SCHEME);
}

/** What an address of an image calls it. */
export function imageOf(uri: string): string {
  return uri.slice(IMAGE_SCHEME.length);
}

/** Where an image is mounted as a whole. */
export function imageMountOf(uri: string): string {
  return `/oci/${imageOf(uri).replaceAll('/', '_')}`;
}

/** The path that a file URI names on the machine; undefined when it is another URI, or of another host. */
export function fileOf(uri: string): string | undefined {
  const path = /^file:\/\/(?:localhost)?(\/.*)$/i.exec(uri)?.[1];
  if (path === undefined) return undefined;
  try {
    return decodeURIComponent(path);
  } catch {
    // A plain path with a percent sign behind the scheme, as people write them.
    return path;
  }
}

const IMAGE_SCHEME = 'oci://';
const MOUNTS = [
  ['gs://', '/gcs/'],
  ['s3://', '/s3/'],
  ['minio://', '/minio/'],
] as const;
