import { expireWorkflows, type KubeClient } from '@millrace/kubernetes';
import { repeat } from '@millrace/resources';
import type { ServiceContext } from '@millrace/service-host';

const DAY_MS = 86_400_000;
const FIRST_MS = 60_000;
const EVERY_MS = 3_600_000;

/** Every hour deletes Workflows of this replica's shards that ended so many days ago; none for 0. */
export function expireRegularly({ log, signal }: Pick<ServiceContext, 'log' | 'signal'>, options: { readonly client: KubeClient; readonly namespace: string | undefined; readonly days: number; readonly shards: () => readonly number[] }): void {
  const { client, namespace, days, shards } = options;
  if (days === 0) return;
  const look = async (): Promise<void> => {
    try {
      const expired = await expireWorkflows({ client, namespace, before: new Date(Date.now() - days * DAY_MS), shards: shards() });
      if (expired > 0) log('info', 'deleted Workflows of runs that ended long ago', { expired, days });
    } catch (error) {
      log('warn', 'Workflows of runs that ended long ago could not be deleted', { error: (error as Error).message });
    }
  };
  void repeat(look, { firstAfterMs: FIRST_MS, everyMs: EVERY_MS, signal });
}
