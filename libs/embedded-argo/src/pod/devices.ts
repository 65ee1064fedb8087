type Limits = Readonly<Record<string, unknown>>;

/** What becomes of a task that asks for accelerators which a machine has not: it is refused, or runs with what there is. */
export type Accelerators = 'required' | 'optional';

/** How many of which devices a container asks for; nothing of CPU, memory and disk, which are not reserved. */
export function devicesOf(limits: Limits = {}): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(limits).flatMap(([resource, limit]) => (NO_DEVICE.test(resource) || Number(limit) === 0 ? [] : [[resource, Number(limit)]])));
}

/** How many GPUs a container is to have, under the names of Kubernetes and those of older SDKs. */
export function gpuCount(devices: Limits = {}): number {
  return Object.entries(devices).reduce((sum, [resource, count]) => sum + (isGpu(resource) ? Math.max(0, Math.trunc(Number(count) || 0)) : 0), 0);
}

/** Why a container cannot have the devices that it asks for on a machine with so many GPUs, as sentences. */
export function deviceProblems(limits: Limits | undefined, gpus: number): string[] {
  return missingDevices(limits, gpus).map(({ asked, there, count }) => {
    const remedy = there === 0 ? 'ask for no accelerator' : 'ask for fewer';
    return `${asked}; ${remedy}, run it where there ${count === 1 ? 'is one' : 'are as many'}, or start the server with --accelerators optional to run it ${there === 0 ? 'without' : 'with what there is'}.`;
  });
}

/** The same where such a container is run all the same: what it goes without. */
export function deviceWarnings(limits: Limits | undefined, gpus: number): string[] {
  return missingDevices(limits, gpus).map(({ asked, there }) => `${asked}; it runs ${there === 0 ? 'without' : `with ${there}`}, because the server was started with --accelerators optional.`);
}

function missingDevices(limits: Limits | undefined, gpus: number): { readonly asked: string; readonly count: number; readonly there: number }[] {
  return Object.entries(devicesOf(limits)).flatMap(([resource, count]) => {
    const there = isGpu(resource) ? gpus : 0;
    if (count <= there) return [];
    return { asked: `The task asks for ${count} × ${resource}, and this machine has ${there === 0 ? 'none' : `only ${there}`}`, count, there };
  });
}

const NO_DEVICE = /^(cpu|memory|ephemeral-storage|storage|hugepages-.*)$/;

function isGpu(resource: string): boolean {
  return /(^|\/)gpu$/i.test(resource) || /^nvidia/i.test(resource);
}
