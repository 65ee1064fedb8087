import { existsSync } from 'node:fs';
import { KubeConfig } from '@kubernetes/client-node';
import { PipelineError } from '@millrace/errors';

const IN_CLUSTER_TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token';

/** The kube config of `file`, or that of the pod this runs in. FAILED_PRECONDITION when there is neither. */
export function loadKubeConfig({ file, context }: { readonly file?: string; readonly context?: string } = {}): KubeConfig {
  const config = new KubeConfig();
  if (file !== undefined) {
    try {
      config.loadFromFile(file);
    } catch (cause) {
      throw new PipelineError('FAILED_PRECONDITION', `The kube config "${file}" cannot be read: ${(cause as Error).message}`, { cause });
    }
  } else if (existsSync(IN_CLUSTER_TOKEN)) {
    config.loadFromCluster();
  } else {
    throw new PipelineError('FAILED_PRECONDITION', 'There is no Kubernetes to talk to: this process is in no pod and KUBECONFIG is not set.');
  }
  if (context !== undefined) config.setCurrentContext(context);
  return config;
}

/** The namespace of the pod this runs in, or of the kube config's context. */
export function currentNamespace(config: KubeConfig): string | undefined {
  return config.getContextObject(config.getCurrentContext())?.namespace;
}
