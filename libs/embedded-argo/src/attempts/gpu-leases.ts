import { deviceProblems, deviceWarnings, gpuCount, type Accelerators } from '../pod/devices.js';

/** What an attempt is given of the devices that it asks for. */
export interface DeviceGrant {
  readonly gpus: number;
  /** What it goes without, for its log; empty when it has all. */
  readonly notice: string;
}

/** GPUs of this machine, each given to at most one attempt at a time. */
export class GpuLeases {
  private readonly free: string[];
  private readonly held = new Map<string, readonly string[]>();
  private waiting: { id: string; count: number; give: (devices: readonly string[] | undefined) => void }[] = [];

  /** @param accelerators what becomes of an attempt that asks for more than there is */
  constructor(
    readonly devices: readonly string[],
    private readonly accelerators: Accelerators = 'required',
  ) {
    this.free = [...devices];
  }

  /** How many GPUs an attempt that asks for these devices is to acquire, or why it cannot run. */
  grant(asked: Readonly<Record<string, number>> = {}): DeviceGrant | { readonly refusal: string } {
    const there = this.devices.length;
    const problems = deviceProblems(asked, there);
    if (problems.length > 0 && this.accelerators === 'required') return { refusal: problems.join(' ') };
    // Under several names a task may ask for more than there is, though of none too many.
    return { gpus: Math.min(gpuCount(asked), there), notice: deviceWarnings(asked, there).join(' ') };
  }

  /** Resolves in order of asking, once enough devices are free; with undefined when it was released before. `count` is at most what there is. */
  acquire(id: string, count: number): Promise<readonly string[] | undefined> {
    return new Promise((give) => {
      this.waiting.push({ id, count, give });
      this.serve();
    });
  }

  /** For an attempt that runs already. */
  hold(id: string, devices: readonly string[]): void {
    this.held.set(id, devices);
    for (const device of devices) {
      const at = this.free.indexOf(device);
      if (at >= 0) this.free.splice(at, 1);
    }
  }

  release(id: string): void {
    for (const waiter of this.waiting.filter((one) => one.id === id)) waiter.give(undefined);
    this.waiting = this.waiting.filter((one) => one.id !== id);
    for (const device of this.held.get(id) ?? []) if (this.devices.includes(device)) this.free.push(device);
    this.held.delete(id);
    this.serve();
  }

  private serve(): void {
    while (this.waiting.length > 0 && this.waiting[0]!.count <= this.free.length) {
      const { id, count, give } = this.waiting.shift()!;
      const devices = this.free.splice(0, count);
      this.held.set(id, devices);
      give(devices);
    }
  }
}
