import { access, constants, stat } from 'node:fs/promises';
import { failure, fine, warning, type Check } from '@millrace/doctor';
import type { MachineContext } from './machine-context.js';

/** Whether the data folder can be used, and by whom. */
export const dataFolder: Check<Pick<MachineContext, 'folder'>> = {
  name: 'data-folder',
  async examine({ folder }) {
    const found = await stat(folder.path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (found === undefined) return [fine(`${folder.path} is not there yet; the first start makes it.`)];
    const complaint = { why: 'Millrace does not start with it.', remedy: 'Choose another with --data-dir or MILLRACE_HOME, or give it to this user (chown -R).' };
    if (!found.isDirectory()) return [failure({ what: `${folder.path} is no folder.`, ...complaint })];
    for (const path of [folder.path, folder.database, folder.engine, folder.attempts, folder.artifacts]) {
      const problem = await access(path, constants.R_OK | constants.W_OK).then(() => undefined, ({ code }: NodeJS.ErrnoException) => (code === 'ENOENT' ? undefined : code));
      if (problem !== undefined) return [failure({ what: `${path} cannot be written by this user (${problem}).`, ...complaint })];
    }
    if ((found.mode & 0o077) === 0) return [fine(`${folder.path} can be used, by this user alone.`)];
    return [warning({ what: `Others of this machine may look into ${folder.path}.`, why: 'It holds logs, artifacts and secrets of runs.', remedy: `chmod 700 ${folder.path} (the next start does it).` })];
  },
};
