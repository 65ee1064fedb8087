import { argoPace, examine } from '@millrace/doctor';
import type { KubeClient } from '@millrace/kubernetes';
import { repeat } from '@millrace/resources';
import type { ServiceContext } from '@millrace/service-host';

const AGAIN_MS = 300_000;

/** Looks now and then at runs that are over. What it returns holds a warning for as long as Argo is slow to go on. */
export function watchArgoDelay({ log, signal }: Pick<ServiceContext, 'log' | 'signal'>, client: KubeClient, namespace: string): readonly string[] {
  const warnings: string[] = [];
  const look = async (): Promise<void> => {
    const findings = await examine([argoPace], { client, namespace });
    const found = findings.flatMap(({ verdict, what, why, remedy }) => (verdict === 'warning' ? [[what, why, remedy].join(' ')] : []));
    for (const warning of found) if (!warnings.includes(warning)) log('warn', warning);
    for (const { verdict, what } of findings) if (verdict === 'error' || verdict === 'unknown') log('info', 'how fast Argo goes on is not known now', { error: what });
    warnings.splice(0, warnings.length, ...found);
  };
  void repeat(look, { everyMs: AGAIN_MS, signal });
  return warnings;
}
