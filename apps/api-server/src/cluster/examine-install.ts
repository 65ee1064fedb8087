import type { Diagnosis } from '@millrace/api-contract';
import { createDiagnosis, serviceChecks } from '@millrace/doctor';
import { KubeClient, loadKubeConfig } from '@millrace/kubernetes';
import { databaseUrl, openObjects, rightsOf, rightsScope, type ClusterSettings } from '@millrace/service-host';

/** Looks at what this process was told to use, on connections of its own. `close` ends them. */
export function examineInstall(settings: ClusterSettings): { readonly diagnose: () => Promise<Diagnosis>; readonly close: () => Promise<void> } {
  const client = new KubeClient(loadKubeConfig({ file: settings.KUBECONFIG }), { userAgent: 'millrace-doctor' });
  const diagnose = createDiagnosis(serviceChecks, () => ({
    client,
    namespace: settings.MILLRACE_NAMESPACE,
    rights: rightsOf('api-server', rightsScope(settings)),
    databaseUrl: databaseUrl(settings),
    openObjects: async () => {
      const { objects, layout } = await openObjects(settings, client);
      return { objects, pipelineRoot: layout.defaultPipelineRoot };
    },
    clock: () => new Date(),
  }));
  return { diagnose, close: () => client.close() };
}
