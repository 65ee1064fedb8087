import type { Outputs } from '@millrace/argo';
import type { Decision, ExecutionPlan, Layout } from '@millrace/pipeline-semantics';
import { argoJson } from './argo-json.js';
import { GATE_SLOTS, type GateSlot } from './gate-template.js';
import { containerResources } from './pod-patch.js';

/** What to write to a gate's node. */
export interface GateAnswer {
  readonly phase: 'Succeeded' | 'Failed';
  readonly message?: string;
  readonly outputs: Outputs;
}

/** Decisions that can be answered at once; `wait` and `need-cache` are not. */
export type AnswerableDecision = Extract<Decision, { kind: 'run' | 'cached' | 'skip' | 'enter' | 'fail' }>;

/**
 * The answer to an open gate. A cached task's pod is skipped, and its dependents take that for a success. A task that is never to start
 * fails its gate, so that its dependents do not start either; a DAG is closed instead (`kind: 'dag'`), which fails nothing.
 */
export function answerGate(decision: AnswerableDecision, options: { readonly layout: Pick<Layout, 'parameterFolder'>; readonly kind?: 'container' | 'dag' }): GateAnswer {
  switch (decision.kind) {
    case 'run':
      return { phase: 'Succeeded', outputs: answer(true, lateValues(decision.plan, options.layout)) };
    case 'enter':
      return { phase: 'Succeeded', outputs: answer(true) };
    case 'cached':
      return { phase: 'Succeeded', message: `cached: outputs of task ${decision.hit.taskId} of run ${decision.hit.runId}`, outputs: answer(false) };
    case 'skip':
      return { phase: options.kind === 'dag' ? 'Succeeded' : 'Failed', message: decision.reason, outputs: answer(false) };
    case 'fail':
      return { phase: 'Failed', message: decision.message, outputs: answer(false) };
  }
}

function lateValues(plan: ExecutionPlan, layout: Pick<Layout, 'parameterFolder'>): Record<GateSlot, string> {
  return {
    command: argoJson(plan.command),
    args: argoJson(plan.args),
    image: argoJson(plan.image),
    env: argoJson(plan.env),
    resources: argoJson(containerResources(plan.resources)),
    root: plan.localTaskRoot,
    parameters: layout.parameterFolder(plan.localTaskRoot),
  };
}

function answer(run: boolean, values: Readonly<Record<GateSlot, string>> = GATE_SLOTS): Outputs {
  return { parameters: [{ name: 'run', value: String(run) }, ...Object.entries(values).map(([name, value]) => ({ name, value }))] };
}
