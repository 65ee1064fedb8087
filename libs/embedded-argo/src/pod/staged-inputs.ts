import { join, posix } from 'node:path';
import type { Artifact, Template } from '@millrace/argo';
import type { Mount } from '../executor.js';
import { locationOf } from '../workflow/artifact-location.js';
import { hostPathOf } from './volume-mounts.js';

/** A file or folder that has to lie somewhere before the task begins. */
export interface StagedInput {
  readonly artifact: Artifact;
  /** On the machine. */
  readonly target: string;
}

/** Where Argo puts the source of a script. */
export const SCRIPT_PATH = '/argo/staging/script';

/**
 * What is to be put in place for a template, and the mounts that show it to the task. An input inside a volume is put into that. Throws
 * Error with a message for the user.
 */
export function stageInputs(template: Template, volumes: readonly Mount[], podFolder: string): { readonly staged: StagedInput[]; readonly mounts: Mount[] } {
  const staged: StagedInput[] = [];
  const mounts: Mount[] = [];
  const stage = (artifact: Artifact, path: string): void => {
    if (!posix.isAbsolute(path) || posix.normalize(path) === '/') throw new Error(`input artifact "${artifact.name}" has a path that is not absolute: "${path}"`);
    const inVolume = hostPathOf(path, volumes);
    const target = inVolume ?? join(podFolder, 'inputs', String(staged.length), posix.basename(path));
    staged.push({ artifact, target });
    if (inVolume === undefined) mounts.push({ source: target, target: posix.normalize(path).replace(/(?<=.)\/$/, '') });
  };
  for (const artifact of template.inputs?.artifacts ?? []) {
    if (artifact.path === undefined || artifact.path === '') continue;
    if (locationOf(artifact) !== undefined) stage(artifact, artifact.path);
    else if (artifact.optional !== true) throw new Error(`required artifact '${artifact.name}' not supplied`);
  }
  if (template.script !== undefined) stage({ name: 'script', raw: { data: template.script.source }, mode: 0o755, archive: { none: {} } }, SCRIPT_PATH);
  return { staged, mounts };
}
