import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { constants, cp, rename, rm } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { PipelineError } from '@millrace/errors';
import { toTimestamp, type Clock } from '../clock.js';
import type { MountedFolders } from '../engine/mounted-folders.js';
import type { ClaimFolders, ClaimManifest } from './claim-folders.js';

/** A claim, and on whose behalf something is done with it: what was done for the same owner before is not done twice. */
export interface OwnedClaim {
  readonly namespace: string;
  readonly name: string;
  readonly owner: string;
}

const DELETED = '.deleted';

/** Volume claims as tasks of pipelines make, delete and fill them. Errors are PipelineError. */
export class ClaimVolumes {
  constructor(private readonly parts: { readonly claims: ClaimFolders; readonly mounted: MountedFolders; readonly clock: Clock }) {}

  /** Makes a claim. One that somebody else made is an ALREADY_EXISTS, unless it may be used again. */
  async create({ namespace, name, owner, manifest, reuse }: OwnedClaim & { readonly manifest: ClaimManifest; readonly reuse: boolean }): Promise<void> {
    const { claims, clock } = this.parts;
    const folder = pathOf(claims, namespace, name);
    if (reuse && claims.find(namespace, name) !== undefined) return;
    try {
      claims.create(namespace, name, manifest, owner, toTimestamp(clock.now()));
    } catch (cause) {
      throw new PipelineError('ALREADY_EXISTS', `The volume "${name}" exists already (${folder}); delete it with DeletePVC, or let CreatePVC choose a name with pvc_name_suffix.`, { cause });
    }
  }

  /** Removes a claim with what is in it. NOT_FOUND when there is none, FAILED_PRECONDITION while a task uses it. */
  async delete({ namespace, name, owner }: OwnedClaim): Promise<void> {
    const { claims, mounted } = this.parts;
    const folder = pathOf(claims, namespace, name);
    // Left behind before the folder goes: whoever is cut off in between finds that it was this owner.
    const trace = join(claims.folder, namespace, DELETED, owner.replaceAll(/[^-.\w]/g, '_'));
    if (!existsSync(folder)) {
      if (existsSync(trace)) return;
      throw new PipelineError('NOT_FOUND', `There is no volume "${name}" to delete (${folder}); create it with CreatePVC, or leave out the task.`);
    }
    if (mounted.isMounted(folder)) throw new PipelineError('FAILED_PRECONDITION', `The volume "${name}" cannot be deleted while a task uses it; let DeletePVC run after that task.`);
    mkdirSync(dirname(trace), { recursive: true, mode: 0o700 });
    writeFileSync(trace, '');
    claims.delete(namespace, name);
  }

  /** Copies a file or folder of this machine into a claim, whole or not at all. FAILED_PRECONDITION when it is not there. */
  async copyIn({ namespace, name, from, to }: { readonly namespace: string; readonly name: string; readonly from: string; readonly to: string }): Promise<void> {
    const folder = pathOf(this.parts.claims, namespace, name);
    const target = join(folder, to);
    if (relative(folder, target).startsWith('..')) throw new PipelineError('INVALID_ARGUMENT', `"${to}" is not inside the volume "${name}".`);
    if (!existsSync(from)) throw new PipelineError('FAILED_PRECONDITION', `There is nothing at "${from}" to copy into the workspace; give the path of a file or folder of this machine.`);
    mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
    const aside = `${target}.copying`;
    rmSync(aside, { recursive: true, force: true });
    await cp(from, aside, { recursive: true, dereference: true, mode: constants.COPYFILE_FICLONE });
    await rm(target, { recursive: true, force: true });
    await rename(aside, target);
  }
}

function pathOf(claims: ClaimFolders, namespace: string, name: string): string {
  try {
    return claims.path(namespace, name);
  } catch (cause) {
    throw new PipelineError('INVALID_ARGUMENT', `${(cause as Error).message}.`, { cause });
  }
}
