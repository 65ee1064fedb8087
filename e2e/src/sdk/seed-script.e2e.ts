import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Millrace } from '../harness/millrace.js';
import { kfpPython, runKfpScript } from '../harness/python.js';

// The first thing a data scientist does: the quick start of KFP's own documentation, with this server's address.
const SCRIPT = `
import json, sys
from kfp import dsl, client

@dsl.component(base_image='python:3.12')
def addition_component(num1: int, num2: int) -> int:
    return num1 + num2

@dsl.pipeline(name='addition-pipeline')
def my_pipeline(a: int, b: int, c: int = 10) -> int:
    add_task_1 = addition_component(num1=a, num2=b)
    add_task_2 = addition_component(num1=add_task_1.output, num2=c)
    return add_task_2.output

kfp_client = client.Client(host=sys.argv[1])
run = kfp_client.create_run_from_pipeline_func(my_pipeline, arguments={'a': 1, 'b': 2})
final = kfp_client.wait_for_run_completion(run.run_id, timeout=120, sleep_duration=1)
got = kfp_client.get_run(run.run_id)
print(json.dumps({
    'run_id': run.run_id,
    'state': final.state,
    'history': [entry.state for entry in got.state_history],
    'tasks': sorted((task.display_name, task.state) for task in got.run_details.task_details),
    'experiment': kfp_client.get_experiment(experiment_id=got.experiment_id).display_name,
    'finished': got.finished_at >= got.created_at,
}))
`;

describe.skipIf(kfpPython === undefined)('the quick start with the real SDK', () => {
  let millrace: Millrace;
  beforeAll(async () => {
    millrace = await Millrace.start({ sample: false });
  });
  afterAll(() => millrace?.close());

  it('runs a pipeline function to SUCCEEDED and shows its tasks', async () => {
    const result = JSON.parse((await runKfpScript(SCRIPT, [millrace.url])).trim().split('\n').at(-1)!);
    expect(result).toMatchObject({
      state: 'SUCCEEDED',
      history: ['PENDING', 'RUNNING', 'SUCCEEDED'],
      tasks: [
        ['addition-component', 'SUCCEEDED'],
        ['addition-component-2', 'SUCCEEDED'],
      ],
      experiment: 'Default',
      finished: true,
    });
    const detail = await millrace.json(`/apis/millrace/v1/runs/${result.run_id}`);
    const last = detail.tasks.find((task: { key: string }) => task.key === 'addition-component-2');
    const task = await millrace.json(`/apis/millrace/v1/runs/${result.run_id}/tasks/${last.id}`);
    expect(task.output_parameters).toEqual({ Output: 13 });
  });

  it('reuses every task when the same run is made again, and starts no process', async () => {
    const result = JSON.parse((await runKfpScript(SCRIPT, [millrace.url])).trim().split('\n').at(-1)!);
    const detail = await millrace.json(`/apis/millrace/v1/runs/${result.run_id}`);
    expect(detail.run.task_counts).toEqual({ CACHED: 2 });
    expect(detail.tasks.map((task: { attempts: number }) => task.attempts)).toEqual([0, 0]);
    expect(result.state).toBe('SUCCEEDED');
  });
});
