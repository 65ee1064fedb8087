import type { Outputs } from '@millrace/argo';
import type { ContainerField, Decision, ExecutionPlan, Layout, TaskKind } from '@millrace/pipeline-semantics';
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

export interface AnswerContext {
  readonly layout: Pick<Layout, 'parameterFolder'>;
  /** What the gate stands before. @default 'container' */
  readonly kind?: TaskKind;
}

/**
 * The answer to an open gate. A cached task's pod is skipped, and its dependents take that for a success. A container task that is never
 * to start fails its gate, so that its dependents do not start either; a DAG is closed instead, which fails nothing.
 */
export function answerGate(decision: AnswerableDecision, { layout, kind = 'container' }: AnswerContext): GateAnswer {
  switch (decision.kind) {
    case 'run':
      return { phase: 'Succeeded', outputs: answer(true, lateValues(decision.plan, layout)) };
    case 'enter':
      return { phase: 'Succeeded', outputs: answer(true) };
    case 'cached':
      return { phase: 'Succeeded', message: `cached: outputs of task ${decision.hit.taskId} of run ${decision.hit.runId}`, outputs: answer(false) };
    case 'skip':
      return { phase: kind === 'dag' ? 'Succeeded' : 'Failed', message: decision.reason, outputs: answer(false) };
    case 'fail':
      return { phase: 'Failed', message: decision.message, outputs: answer(false) };
  }
}

/** Only what is late is answered: a static command may be a program of many kilobytes. */
function lateValues(plan: ExecutionPlan, layout: AnswerContext['layout']): Partial<Record<GateSlot, string>> {
  const texts: Readonly<Record<ContainerField, () => string>> = {
    command: () => argoJson(plan.command),
    args: () => argoJson(plan.args),
    image: () => argoJson(plan.image),
    env: () => argoJson(plan.env),
    resources: () => argoJson(containerResources(plan.resources)),
  };
  const late = plan.late ?? (Object.keys(texts) as ContainerField[]);
  return {
    ...Object.fromEntries(late.map((field) => [field, texts[field]()])),
    root: plan.localTaskRoot,
    parameters: layout.parameterFolder(plan.localTaskRoot),
  };
}

function answer(run: boolean, values: Partial<Record<GateSlot, string>> = {}): Outputs {
  return { parameters: [{ name: 'run', value: String(run) }, ...Object.entries({ ...GATE_SLOTS, ...values }).map(([name, value]) => ({ name, value }))] };
}
