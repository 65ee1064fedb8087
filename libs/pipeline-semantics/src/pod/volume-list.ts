import type { JsonObject } from '@millrace/pipeline-spec';
import { canonicalJson } from '../canonical-json.js';
import { sha256Hex } from '../sha256.js';

const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
/** Names of the volumes that a template has for the task's own files. */
const TAKEN = ['task-root', 'task-parameters'] as const;

/**
 * The volumes and mounts of a pod. A volume is called like the object behind it, where that is a name for a volume and free; what is
 * mounted twice is one volume.
 */
export class VolumeList {
  readonly volumes: JsonObject[] = [];
  readonly mounts: JsonObject[] = [];
  readonly #sources = new Map<string, string>(TAKEN.map((name) => [name, '']));

  /** Adds a mount, and its volume unless it is there. */
  mount(wanted: string, source: JsonObject, mountPath: string, more: JsonObject = {}): void {
    const text = canonicalJson(source);
    const name = this.#nameFor(wanted, text);
    if (this.#sources.get(name) !== text) {
      this.#sources.set(name, text);
      this.volumes.push({ name, ...source });
    }
    this.mounts.push({ name, mountPath, ...more });
  }

  #nameFor(wanted: string, source: string): string {
    const free = (name: string): boolean => this.#sources.get(name) === undefined || this.#sources.get(name) === source;
    if (LABEL.test(wanted) && free(wanted)) return wanted;
    const letters = wanted.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-').slice(0, 40).replaceAll(/^-+|-+$/g, '');
    return [letters || 'volume', sha256Hex(`${wanted}\n${source}`).slice(0, 8)].join('-');
  }
}
