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

/** What Millrace costs on the cluster of KUBECONFIG, a table for each part: `--parts=wall,gates`, `--pods=instant`. */
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
  const cluster = await ClusterUnderTest.open(kubeconfig);
  try {
    for (const name of wanted) await PARTS[name]!(cluster, { full, pods: kind });
  } finally {
    await cluster.close();
  }
}
