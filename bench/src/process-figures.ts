import { readFileSync } from 'node:fs';

/** Resident memory of a process in MiB; undefined where there is no /proc. */
export function memoryOf(pid: number): { readonly now: number; readonly peak: number } | undefined {
  return lookAt(() => {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const mib = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)![1]) / 1024;
    return { now: mib('VmRSS'), peak: mib('VmHWM') };
  });
}

/**
 * Processor time so far in milliseconds, of a process and of the children that it waited for; the kernel counts in ticks of 10 ms. Other load on the machine hardly
 * changes it. Undefined where there is no /proc.
 */
export function processorOf(pid: number): { readonly own: number; readonly children: number } | undefined {
  return lookAt(() => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ').map(Number);
    return { own: (fields[11]! + fields[12]!) * 10, children: (fields[13]! + fields[14]!) * 10 };
  });
}

function lookAt<Figure>(look: () => Figure): Figure | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
