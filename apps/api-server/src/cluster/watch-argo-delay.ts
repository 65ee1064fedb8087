import { slowAnswersWarning, type KubeClient } from '@millrace/kubernetes';
import type { ServiceContext } from '@millrace/service-host';

const AGAIN_MS = 300_000;
/** Enough to judge by, and no burden. */
const WORKFLOWS = 20;

/** Looks now and then at runs that are over. What it returns holds a warning for as long as Argo is slow to go on. */
export function watchArgoDelay({ log, signal }: Pick<ServiceContext, 'log' | 'signal'>, client: KubeClient, namespace: string): readonly string[] {
  const warnings: string[] = [];
  const look = async (): Promise<void> => {
    try {
      const path = `/apis/argoproj.io/v1alpha1/namespaces/${encodeURIComponent(namespace)}/workflows`;
      const { items = [] } = await client.json<{ items?: Parameters<typeof slowAnswersWarning>[0] }>({ path, query: { labelSelector: 'pipeline/persistedFinalState=true', limit: WORKFLOWS } });
      const warning = slowAnswersWarning(items);
      if (warning !== undefined && warnings[0] !== warning) log('warn', warning);
      warnings.splice(0, warnings.length, ...(warning === undefined ? [] : [warning]));
    } catch (error) {
      log('info', 'how fast Argo goes on is not known now', { error: (error as Error).message });
    }
    if (signal.aborted) return;
    const timer = setTimeout(() => void look(), AGAIN_MS);
    timer.unref();
    signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  };
  void look();
  return warnings;
}
