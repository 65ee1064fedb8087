import type { Outputs } from '@millrace/argo';
import { locateTask, type Decision, type ExecutionPlan, type Layout, type ScopePath } from '@millrace/pipeline-semantics';
import type { Pipeline } from '@millrace/pipeline-spec';
import { argoJson } from './argo-json.js';
import { GATE_SLOTS, type GateSlot } from './gate-template.js';
import { type PatchField, containerResources, lateFields } from './pod-patch.js';

/** What to write to a gate's node. */
export interface GateAnswer {
  readonly phase: 'Succeeded' | 'Failed';
  readonly message?: string;
  readonly outputs: Outputs;
}

/** Decisions that can be answered at once; `wait` and `need-cache` are not. */
export type AnswerableDecision = Extract<Decision, { kind: 'run' | 'cached' | 'skip' | 'enter' | 'fail' }>;

export interface AnswerContext {
  readonly pipeline: Pipeline;
  /** The path of the gate: of the task that it stands before. */
  readonly path: ScopePath;
  readonly layout: Pick<Layout, 'parameterFolder'>;
}

/**
 * The answer to an open gate. A cached task's pod is skipped, and its dependents take that for a success. A container task that is never
 * to start fails its gate, so that its dependents do not start either; a DAG is closed instead, which fails nothing.
 */
export function answerGate(decision: AnswerableDecision, { pipeline, path, layout }: AnswerContext): GateAnswer {
  const { component, executor } = locateTask(pipeline, path);
  switch (decision.kind) {
    case 'run':
      return { phase: 'Succeeded', outputs: answer(true, lateValues(decision.plan, layout, lateFields(executor?.container ?? { image: '' }))) };
    case 'enter':
      return { phase: 'Succeeded', outputs: answer(true) };
    case 'cached':
      return { phase: 'Succeeded', message: `cached: outputs of task ${decision.hit.taskId} of run ${decision.hit.runId}`, outputs: answer(false) };
    case 'skip':
      return { phase: component.dag === undefined ? 'Failed' : 'Succeeded', message: decision.reason, outputs: answer(false) };
    case 'fail':
      return { phase: 'Failed', message: decision.message, outputs: answer(false) };
  }
}

/** Only what is late is answered: a static command may be a program of many kilobytes. */
function lateValues(plan: ExecutionPlan, layout: AnswerContext['layout'], late: ReadonlySet<PatchField>): Partial<Record<GateSlot, string>> {
  return {
    ...(late.has('command') && { command: argoJson(plan.command) }),
    ...(late.has('args') && { args: argoJson(plan.args) }),
    ...(late.has('image') && { image: argoJson(plan.image) }),
    ...(late.has('env') && { env: argoJson(plan.env) }),
    ...(late.has('resources') && { resources: argoJson(containerResources(plan.resources)) }),
    root: plan.localTaskRoot,
    parameters: layout.parameterFolder(plan.localTaskRoot),
  };
}

function answer(run: boolean, values: Partial<Record<GateSlot, string>> = {}): Outputs {
  return { parameters: [{ name: 'run', value: String(run) }, ...Object.entries({ ...GATE_SLOTS, ...values }).map(([name, value]) => ({ name, value }))] };
}
