import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import type { Mount } from '../executor.js';
import type { PodSetting } from './pod-setting.js';

/** Somebody who is not root may write into no folder of an image: that one gets a mount, though it hides what the image has there. */
export function isFetched({ outputs, target }: Mount, user: string): boolean {
  return outputs !== undefined && (user.startsWith('0:') || target === '/');
}

/** Outputs that are in no mount stay in the container, where nothing of the image is hidden by them. One that is not there is nobody's fault here. */
export async function fetchOutputs(container: string, mounts: readonly Mount[], { client, user }: PodSetting): Promise<void> {
  for (const mount of mounts.filter((candidate) => isFetched(candidate, user))) {
    const { source, target, outputs = [] } = mount;
    for (const output of outputs) {
      const place = join(source, output);
      rmSync(place, { recursive: true, force: true });
      mkdirSync(dirname(place), { recursive: true, mode: 0o700 });
      await client.run(['cp', `${container}:${posix.join(target, output)}`, place]);
    }
  }
}
