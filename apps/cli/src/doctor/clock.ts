import { stat } from 'node:fs/promises';
import { failure, fine, type Check } from '@millrace/doctor';
import type { MachineContext } from './machine-context.js';

const AHEAD_MS = 60_000;
/** No machine that runs this is older. */
const BUILT = Date.parse('2026-01-01T00:00:00Z');

/** Whether the clock stands where it can: not before what it already was. */
export const clock: Check<Pick<MachineContext, 'folder' | 'clock'>> = {
  name: 'clock',
  async examine({ folder, clock: now }) {
    const at = now().getTime();
    const written = await Promise.all([folder.database, `${folder.database}-wal`, folder.engine].map((path) => stat(path).then(({ mtimeMs }) => mtimeMs, () => 0)));
    const newest = Math.max(BUILT, ...written);
    if (at >= newest - AHEAD_MS) return [fine(`${new Date(at).toISOString()}, ${Intl.DateTimeFormat().resolvedOptions().timeZone}.`)];
    return [failure({ what: `The clock says ${new Date(at).toISOString()}, but ${newest === BUILT ? 'this version is newer' : `the data was written at ${new Date(newest).toISOString()}`}.`, why: 'Schedules wait for a time that was, certificates of package indexes are refused, and runs seem to end before they began.', remedy: 'Set the clock: timedatectl set-ntp true.' })];
  },
};
