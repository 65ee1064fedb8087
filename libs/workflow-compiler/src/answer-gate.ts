import type { Outputs } from '@millrace/argo';
import { PipelineError } from '@millrace/errors';
import { lateParts, placeAttempt, type Decision, type ExecutionPlan, type Layout, type RunFacts, type TaskKind } from '@millrace/pipeline-semantics';
import { executorOf, type ComponentSpec, type Pipeline } from '@millrace/pipeline-spec';
import { answerCopy, copySlots, isCopiedByPod } from './compile-copy.js';
import { ATTEMPT } from './compile-pod.js';
import { GATE_SLOTS, type GateSlot } from './gate-template.js';
import { lateValues } from './late-values.js';
import { transportOf } from './transport.js';

/** What to write to a gate's node. */
export interface GateAnswer {
  readonly phase: 'Succeeded' | 'Failed';
  readonly message?: string;
  readonly outputs: Outputs;
}

/** Decisions that can be answered at once; `wait` and `need-cache` are not. */
export type AnswerableDecision = Extract<Decision, { kind: 'run' | 'cached' | 'skip' | 'enter' | 'fan-out' | 'copy' | 'import' | 'fail' }>;

export interface AnswerContext {
  readonly layout: Layout;
  readonly run: Pick<RunFacts, 'artifactRoot'>;
  readonly pipeline: Pipeline;
  /** Of the task that the gate stands before. */
  readonly component: ComponentSpec;
  /** What the gate stands before; a task with a condition is closed like a DAG. @default 'container' */
  readonly kind?: TaskKind;
}

/**
 * The answer to an open gate: `run` is true, false, or `cached` where there is nothing left to run. A cached task's pod is skipped, and its
 * dependents take that for a success. A container task that is never
 * to start fails its gate, so that its dependents do not start either; a DAG is closed instead, which fails nothing.
 */
export function answerGate(decision: AnswerableDecision, context: AnswerContext): GateAnswer {
  switch (decision.kind) {
    case 'run':
      return { phase: 'Succeeded', outputs: answer('true', context, podValues(decision.plan, context)) };
    case 'enter':
      return { phase: 'Succeeded', outputs: answer('true', context) };
    case 'fan-out':
      return { phase: 'Succeeded', outputs: answer('true', context, { items: iterationIndexes(decision.iterations) }) };
    case 'copy':
      if (context.layout.transport !== 'object-store') throw new PipelineError('INTERNAL', 'A pod was to copy into a workspace on one machine.');
      return { phase: 'Succeeded', outputs: answer('true', context, answerCopy(decision.copy, context.layout)) };
    case 'import':
      return { phase: 'Succeeded', outputs: answer('cached', context) };
    case 'cached':
      return { phase: 'Succeeded', message: `cached: outputs of task ${decision.hit.taskId} of run ${decision.hit.runId}`, outputs: answer('cached', context) };
    case 'skip':
      return { phase: context.kind === 'dag' ? 'Succeeded' : 'Failed', message: decision.reason, outputs: answer('false', context) };
    case 'fail':
      return { phase: 'Failed', message: decision.message, outputs: answer('false', context) };
  }
}

/** A loop's items as Argo gets them: their places in the list, never the values. */
export function iterationIndexes(iterations: number): string {
  return JSON.stringify(Array.from({ length: iterations }, (_, index) => index));
}

function podValues(plan: ExecutionPlan, { layout, run, component }: AnswerContext): Record<string, string> {
  const late = plan.late ?? (Object.keys(GATE_SLOTS) as GateSlot[]).filter((slot) => slot !== 'items');
  return placeAttempt({ ...lateValues(plan, late), ...transportOf(layout, run).answer(component, plan) }, plan, ATTEMPT);
}

/**
 * Every slot that the task behind the gate names has a value: Argo fills them in before it looks whether the task is to run. Others have none, because an answer
 * stays in the Workflow, which has to be small.
 */
function answer(run: 'true' | 'cached' | 'false', context: AnswerContext, values: Readonly<Record<string, string>> = {}): Outputs {
  const byDefault: Readonly<Record<string, string>> = GATE_SLOTS;
  const all = { ...Object.fromEntries(slotsBehind(context).map((slot) => [slot, byDefault[slot] ?? ''])), ...values };
  return { parameters: [{ name: 'run', value: run }, ...Object.entries(all).map(([name, value]) => ({ name, value }))] };
}

/** What a loop, or the pod that `compilePod` lays out without a plan, takes from its gate. */
function slotsBehind({ layout, run, pipeline, component }: AnswerContext): readonly string[] {
  if (component.dag !== undefined) return ['items'];
  const executor = executorOf(pipeline, component);
  if (isCopiedByPod(executor, layout)) return copySlots(layout);
  const container = executor?.container;
  return container === undefined ? [] : [...lateParts(pipeline, component, container, layout), ...transportOf(layout, run).late({ component, container }).slots];
}
