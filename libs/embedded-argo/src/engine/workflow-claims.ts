import { toTimestamp } from '../clock.js';
import type { LiveWorkflow } from '../store/live-workflow.js';
import type { RunHost } from './run-host.js';

/** Makes the workflow's own claims. They are made again, from the same owner, when nobody saw that they were. */
export function makeClaims(live: LiveWorkflow, { claims, clock }: RunHost): void {
  const templates = live.spec.volumeClaimTemplates ?? [];
  if (templates.length === 0) return;
  const { name, namespace } = live.metadata;
  const volumes = templates.map((claim) => ({ name: claim.metadata!.name!, persistentVolumeClaim: { claimName: `${name}-${claim.metadata!.name!}` } }));
  templates.forEach((claim, index) => {
    const manifest = claim as { readonly metadata?: Record<string, unknown>; readonly spec?: Record<string, unknown> };
    claims.create(namespace, volumes[index]!.persistentVolumeClaim.claimName, manifest, live.uid, toTimestamp(clock.now()));
  });
  live.setStatus({ persistentVolumeClaims: volumes });
}

/** Has the claims removed with the workflow's end; by Argo's default only when it succeeded. */
export function releaseClaims(live: LiveWorkflow, phase: string, host: RunHost): void {
  const volumes = live.status.persistentVolumeClaims ?? [];
  if (volumes.length === 0 || (phase !== 'Succeeded' && live.spec.volumeClaimGC?.strategy !== 'OnWorkflowCompletion')) return;
  const { namespace } = live.metadata;
  live.setStatus({ persistentVolumeClaims: [] });
  host.afterCommit(() => {
    for (const { persistentVolumeClaim: claim } of volumes) host.claims.delete(namespace, claim!.claimName);
  });
}
