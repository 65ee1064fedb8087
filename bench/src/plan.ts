import { parsePipelineValue, type Pipeline } from '@millrace/pipeline-spec';
import { planRun, resolveRunParameters, type Layout, type Plan, type RunFacts } from '@millrace/pipeline-semantics';
import { compileWorkflow } from '@millrace/workflow-compiler';
import type { BenchOptions } from './bench.js';
import { median, timed } from './numbers.js';
import { flatPipeline } from './pipelines.js';
import { printTable, ratio, type Cell } from './table.js';

const layout: Layout = {
  defaultPipelineRoot: '/data/artifacts',
  transport: 'in-place',
  workspacePath: '/kfp-workspace',
  parameterFolder: (taskRoot) => `${taskRoot}/.parameters`,
  refuseRoot: () => undefined,
};

function plan(pipeline: Pipeline): { readonly facts: RunFacts; readonly plan: Plan } {
  const now = new Date(0);
  const facts: RunFacts = {
    runId: 'bench',
    displayName: 'bench',
    resourceName: 'bench',
    namespace: 'kubeflow',
    createdAt: now,
    scheduledAt: now,
    artifactRoot: '/data/artifacts/bench',
    parameters: resolveRunParameters(pipeline, {}),
  };
  let id = 0;
  const steps = planRun(pipeline, facts, { layout, cache: { enabled: true }, newTaskId: () => `task-${(id += 1)}` });
  let step = steps.next();
  while (step.done !== true) step = steps.next(new Map());
  return { facts, plan: step.value };
}

/** From the text of a pipeline to its Workflow, all in memory, against reading and writing the same JSON. */
export async function benchPlan({ full }: BenchOptions): Promise<void> {
  const times = full ? 21 : 7;
  const rows: Cell[][] = [];
  for (const form of ['wide', 'chain', 'values'] as const) {
    let before: number | undefined;
    for (const tasks of [100, 1_000]) {
      const text = JSON.stringify(flatPipeline({ tasks, form, cache: true }));
      const pipeline = parsePipelineValue(JSON.parse(text));
      const planned = plan(pipeline);
      const compile = () => compileWorkflow({ pipeline, plan: planned.plan, run: planned.facts, layout, settings: { namespace: 'kubeflow', serviceAccount: 'pipeline-runner' } });
      const workflow = JSON.stringify(compile());
      const floor = median(await timed(times, () => (JSON.parse(text), JSON.stringify(JSON.parse(workflow)))));
      const parts = [median(await timed(times, () => parsePipelineValue(JSON.parse(text)))), median(await timed(times, () => plan(pipeline))), median(await timed(times, compile))];
      const sum = parts.reduce((a, b) => a + b, 0);
      rows.push([form, String(tasks), ...parts, sum, ratio(sum / floor), before === undefined ? '-' : ratio(sum / before / 10)]);
      before = sum;
    }
  }
  printTable(`Parse, plan and compile, milliseconds, median of ${times} (goal for 1000: 100)`, ['form', 'tasks', 'parse', 'plan', 'compile', 'sum', 'against its JSON alone', 'growth a task'], rows);
}
