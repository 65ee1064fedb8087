type Limits = Readonly<Record<string, unknown>>;

/** How many GPUs a container is to have, under the names of Kubernetes and those of older SDKs. */
export function gpuCount(limits: Limits = {}): number {
  return Object.entries(limits).reduce((sum, [resource, count]) => sum + (isGpu(resource) ? Math.max(0, Math.trunc(Number(count) || 0)) : 0), 0);
}

/** Which devices a container asks for and does not get on a machine with so many GPUs, as sentences. CPU, memory and disk are not reserved. */
export function deviceProblems(limits: Limits = {}, gpus: number): string[] {
  return Object.entries(limits).flatMap(([resource, limit]) => {
    const count = Number(limit);
    const there = isGpu(resource) ? gpus : 0;
    if (NO_DEVICE.test(resource) || count <= there) return [];
    return `The task asks for ${String(limit)} × ${resource}, and this machine has ${there === 0 ? 'none' : `only ${there}`}; ask for ${there === 0 ? 'no accelerator' : 'fewer'}, or run it where there ${count === 1 ? 'is one' : 'are as many'}.`;
  });
}

const NO_DEVICE = /^(cpu|memory|ephemeral-storage|storage|hugepages-.*)$/;

function isGpu(resource: string): boolean {
  return /(^|\/)gpu$/i.test(resource) || /^nvidia/i.test(resource);
}
