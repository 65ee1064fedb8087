const FACTORS: Readonly<Record<string, number>> = {
  n: 1e-9, u: 1e-6, m: 1e-3, '': 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18,
  Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60,
};

/** Kubernetes' way to write an amount (`500m`, `1.5Gi`, `2e3`) as a number; undefined when it is none, or not positive. */
export function readQuantity(text: unknown): number | undefined {
  const [, digits, suffix = ''] = /^\s*(\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+)\s*(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?\s*$/.exec(String(text ?? '')) ?? [];
  const value = digits === undefined ? 0 : Number(digits) * FACTORS[suffix]!;
  return value > 0 && Number.isFinite(value) ? value : undefined;
}

/** The limits of a container that are set and not only counted. */
export function readLimits(limits: Readonly<Record<string, unknown>> = {}): { readonly limits?: { readonly cpus?: number; readonly memoryBytes?: number } } {
  const cpus = readQuantity(limits['cpu']);
  const memoryBytes = readQuantity(limits['memory']);
  if (cpus === undefined && memoryBytes === undefined) return {};
  return { limits: { ...(cpus !== undefined && { cpus }), ...(memoryBytes !== undefined && { memoryBytes }) } };
}
