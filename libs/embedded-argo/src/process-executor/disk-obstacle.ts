/** What an attempt waits for that cannot begin because of the disk; undefined for faults that do not pass. */
export function diskObstacle(error: unknown): string | undefined {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return 'waiting for room on the disk';
    case 'EROFS':
      return 'waiting until the disk can be written: it is read-only';
    default:
      return undefined;
  }
}
