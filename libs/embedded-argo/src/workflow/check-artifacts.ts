import type { Artifact } from '@millrace/argo';
import { isKeyInside } from './artifact-location.js';
import type { Findings } from './findings.js';
import { ARTIFACT_FIELDS, PACKING_FIELDS, S3_FIELDS, unsupportedFields } from './supported-fields.js';

/** `input` and `output` are of what runs and have a path; `passed` and `passed on` of what has tasks inside; `argument` is given to one of these. */
export type ArtifactSide = 'input' | 'output' | 'passed' | 'passed on' | 'argument';

export function checkArtifacts(artifacts: readonly Artifact[] | undefined, path: string, found: Findings, side: ArtifactSide): void {
  for (const artifact of artifacts ?? []) {
    const at = `${path}['${artifact.name}']`;
    found.unsupported.push(...unsupportedFields(artifact, ARTIFACT_FIELDS, at));
    found.unsupported.push(...unsupportedFields(artifact.s3 ?? {}, S3_FIELDS, `${at}.s3`), ...unsupportedFields(artifact.archive ?? {}, PACKING_FIELDS, `${at}.archive`));
    const key = artifact.s3?.key;
    if (key !== undefined && !key.includes('{{') && !isKeyInside(key)) found.invalid.push({ path: `${at}.s3.key`, message: `"${key}" must be relative and without ".."` });
    if ((side === 'input' || side === 'output') && (artifact.path ?? '') === '') found.invalid.push({ path: `${at}.path`, message: 'is required' });
    if (side === 'passed on' && artifact.from === undefined) found.invalid.push({ path: `${at}.from`, message: 'is required' });
    if (side === 'argument' && artifact.from === undefined && artifact.raw === undefined && artifact.s3 === undefined && artifact.optional !== true) {
      found.invalid.push({ path: at, message: 'needs from, raw or s3.key' });
    }
  }
}
