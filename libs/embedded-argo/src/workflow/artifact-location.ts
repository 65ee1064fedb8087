import type { Artifact } from '@millrace/argo';

/** Where an artifact is: text inside the workflow, or a key in the place where artifacts are kept. */
export type ArtifactLocation = { readonly raw: string } | { readonly key: string };

/** Undefined when the artifact says nothing about it. */
export function locationOf(artifact: Artifact): ArtifactLocation | undefined {
  if (artifact.raw !== undefined) return { raw: artifact.raw.data };
  const key = artifact.s3?.key;
  return key === undefined || key === '' ? undefined : { key };
}

/** The artifact that lies below another, by a path inside it. */
export function withSubPath(artifact: Artifact, subPath: string): Artifact {
  const location = locationOf(artifact);
  if (location === undefined || 'raw' in location) return artifact;
  return { ...artifact, s3: { ...artifact.s3, key: `${location.key.replace(/\/$/, '')}/${subPath.replace(/^\//, '')}` } };
}

/** Whether a key stays below the place where artifacts are kept. */
export function isKeyInside(key: string): boolean {
  return key !== '' && !key.startsWith('/') && !key.includes('\0') && key.split('/').every((part) => part !== '..' && part !== '.');
}
