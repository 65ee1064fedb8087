import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Millrace } from '../harness/millrace.js';
import { kfpPython } from '../harness/python.js';
import { Runs, type FinishedRun } from '../harness/runs.js';

/** Pipelines that the KFP SDK's own tests use; they lie beside the repository on machines where it is developed. */
const CORPUS = new URL('../../../../shared/pipelines/valid/', import.meta.url);
const found = existsSync(CORPUS);
if (!found) console.warn(`SKIPPED: the corpus, because there is no ${CORPUS.pathname}`);

interface Expected {
  readonly state: 'SUCCEEDED' | 'FAILED';
  /** Container tasks by state; what differs by chance is left out. */
  readonly counts?: Readonly<Record<string, number>>;
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly error?: RegExp;
}

const EXPECTED: Readonly<Record<string, Expected>> = {
  'conditional_producer_and_consumers.yaml': { state: 'SUCCEEDED', parameters: { threshold: 3 } },
  'critical/parameter_oneof.yaml': { state: 'SUCCEEDED' },
  'critical/parameters_simple.yaml': { state: 'SUCCEEDED', counts: { SUCCEEDED: 5 } },
  'cross_loop_after_topology.yaml': { state: 'SUCCEEDED', counts: { SUCCEEDED: 19 } },
  'essential/pipeline_with_condition.yaml': { state: 'SUCCEEDED' },
  'essential/pipeline_with_nested_conditions.yaml': { state: 'SUCCEEDED' },
  'essential/pipeline_with_nested_conditions_yaml.yaml': { state: 'SUCCEEDED' },
  'failing/pipeline_with_exit_handler.yaml': { state: 'FAILED', counts: { FAILED: 1, SUCCEEDED: 2 } },
  'if_elif_else_complex.yaml': { state: 'SUCCEEDED' },
  'if_else_with_oneof_parameters.yaml': { state: 'SUCCEEDED', counts: { SUCCEEDED: 3, SKIPPED: 1 } },
  'local_execution/local_execution_pipeline_with_exit_handler.yaml': { state: 'SUCCEEDED', counts: { SUCCEEDED: 2 } },
  'local_execution/local_execution_pipeline_with_ignore_upstream_failure.yaml': { state: 'FAILED', counts: { FAILED: 1, SUCCEEDED: 1 }, parameters: { marker_path: '/dev/null' } },
  'local_execution/local_execution_pipeline_with_oneof.yaml': { state: 'SUCCEEDED', counts: { SUCCEEDED: 2, SKIPPED: 1 } },
  'local_execution/pipeline_with_collected_artifacts.yaml': { state: 'SUCCEEDED', counts: { SUCCEEDED: 4 } },
  'parallel_and_nested/loop_consume_upstream.yaml': { state: 'SUCCEEDED', counts: { SUCCEEDED: 8 } },
  'parallel_and_nested/pipeline_in_pipeline_complex.yaml': { state: 'SUCCEEDED' },
  'parallel_and_nested/pipeline_with_loops.yaml': { state: 'SUCCEEDED', parameters: { loop_parameter: ['a', 'b'] } },
  // Lists from loops in loops are flat, as on KFP's backend; these two were written for lists of lists.
  'parameters_complex.yaml': { state: 'FAILED', error: /nested-add.*not iterable/ },
  'pipeline_producer_consumer.yaml': { state: 'FAILED', error: /add.*not iterable/ },
  'pipeline_as_exit_task.yaml': { state: 'FAILED', counts: { FAILED: 1, SUCCEEDED: 3 } },
  'pipeline_with_dynamic_importer_metadata.yaml': { state: 'SUCCEEDED', counts: { SUCCEEDED: 3 } },
  'pipeline_with_nested_loops.yaml': { state: 'SUCCEEDED', counts: { SUCCEEDED: 12 } },
  'pipeline_with_parallelfor_pipeline_param.yaml': { state: 'SUCCEEDED', counts: { SUCCEEDED: 9 }, parameters: { loop_parameter: ['a', 'b'], prefix: 'p' } },
  'pipeline_with_task_final_status.yaml': { state: 'FAILED', counts: { FAILED: 1, SUCCEEDED: 2 } },
  'pipeline_with_task_final_status_yaml.yaml': { state: 'SUCCEEDED', counts: { SUCCEEDED: 2 } },
  'pipeline_with_task_using_ignore_upstream_failure.yaml': { state: 'FAILED', counts: { FAILED: 1, SUCCEEDED: 1 } },
  // It wants KFP's undocumented name for success.
  'critical/pipeline_with_input_status_state.yaml': { state: 'FAILED', error: /echo-state.*AssertionError/ },
  // There is nothing here that could fetch these objects.
  'pipeline_with_importer.json': { state: 'FAILED', error: /train.*No such file/ },
  'pythonic_artifact_with_single_return.yaml': { state: 'FAILED', error: /No such file/ },
};

describe.skipIf(!found || kfpPython === undefined)('the corpus: conditions, loops, exit handlers and importers', () => {
  let millrace: Millrace;
  let runs: Runs;
  // All of them are started at once; one that is refused fails its own test.
  const started = new Map<string, () => Promise<FinishedRun>>();
  beforeAll(async () => {
    millrace = await Millrace.start({ sample: false, args: ['--no-cache'] });
    runs = new Runs(millrace);
    for (const [file, { parameters = {} }] of Object.entries(EXPECTED)) {
      const text = readFileSync(new URL(file, CORPUS), 'utf8');
      try {
        const id = await runs.start(text, parameters);
        started.set(file, () => runs.finished(id));
      } catch (error) {
        started.set(file, () => Promise.reject(error as Error));
      }
    }
  });
  afterAll(() => millrace?.close());

  it.each(Object.entries(EXPECTED))('%s', async (file, { state, counts, error }) => {
    const { run } = await started.get(file)!();
    expect(run.state).toBe(state);
    expect(String(run.error)).toMatch(state === 'SUCCEEDED' ? /^undefined$/ : (error ?? /./));
    expect(run.task_counts).toEqual(counts ?? run.task_counts);
  });
});
