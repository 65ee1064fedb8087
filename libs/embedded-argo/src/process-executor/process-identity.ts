import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** What the supervisor notes about the process of an attempt, so that it can be found, and not mistaken, later. */
export interface LiveRecord {
  readonly id: string;
  readonly folder: string;
  /** Where its /tmp lies. */
  readonly scratch: string;
  readonly pid: number;
  readonly startTicks: number | null;
  readonly bootId: string;
  readonly mountNamespace: string | null;
  readonly startedAt: number;
}

/** False when the process ended, when its number went to another one, or when the machine started anew since. */
export function isSameProcess(known: Pick<LiveRecord, 'pid' | 'startTicks' | 'bootId'>): boolean {
  if (known.startTicks === null) return isAlive(known.pid);
  const stat = readStat(known.pid);
  // A zombie has ended, whoever forgot to look.
  return known.bootId === bootId() && stat?.startTicks === known.startTicks && stat.state !== 'Z';
}

/** Ends, at once, everything an attempt left behind whose supervisor is gone. Resolves when it has ended. */
export async function killLeftovers(record: LiveRecord): Promise<void> {
  for (let round = 0; round < 100; round += 1) {
    const found = findLeftovers(record);
    if (found.length === 0) return;
    for (const pid of found) signal(pid, 'SIGKILL');
    await sleep(20);
  }
}

function findLeftovers(record: LiveRecord): number[] {
  if (process.platform !== 'linux') return isAlive(-record.pid) ? [-record.pid] : [];
  if (record.bootId !== bootId()) return [];
  const born = record.startTicks ?? 0;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      const stat = readStat(pid);
      if (!stat || stat.state === 'Z' || stat.startTicks < born) return false;
      // A number is not given again while a session carries it, so a younger member of the session is the attempt's.
      return stat.session === record.pid || isInPrivateRoot(pid, record) || carries(pid, `MILLRACE_ATTEMPT=${record.id}`);
    });
}

function readStat(pid: number): { state: string; session: number; startTicks: number } | undefined {
  const text = read(`/proc/${pid}/stat`);
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  return fields && { state: fields[0]!, session: Number(fields[3]), startTicks: Number(fields[19]) };
}

/** The kernel gives a namespace's number again once its last process is gone; whose it is by now, its /tmp tells. */
function isInPrivateRoot(pid: number, record: Pick<LiveRecord, 'scratch' | 'mountNamespace'>): boolean {
  if (record.mountNamespace === null || mountNamespace(pid) !== record.mountNamespace) return false;
  // As the file system on which it lies has it: without what is above.
  return read(`/proc/${pid}/mountinfo`)?.includes(`/${record.scratch.split('/').slice(-3).join('/')}/tmp `) ?? false;
}

function mountNamespace(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/mnt`);
  } catch {
    return undefined;
  }
}

function carries(pid: number, entry: string): boolean {
  return read(`/proc/${pid}/environ`)?.split('\0').includes(entry) ?? false;
}

function bootId(): string {
  return read('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended meanwhile.
  }
}
