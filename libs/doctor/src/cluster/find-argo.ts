import type { KubeClient } from '@millrace/kubernetes';
import { isPipelineError } from '@millrace/errors';
import { parse } from 'yaml';
import { findOne, listAll } from '../request.js';
import type { Container, Deployment } from './kube-objects.js';

/** A workflow-controller and how it is set up. */
export interface ArgoController {
  /** `namespace/deployment` */
  readonly where: string;
  readonly ready: boolean;
  /** Of its image, as `4.1.2`; undefined where the tag does not say. */
  readonly version: string | undefined;
  /** The only namespace that it looks at; all when undefined. */
  readonly namespace: string | undefined;
  readonly requeueMs: number;
  readonly qps: number;
  /** The fields of its ConfigMap. */
  readonly config: Readonly<Record<string, unknown>>;
}

/** Argo's own defaults. */
const REQUEUE_MS = 10_000;
const QPS = 20;
const CONFIG_MAP = 'workflow-controller-configmap';

/** Every workflow-controller that this account can see: in the whole cluster where it may look, else in the namespace. */
export async function findArgo(client: KubeClient, namespace: string): Promise<readonly ArgoController[]> {
  const deployments = await listAll<Deployment>(client, '/apis/apps/v1/deployments').catch((error: unknown) => {
    if (isPipelineError(error) && error.code === 'PERMISSION_DENIED') return listAll<Deployment>(client, `/apis/apps/v1/namespaces/${encodeURIComponent(namespace)}/deployments`);
    throw error;
  });
  const found = deployments.flatMap((deployment) => deployment.spec.template.spec.containers.filter(isController).map((container) => ({ deployment, container })));
  return Promise.all(found.map(({ deployment, container }) => readController(client, deployment, container)));
}

const isController = ({ image = '', command = [], args = [] }: Container): boolean => [...command, ...args.slice(0, 1)].some((word) => /(^|\/)workflow-controller$/.test(word)) || /(^|\/)workflow-controller([:@]|$)/.test(image);

async function readController(client: KubeClient, { metadata, status }: Deployment, { image = '', command = [], args = [], env = [] }: Container): Promise<ArgoController> {
  const own = metadata.namespace ?? '';
  const words = [...command, ...args];
  const requeue = env.find(({ name }) => name === 'DEFAULT_REQUEUE_TIME')?.value;
  return {
    where: `${own}/${metadata.name}`,
    ready: (status?.readyReplicas ?? 0) > 0,
    version: /:v?(\d+\.\d+[^@]*)/.exec(image)?.[1],
    namespace: words.includes('--namespaced') || words.includes('--namespaced=true') ? (flagOf(words, '--managed-namespace') ?? own) : undefined,
    requeueMs: (requeue === undefined ? undefined : parseDuration(requeue)) ?? REQUEUE_MS,
    qps: Number(flagOf(words, '--qps') ?? QPS),
    config: await readConfig(client, own, flagOf(words, '--configmap') ?? CONFIG_MAP),
  };
}

function flagOf(words: readonly string[], flag: string): string | undefined {
  const index = words.findIndex((word) => word === flag || word.startsWith(`${flag}=`));
  if (index < 0) return undefined;
  return words[index]!.includes('=') ? words[index]!.slice(flag.length + 1) : words[index + 1];
}

const UNITS: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** As Go writes durations: `300ms`, `1m30s`. */
export function parseDuration(text: string): number | undefined {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text) return undefined;
  return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * UNITS[unit!]!, 0);
}

/** Each key of the ConfigMap is a field in YAML; older ones have all fields in the key `config`. */
async function readConfig(client: KubeClient, namespace: string, name: string): Promise<Readonly<Record<string, unknown>>> {
  const { data = {} } = (await findOne<{ data?: Readonly<Record<string, string>> }>(client, { path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/configmaps/${encodeURIComponent(name)}` })) ?? {};
  const whole = data['config'] === undefined ? {} : ((parse(data['config']) as Record<string, unknown> | null) ?? {});
  return { ...whole, ...Object.fromEntries(Object.entries(data).flatMap(([key, text]) => (key === 'config' ? [] : [[key, parse(text) as unknown]]))) };
}
