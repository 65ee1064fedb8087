import type { BenchOptions } from './bench.js';
import type { ClusterPart } from './cluster/cluster-part.js';
import { ClusterUnderTest } from './cluster/cluster-under-test.js';
import { cachedLoad } from './cluster/cached-load.js';
import { gates } from './cluster/gates.js';
import { large } from './cluster/large.js';
import { many } from './cluster/many.js';
import { pods } from './cluster/pods.js';
import { wall } from './cluster/wall.js';

const PARTS: Readonly<Record<string, ClusterPart>> = { pods, wall, gates, large, many, cached: cachedLoad };

/** What Millrace costs on the cluster of KUBECONFIG, a table for each part: `--parts=wall,gates`, `--pods=instant`, and sizes such as `--chain=10`. */
export async function benchCluster({ full, option }: BenchOptions): Promise<void> {
  const kubeconfig = process.env['KUBECONFIG'];
  if (kubeconfig === undefined || kubeconfig === '') {
    console.log('SKIPPED: cluster, because KUBECONFIG names none; docs/cluster.md says what it takes');
    return;
  }
  const wanted = option('parts')?.split(',') ?? Object.keys(PARTS);
  const unknown = wanted.find((name) => PARTS[name] === undefined);
  if (unknown !== undefined) throw new Error(`--parts: there is no "${unknown}"; there are ${Object.keys(PARTS).join(', ')}.`);
  const kind = option('pods') ?? 'real';
  if (kind !== 'real' && kind !== 'instant') throw new Error('--pods is real or instant.');
  const size = (name: string, byDefault: number) => Number(option(name) ?? byDefault);
  const cluster = await ClusterUnderTest.open(kubeconfig);
  // Whoever has no more time for it leaves no node and no Workflows behind.
  const stopped = new Promise<never>((_, reject) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => reject(new Error(`stopped by ${signal}`)));
  });
  try {
    for (const name of wanted) await Promise.race([PARTS[name]!(cluster, { full, pods: kind, size }), stopped]);
  } finally {
    await cluster.close();
  }
}
