import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const NAME = /^[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?$/;
const KEY = /^(?!\.\.?$)[-._a-zA-Z0-9]+$/;

/** What pods refer to by name and key. */
export interface KeyedObjects {
  readonly secrets: KeyedFolders;
  readonly configMaps: KeyedFolders;
}

/**
 * Secrets or config maps of one machine: `<folder>/<name>/<key>`, files that their owner makes. Read when a task starts and never
 * written. Methods throw Error with a message for the user.
 */
export class KeyedFolders {
  constructor(
    /** `secret` or `config map`. */
    readonly kind: string,
    readonly folder: string,
  ) {}

  /** The folder with a file for each key; undefined where an optional one is missing. */
  path(name: string, { optional = false }: { readonly optional?: boolean } = {}): string | undefined {
    const path = this.#of(name);
    if (isFolder(path)) return path;
    if (optional) return undefined;
    throw new Error(`the ${this.kind} "${name}" does not exist: on one machine it is a folder with a file for each key; make ${path}`);
  }

  /** One value as a variable has it: the text of the file, without a last newline. Undefined where it is optional and missing. */
  value(name: string, key: string, options: { readonly optional?: boolean } = {}): string | undefined {
    const path = this.file(name, key, options);
    return path === undefined ? undefined : readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  }

  /** The file of one key; undefined where it is optional and missing. */
  file(name: string, key: string, options: { readonly optional?: boolean } = {}): string | undefined {
    if (!KEY.test(key)) throw new Error(`"${key}" is no key of a ${this.kind}; use letters, digits, "-", "_" and "."`);
    const folder = this.path(name, options);
    if (folder === undefined) return undefined;
    const path = join(folder, key);
    if (existsSync(path)) return path;
    if (options.optional === true) return undefined;
    throw new Error(`the ${this.kind} "${name}" has no key "${key}": on one machine it is a file; make ${path}`);
  }

  /** The keys in the order of their names; none where it is optional and missing. */
  keys(name: string, options: { readonly optional?: boolean } = {}): string[] {
    const folder = this.path(name, options);
    return folder === undefined ? [] : readdirSync(folder).filter((key) => KEY.test(key)).sort();
  }

  #of(name: string): string {
    if (!NAME.test(name)) throw new Error(`a ${this.kind} cannot be called "${name}"; use lower-case letters, digits, "-" and "."`);
    return join(this.folder, name);
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
