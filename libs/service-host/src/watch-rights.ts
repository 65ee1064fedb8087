import { missingRights, type KubeClient, type Right } from '@millrace/kubernetes';
import { repeat } from '@millrace/resources';
import type { ServiceContext } from './run-service.js';

const LOOK_AGAIN_MS = 30_000;

/**
 * Asks whether the program may do what it will have to: what is missing is said at once and by name, instead of piece by piece when it is needed. The
 * service is not ready until nothing is missing.
 */
export function watchRights({ log, ready, signal }: Pick<ServiceContext, 'log' | 'ready' | 'signal'>, client: KubeClient, rights: readonly Right[]): void {
  let missing: readonly string[] = [];
  let told = '';
  ready.set('rights', () => (missing.length === 0 ? undefined : `this account lacks: ${missing.join('; ')}`));
  const look = async (): Promise<void | 'done'> => {
    // While the API server is away nobody knows.
    missing = await missingRights(client, rights).catch(() => missing);
    const problem = missing.join('; ');
    if (problem !== told && problem !== '') log('error', 'this account lacks rights', { missing });
    told = problem;
    if (missing.length === 0) return 'done';
  };
  void repeat(look, { everyMs: LOOK_AGAIN_MS, signal });
}
