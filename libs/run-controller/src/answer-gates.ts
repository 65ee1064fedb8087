import type { Database, Json } from '@millrace/database';
import type { Workflow } from '@millrace/argo';
import type { ObjectStore } from '@millrace/object-store';
import { decide, type Decision, type Layout, type ScopePath } from '@millrace/pipeline-semantics';
import type { Resource, ResourceStore } from '@millrace/resources';
import { answerGate, isOpenGate, type AnswerableDecision } from '@millrace/workflow-compiler';
import { lookUpCache } from './cache-lookup.js';
import type { LiveRun } from './live-run.js';
import { patchWorkflow } from './patch-workflow.js';
import { json, linksOf, storedExecution } from './task-rows.js';

export interface GateContext {
  readonly database: Database;
  readonly store: ResourceStore;
  readonly objects: ObjectStore;
  readonly layout: Layout;
  readonly cacheEnabled: boolean;
  readonly now: Date;
}

type Settled = AnswerableDecision;

/** Decides every open gate for which enough is known. Gates that must wait are left out. */
export async function decideGates(live: LiveRun, context: GateContext): Promise<ReadonlyMap<string, { readonly path: ScopePath; readonly decision: Settled }>> {
  const settled = new Map<string, { path: ScopePath; decision: Settled }>();
  const asking = new Map<string, { path: ScopePath; decision: Extract<Decision, { kind: 'need-cache' }> }>();
  for (const [nodeId, path] of live.openGates) {
    const decision = recall(live, path) ?? decide(live.pipeline, path, live.view, { layout: context.layout, cache: { enabled: context.cacheEnabled }, taskId: live.task(path)?.id ?? '' });
    if (decision.kind === 'need-cache') asking.set(nodeId, { path, decision });
    else if (isAnswerable(decision)) settled.set(nodeId, { path, decision });
  }
  if (asking.size === 0) return settled;
  const scope = { namespace: live.run.namespace, pipelineName: live.run.pipelineName };
  const hits = await lookUpCache({ cache: context.database.cache, objects: context.objects }, scope, [...asking.values()].map(({ decision }) => decision.fingerprint));
  for (const [nodeId, { path, decision }] of asking) {
    const next = decision.next(hits.get(decision.fingerprint));
    if (isAnswerable(next)) settled.set(nodeId, { path, decision: next });
  }
  return settled;
}

function isAnswerable(decision: Decision): decision is Settled {
  return ['run', 'cached', 'skip', 'enter', 'fail'].includes(decision.kind);
}

/** A decision that was recorded before a crash is answered again, not made again: the cache may have another hit by now. */
function recall(live: LiveRun, path: ScopePath): Settled | undefined {
  const row = live.task(path);
  const facts = live.view.task(path);
  if (row?.state === 'FAILED') return { kind: 'fail', message: row.message ?? '' };
  if (row?.state !== 'CACHED' || row.cachedFrom === undefined || facts?.outputs === undefined) return undefined;
  return { kind: 'cached', inputs: facts.inputs ?? { parameters: {}, artifacts: {} }, hit: { ...row.cachedFrom, outputs: facts.outputs }, fingerprint: row.fingerprint ?? '' };
}

/** Writes decisions into the run's rows, before they are answered. */
export function noteDecision(live: LiveRun, path: ScopePath, decision: Settled, now: Date): void {
  const row = live.task(path);
  if (row === undefined || row.state !== 'PENDING') return;
  switch (decision.kind) {
    case 'run':
      live.updateTask(
        { path, inputs: json(decision.plan.inputs.parameters), fingerprint: decision.plan.fingerprint, execution: storedExecution(decision.plan) as unknown as Json },
        { inputs: decision.plan.inputs },
      );
      live.addLinks(...linksOf(row.id, 'INPUT', decision.plan.inputs.artifacts));
      break;
    case 'cached':
      live.updateTask(
        {
          path,
          state: 'CACHED',
          inputs: json(decision.inputs.parameters),
          outputs: json(decision.hit.outputs.parameters),
          fingerprint: decision.fingerprint,
          cachedFrom: { runId: decision.hit.runId, taskId: decision.hit.taskId },
          queuedAt: now,
          startedAt: now,
          finishedAt: now,
        },
        { inputs: decision.inputs, outputs: decision.hit.outputs },
      );
      live.addLinks(...linksOf(row.id, 'INPUT', decision.inputs.artifacts), ...linksOf(row.id, 'OUTPUT', decision.hit.outputs.artifacts));
      break;
    case 'fail':
      live.updateTask({ path, state: 'FAILED', message: decision.message, queuedAt: now, finishedAt: now });
      break;
    case 'skip':
      live.updateTask({ path, state: 'SKIPPED', message: decision.reason, finishedAt: now });
      break;
    case 'enter':
      live.updateTask({ path, inputs: json(decision.inputs.parameters) }, { inputs: decision.inputs });
      break;
  }
}

/** Answers gates with one guarded patch. A gate that is closed by now, or a Workflow that is being stopped, is left alone. */
export async function answerGates(
  { store, layout }: Pick<GateContext, 'store' | 'layout'>,
  workflow: Resource<Workflow>,
  decisions: ReadonlyMap<string, { readonly decision: Settled }>,
  now: Date,
): Promise<void> {
  if (decisions.size === 0) return;
  const { namespace, name } = workflow.metadata;
  await patchWorkflow(store, { namespace, name }, (current) => {
    if (current.spec.shutdown) return undefined;
    const nodes: Record<string, unknown> = {};
    for (const [nodeId, { decision }] of decisions) {
      const node = current.status?.nodes?.[nodeId];
      if (node === undefined || !isOpenGate(node)) continue;
      nodes[nodeId] = { ...answerGate(decision, { layout }), finishedAt: now.toISOString() };
    }
    return Object.keys(nodes).length === 0 ? undefined : { status: { nodes } };
  });
}
