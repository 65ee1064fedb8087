import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { failure, fine, warning, type Check } from '@millrace/doctor';
import { describeBytes } from '@millrace/object-store';
import type { MachineContext } from './machine-context.js';

const LITTLE_BYTES = 5 * 2 ** 30;
const NONE_BYTES = 200 * 2 ** 20;
const LITTLE_FILES = 50_000;

/** What is left of the disk that the data is on. */
export const space: Check<Pick<MachineContext, 'folder'>> = {
  name: 'space',
  async examine({ folder }) {
    const { bavail, bsize, ffree, files } = await statfs(await nearest(folder.path));
    const free = bavail * bsize;
    const remedy = 'millrace gc --remove removes what deleted runs left; delete runs that nobody needs, or move the data folder (--data-dir).';
    if (free < NONE_BYTES) return [failure({ what: `${describeBytes(free)} are free for ${folder.path}.`, why: 'Requests are refused, and what tasks write is lost.', remedy })];
    if (free < LITTLE_BYTES) return [warning({ what: `${describeBytes(free)} are free for ${folder.path}.`, why: 'Environments of Python and artifacts fill that soon.', remedy })];
    // Some file systems have no such number.
    if (files > 0 && ffree < LITTLE_FILES) return [warning({ what: `${ffree} further files can be made on the disk of ${folder.path}.`, why: 'Each run makes dozens, each environment thousands.', remedy })];
    return [fine(`${describeBytes(free)} are free for ${folder.path}.`)];
  },
};

/** The folder itself, or the one that it would be made in. */
async function nearest(path: string): Promise<string> {
  for (let candidate = path; ; candidate = dirname(candidate)) {
    const there = await statfs(candidate).then(() => true, () => false);
    if (there || candidate === dirname(candidate)) return candidate;
  }
}
