import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A PersistentVolumeClaim as an API server would show it. */
export interface Claim {
  readonly apiVersion: 'v1';
  readonly kind: 'PersistentVolumeClaim';
  readonly metadata: Readonly<Record<string, unknown>> & { readonly name: string; readonly namespace: string };
  readonly spec: Readonly<Record<string, unknown>>;
  readonly status: Readonly<Record<string, unknown>>;
}

/** What somebody wants a claim to be. */
export interface ClaimManifest {
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly spec?: Readonly<Record<string, unknown>>;
}

interface Stored {
  /** Who made it: asked again by the same, it is made once. */
  readonly owner: string;
  readonly claim: Claim;
}

const NAME = /^[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?$/;
const RECORDS = '.claims';

/**
 * PersistentVolumeClaims of one machine: folders `<folder>/<namespace>/<name>`. One that somebody made by hand is a claim too.
 * Sizes, access modes and storage classes are kept and mean nothing. Methods throw Error with a message for the user.
 */
export class ClaimFolders {
  constructor(readonly folder: string) {}

  /** The folder behind a claim, there or not. */
  path(namespace: string, name: string): string {
    for (const part of [namespace, name]) if (!NAME.test(part)) throw new Error(`PersistentVolumeClaim "${name}" must be named with lower-case letters, digits, "-" and "."`);
    return join(this.folder, namespace, name);
  }

  find(namespace: string, name: string): Claim | undefined {
    if (!existsSync(this.path(namespace, name))) return undefined;
    return this.#read(namespace, name)?.claim ?? claimOf(namespace, name, {}, '');
  }

  /** Makes a claim; the same owner may ask again. */
  create(namespace: string, name: string, manifest: ClaimManifest, owner: string, at: string): Claim {
    const before = this.#read(namespace, name);
    const folder = this.path(namespace, name);
    if (existsSync(folder) && before?.owner !== owner) throw new Error(`persistentvolumeclaims "${name}" already exists`);
    const claim = before?.owner === owner ? before.claim : claimOf(namespace, name, manifest, at);
    this.#write(namespace, name, { owner, claim });
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return claim;
  }

  /** Makes a claim, or changes what is said of one. */
  apply(namespace: string, name: string, manifest: ClaimManifest, owner: string, at: string): Claim {
    const before = this.find(namespace, name);
    if (before === undefined) return this.create(namespace, name, manifest, owner, at);
    const claim = claimOf(namespace, name, { metadata: { ...before.metadata, ...manifest.metadata }, spec: { ...before.spec, ...manifest.spec } }, at);
    this.#write(namespace, name, { owner: this.#read(namespace, name)?.owner ?? owner, claim });
    return claim;
  }

  /** Removes a claim with everything in it. False when there is none. */
  delete(namespace: string, name: string): boolean {
    const folder = this.path(namespace, name);
    const existed = existsSync(folder);
    rmSync(folder, { recursive: true, force: true });
    rmSync(this.#record(namespace, name), { force: true });
    return existed;
  }

  #record(namespace: string, name: string): string {
    return join(this.folder, namespace, RECORDS, `${name}.json`);
  }

  #read(namespace: string, name: string): Stored | undefined {
    try {
      return JSON.parse(readFileSync(this.#record(namespace, name), 'utf8')) as Stored;
    } catch {
      return undefined;
    }
  }

  #write(namespace: string, name: string, stored: Stored): void {
    const path = this.#record(namespace, name);
    mkdirSync(join(this.folder, namespace, RECORDS), { recursive: true, mode: 0o700 });
    writeFileSync(`${path}.new`, JSON.stringify(stored), { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }
}

function claimOf(namespace: string, name: string, { metadata = {}, spec = {} }: ClaimManifest, at: string): Claim {
  const requested = (spec['resources'] as { requests?: Record<string, unknown> } | undefined)?.requests;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { ...metadata, name, namespace, ...(at !== '' && { creationTimestamp: at }) },
    spec,
    // A folder is there at once, and as large as the disk.
    status: { phase: 'Bound', ...(spec['accessModes'] !== undefined && { accessModes: spec['accessModes'] }), ...(requested !== undefined && { capacity: requested }) },
  };
}
