import type { Task } from '@millrace/database';

const FAR = new Date(8.64e15);

/** The sentence about tasks of which some failed: the one that failed first, and why; undefined when none did. */
export function failureOf(rows: readonly Task[]): string | undefined {
  const failed = rows.filter((row) => row.state === 'FAILED');
  const [first] = failed;
  if (first === undefined) return undefined;
  const earliest = failed.reduce((before, row) => ((row.finishedAt ?? FAR) < (before.finishedAt ?? FAR) ? row : before), first);
  const others = failed.length > 1 ? ` (and ${failed.length - 1} more)` : '';
  return `${earliest.displayName}: ${earliest.message || 'failed'}${others}`;
}
