import { existsSync, readFileSync, statSync } from 'node:fs';
import type { Artifact, Outputs, Parameter, Template } from '@millrace/argo';
import type { Mount } from '../executor.js';
import { hostPathOf } from './volume-mounts.js';

/** All output parameters of one task together: what Argo can store as well (etcd's limit for one object). */
export const OUTPUT_PARAMETERS_LIMIT = 1_572_864;

export interface CollectedOutputs {
  readonly outputs: Outputs;
  /** Why the node cannot have succeeded. */
  readonly problem?: string;
}

/**
 * Reads what a finished attempt left at its declared output paths: parameters by value, less one trailing newline; artifacts stay
 * where they are. A missing file without default is a problem, as is too much text.
 */
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
    } else {
      const value = text.replace(/\n$/, '');
      room -= Buffer.byteLength(value);
      parameters.push({ ...parameter, value });
    }
  }
  const artifacts: Artifact[] = [];
  for (const artifact of template.outputs?.artifacts ?? []) {
    const path = artifact.path ?? '';
    if (existsSync(hostPathOf(path, mounts) ?? path)) artifacts.push(artifact);
    else if (artifact.optional !== true) problems.push(`artifact ${artifact.name} failed to save: ${path}: no such file or directory`);
  }
  const outputs: Outputs = {
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(artifacts.length === 0 ? {} : { artifacts }),
    ...(exitCode === undefined ? {} : { exitCode: String(exitCode) }),
  };
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
