import type { KubeConfig } from '@kubernetes/client-node';
import { KubeClient } from '../kube-client.js';
import { loadKubeConfig } from '../load-kube-config.js';
import { installCrds, whyNoCrds } from './install-crds.js';
import { KubeApiServer, whyNoApiServer } from './kube-api-server.js';

const given = process.env['TEST_KUBECONFIG'];

/** Why these tests cannot run here; undefined when they can. */
export function whyNoCluster(): string | undefined {
  return (given === undefined ? whyNoApiServer() : undefined) ?? whyNoCrds();
}

/** An API server that knows our kinds. */
export interface TestCluster {
  /** Set when it is this process's own, so that it may be stopped and started. */
  readonly server?: KubeApiServer;
  config(): KubeConfig;
  close(): Promise<void>;
}

/** The cluster of TEST_KUBECONFIG, or an API server of its own. */
export async function openTestCluster(): Promise<TestCluster> {
  const server = given === undefined ? await KubeApiServer.start() : undefined;
  const config = () => server?.config() ?? loadKubeConfig({ file: given! });
  const client = new KubeClient(config());
  try {
    await installCrds(client);
  } finally {
    await client.close();
  }
  return { ...(server && { server }), config, close: async () => server?.stop() };
}

/** Makes a namespace and gives its name back. */
export async function aNamespace(client: KubeClient, name: string): Promise<string> {
  await client.json({ method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name } } });
  return name;
}
