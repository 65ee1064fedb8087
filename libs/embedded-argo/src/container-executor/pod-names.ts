import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';

/** On every container of an installation; its value says which. */
export const OWNER_LABEL = 'millrace.owner';
/** The id of the attempt that a container is of. */
export const ATTEMPT_LABEL = 'millrace.attempt';
/** "main", or the name of an init container or sidecar. */
export const CONTAINER_LABEL = 'millrace.container';

/** The name of an installation among all whose containers one engine runs: where it keeps its attempts. */
export function ownerOf(folder: string): string {
  return digest(realpathSync(folder));
}

/** Names that can be told before a container exists, so that one that was half begun is found again. */
export function containerName(owner: string, attempt: string, container: string): string {
  const workflow = attempt.split('/').at(-1)!.toLowerCase().replaceAll(/[^a-z0-9-]/g, '-').slice(0, 40);
  return `millrace-${workflow}-${digest(`${owner} ${attempt}`)}-${container}`;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
