import { createReadStream, existsSync, statSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { createGunzip } from 'node:zlib';
import type { Artifact } from '@millrace/argo';
import * as tar from 'tar';
import { isKeyInside, locationOf } from '../workflow/artifact-location.js';

/**
 * Where artifacts are kept on one machine: files and folders by key, as Argo keeps them in a bucket. Both directions may be repeated:
 * what is there is replaced as a whole.
 */
export class ArtifactFolder {
  constructor(readonly folder: string) {}

  /** The file behind a key, there or not. Throws Error with a message for the user when the key leads elsewhere. */
  path(key: string): string {
    if (!isKeyInside(key)) throw new Error(`the key "${key}" must be relative and without ".."`);
    return join(this.folder, key);
  }

  /** The last part of the key of an output artifact: a tar unless it says otherwise. */
  static fileName({ name, path = '', archive }: Artifact): string {
    return archive?.none === undefined ? `${name}.tgz` : basename(path);
  }

  /** Keeps what lies at `source` under the artifact's key. */
  async save(artifact: Artifact, key: string, source: string): Promise<void> {
    const target = this.path(key);
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    await replace(target, async (fresh) => {
      if (artifact.archive?.none !== undefined) return cp(source, fresh, { recursive: true, verbatimSymlinks: true });
      const level = artifact.archive?.tar?.compressionLevel;
      const options = { gzip: level === undefined ? true : { level }, file: fresh, portable: true } as const;
      const name = basename(artifact.path ?? source);
      if (basename(source) === name) return tar.create({ ...options, cwd: dirname(source) }, [name]);
      // A whole volume is called by the place where the task saw it.
      return tar.create({ ...options, cwd: source, prefix: name }, (await readdir(source)).sort());
    });
  }

  /** Puts an input artifact at `target`, unpacked if it is packed. False when it is optional and not there. */
  async load(artifact: Artifact, target: string): Promise<boolean> {
    const location = locationOf(artifact);
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    if (location === undefined) throw new Error(`required artifact '${artifact.name}' not supplied`);
    if ('raw' in location) {
      await replace(target, (fresh) => writeFile(fresh, location.raw, { mode: 0o644 }));
    } else {
      const source = this.path(location.key);
      if (!existsSync(source)) {
        if (artifact.optional === true) return false;
        throw new Error(`artifact ${artifact.name} failed to load: The specified key does not exist: ${location.key}`);
      }
      await replace(target, async (fresh) => {
        if (await isPacked(artifact, source)) return unpack(source, fresh);
        await cp(source, fresh, { recursive: true, verbatimSymlinks: true });
      });
    }
    if (artifact.mode !== undefined) await setMode(target, artifact.mode, artifact.recurseMode === true);
    return true;
  }
}

async function replace(target: string, make: (fresh: string) => Promise<unknown>): Promise<void> {
  const folder = await mkdtemp(`${target}.new-`);
  try {
    const fresh = join(folder, basename(target));
    await make(fresh);
    await rm(target, { recursive: true, force: true });
    await rename(fresh, target);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function isPacked({ archive }: Artifact, source: string): Promise<boolean> {
  if (archive?.none !== undefined || statSync(source).isDirectory()) return false;
  return archive?.tar !== undefined || isTarball(source);
}

/** Whether the first thing in a compressed file is a header of tar. */
async function isTarball(path: string): Promise<boolean> {
  const file = createReadStream(path, { end: 65_535 });
  const head: Buffer[] = [];
  try {
    for await (const chunk of file.pipe(createGunzip()) as AsyncIterable<Buffer>) {
      head.push(chunk);
      if (head.reduce((sum, { length }) => sum + length, 0) >= 512) break;
    }
  } catch {
    // Not compressed, or cut off where we stopped reading.
  } finally {
    file.destroy();
  }
  return Buffer.concat(head).subarray(257, 262).toString('latin1') === 'ustar';
}

/** As in Argo: what has one thing in it becomes that thing. */
async function unpack(source: string, target: string): Promise<void> {
  const folder = `${target}.unpacked`;
  await mkdir(folder, { mode: 0o700 });
  await tar.extract({ file: source, cwd: folder, strict: true });
  const entries = await readdir(folder);
  await rename(entries.length === 1 ? join(folder, entries[0]!) : folder, target);
}

async function setMode(path: string, mode: number, recurse: boolean): Promise<void> {
  await chmod(path, mode);
  if (!recurse || !(await stat(path)).isDirectory()) return;
  for (const entry of await readdir(path)) await setMode(join(path, entry), mode, true);
}
