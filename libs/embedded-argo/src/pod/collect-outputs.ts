import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Artifact, Outputs, Parameter, Template } from '@millrace/argo';
import type { Mount } from '../executor.js';
import { ArtifactFolder } from './artifact-folder.js';
import { hostPathOf } from './volume-mounts.js';

/** All output parameters of one task together: what Argo can store as well (etcd's limit for one object). */
export const OUTPUT_PARAMETERS_LIMIT = 1_572_864;

export interface CollectedOutputs {
  readonly outputs: Outputs;
  /** Why the node cannot have succeeded. */
  readonly problem?: string;
}

/** Reads the output parameters that a finished attempt left, less one trailing newline. A missing file without default is a problem, as is too much text. */
export function collectOutputs(template: Template, mounts: readonly Mount[], exitCode: number | undefined): CollectedOutputs {
  const parameters: Parameter[] = [];
  const problems: string[] = [];
  let room = OUTPUT_PARAMETERS_LIMIT;
  for (const parameter of template.outputs?.parameters ?? []) {
    const path = parameter.valueFrom?.path;
    if (path === undefined) continue;
    const read = readText(hostPathOf(path, mounts) ?? path, room);
    const text = 'text' in read ? read.text : parameter.valueFrom?.default;
    if ('tooLarge' in read) {
      problems.push(`output parameter "${parameter.name}" makes the outputs larger than ${OUTPUT_PARAMETERS_LIMIT} bytes; write large values to an artifact`);
    } else if (text === undefined) {
      problems.push(`open ${path}: no such file or directory`);
      parameters.push(parameter);
    } else {
      const value = text.replace(/\n$/, '');
      room -= Buffer.byteLength(value);
      parameters.push({ ...parameter, value });
    }
  }
  const outputs: Outputs = {
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(exitCode === undefined ? {} : { exitCode: String(exitCode) }),
  };
  return problems.length === 0 ? { outputs } : { outputs, problem: problems.join('; ') };
}

/**
 * Keeps the artifacts that a finished attempt left, each under a key that begins with `prefix` unless it names its own. One that is missing and
 * not optional is a problem.
 */
export async function collectArtifacts(template: Template, mounts: readonly Mount[], store: ArtifactFolder, prefix: string): Promise<CollectedOutputs> {
  const artifacts: Artifact[] = [];
  const problems: string[] = [];
  for (const artifact of template.outputs?.artifacts ?? []) {
    const path = artifact.path ?? '';
    const source = hostPathOf(path, mounts) ?? path;
    if (!existsSync(source)) {
      if (artifact.optional !== true) problems.push(`artifact ${artifact.name} failed to save: ${path}: no such file or directory`);
      continue;
    }
    const key = artifact.s3?.key ?? join(prefix, ArtifactFolder.fileName(artifact));
    try {
      await store.save(artifact, key, source);
      artifacts.push({ ...artifact, s3: { ...artifact.s3, key } });
    } catch (error) {
      problems.push(`artifact ${artifact.name} failed to save: ${(error as Error).message}`);
    }
  }
  const outputs: Outputs = artifacts.length === 0 ? {} : { artifacts };
  return problems.length === 0 ? { outputs } : { outputs, problem: problems.join('; ') };
}

function readText(path: string, limit: number): { readonly text: string } | { readonly missing: true } | { readonly tooLarge: true } {
  try {
    const stat = statSync(path);
    // Reading a pipe or a device would hold up the whole engine.
    if (!stat.isFile()) return { missing: true };
    if (stat.size > limit + 1) return { tooLarge: true };
    return { text: readFileSync(path, 'utf8') };
  } catch {
    return { missing: true };
  }
}
