import { readFileSync } from 'node:fs';

/** Whether a process can still do anything: one whose memory the kernel has taken, which it does before it closes its files, cannot, though it has its id until it is waited for. */
export function isAlive(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/statm`, 'utf8').startsWith('0 ');
  } catch {
    return false;
  }
}
