import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Millrace } from '../harness/millrace.js';
import { kfpPython, runKfpCli, runKfpScript } from '../harness/python.js';
import { shellPipeline } from '../harness/shell-pipeline.js';

const PREAMBLE = `
import json, sys, time
from kfp import client as kfp_client, compiler, dsl
host, folder = sys.argv[1:3]
client = kfp_client.Client(host=host)
def refusal(call, *args, **kwargs):
    try:
        call(*args, **kwargs)
    except Exception as error:
        return str(error)
def runs_of(recurring, **rest):
    by = json.dumps({'predicates': [{'operation': 1, 'key': 'recurring_run_id', 'stringValue': recurring.recurring_run_id}]})
    return client.list_runs(page_size=100, sort_by='scheduled_at', filter=by, **rest).runs or []
def wait_for(count, recurring, seconds=40):
    end = time.time() + seconds
    while len(runs_of(recurring)) < count and time.time() < end:
        time.sleep(0.2)
    return runs_of(recurring)
def finish(result):
    print(json.dumps(result, default=str))
`;

describe.skipIf(kfpPython === undefined)('recurring runs with the real SDK', () => {
  let millrace: Millrace;
  let folder: string;
  beforeAll(async () => {
    millrace = await Millrace.start({ sample: false, args: ['--time-zone', 'Asia/Shanghai'] });
    folder = await mkdtemp(join(tmpdir(), 'millrace-recurring-'));
    await writeFile(join(folder, 'quick.yaml'), JSON.stringify(shellPipeline({ quick: { line: 'true' } })));
    await writeFile(join(folder, 'slow.yaml'), JSON.stringify(shellPipeline({ slow: { line: 'sleep 600' } })));
  });
  afterAll(async () => {
    await millrace?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const script = async (source: string): Promise<any> => JSON.parse((await runKfpScript(PREAMBLE + source, [millrace.url, folder])).trim().split('\n').at(-1)!);

  it('an interval of two seconds makes runs two seconds apart, until it is disabled', async () => {
    const seen = await script(`
experiment = client.create_experiment('interval')
recurring = client.create_recurring_run(experiment.experiment_id, '每两秒', interval_second=2, max_concurrency=3, pipeline_package_path=folder + '/quick.yaml')
wait_for(3, recurring)
client.disable_recurring_run(recurring.recurring_run_id)
time.sleep(0.5)
stopped = runs_of(recurring)
time.sleep(3)
later = runs_of(recurring)
for run in later: client.wait_for_run_completion(run.run_id, timeout=60, sleep_duration=1)
finish({
    'names': [run.display_name for run in later[:3]], 'states': list({client.get_run(run.run_id).state for run in later}), 'stopped': len(later) - len(stopped),
    'apart': [(b.scheduled_at - a.scheduled_at).total_seconds() for a, b in zip(later, later[1:])],
    'of': list({run.recurring_run_id == recurring.recurring_run_id for run in later}), 'experiment': list({run.experiment_id == experiment.experiment_id for run in later}),
    'status': client.get_recurring_run(recurring.recurring_run_id).status,
})
`);
    expect(seen).toMatchObject({ names: ['每两秒 #1', '每两秒 #2', '每两秒 #3'], states: ['SUCCEEDED'], stopped: 0, of: [true], experiment: [true], status: 'DISABLED' });
    expect(new Set(seen.apart)).toEqual(new Set([2]));
  });

  it('a cron of every second makes runs, whose parameters and placeholders are those of the slot', async () => {
    const seen = await script(`
@dsl.component
def say(index: int, name: str, when: str, placeholder: str) -> str:
    return f'{index} {name} {when} {placeholder}'
@dsl.pipeline(name='say-it')
def say_it(index: int, name: str, when: str) -> str:
    return say(index=index, name=name, when=when, placeholder=dsl.PIPELINE_JOB_SCHEDULE_TIME_UTC_PLACEHOLDER).output
compiler.Compiler().compile(say_it, folder + '/say.yaml')
experiment = client.create_experiment('cron')
macros = {'index': '[[Index]]', 'name': '[[RunUUID]]', 'when': "[[ScheduledTime.2006-01-02T15:04:05Z]] {{$.scheduledTime.strftime('%Y')}} [[Unknown]]"}
recurring = client.create_recurring_run(experiment.experiment_id, 'cron', cron_expression='* * * * * *', max_concurrency=10, params=macros, pipeline_package_path=folder + '/say.yaml')
first = wait_for(2, recurring)[:2]
client.delete_recurring_run(recurring.recurring_run_id)
finish([{'id': run.run_id, 'at': run.scheduled_at.strftime('%Y-%m-%dT%H:%M:%SZ'), 'parameters': run.runtime_config.parameters} for run in first])
`);
    for (const [position, { id, at, parameters }] of seen.entries()) {
      const when = `${at} ${at.slice(0, 4)} [[Unknown]]`;
      expect(parameters).toEqual({ index: position + 1, name: id, when });
    }
    await millrace.finished(seen[0].id);
    const { tasks } = await millrace.json(`/apis/millrace/v1/runs/${seen[0].id}`);
    const task = await millrace.json(`/apis/millrace/v1/runs/${seen[0].id}/tasks/${tasks[0].id}`);
    // Deleting a recurring run ends what it has in progress; the first was over by then or is not.
    if (task.state === 'SUCCEEDED') expect(task.output_parameters.Output).toBe(`1 ${seen[0].id} ${seen[0].parameters.when} ${seen[0].at}`);
    else expect(task.state).toBe('CANCELED');
  });

  it('has no more runs at once than it may, and deleting it ends them unless they are to go on', async () => {
    const seen = await script(`
experiment = client.create_experiment('slow')
def slow(name):
    return client.create_recurring_run(experiment.experiment_id, name, interval_second=1, max_concurrency=2, pipeline_package_path=folder + '/slow.yaml')
ended, left = slow('ended'), slow('left')
wait_for(2, ended); wait_for(2, left)
time.sleep(2)
counts = [len(runs_of(ended)), len(runs_of(left))]
client.delete_recurring_run(ended.recurring_run_id)
client._recurring_run_api.recurring_run_service_delete_recurring_run(left.recurring_run_id, propagation_policy='ORPHAN')
for run in runs_of(ended): client.wait_for_run_completion(run.run_id, timeout=60, sleep_duration=1)
states = [sorted({client.get_run(run.run_id).state for run in runs_of(each)}) for each in (ended, left)]
gone = refusal(client.get_recurring_run, ended.recurring_run_id)
for run in runs_of(left): client.terminate_run(run.run_id)
finish({'counts': counts, 'states': states, 'gone': gone})
`);
    expect(seen.counts).toEqual([2, 2]);
    expect(seen.states[0]).toEqual(['FAILED']);
    expect(seen.states[1].every((state: string) => ['PENDING', 'RUNNING'].includes(state))).toBe(true);
    expect(seen.gone).toContain('404');
  });

  it('lists by experiment and by what KFP has of it, and refuses a bad cron by its field', async () => {
    const seen = await script(`
experiment = client.create_experiment('listed')
def make(name, **rest):
    return client.create_recurring_run(experiment.experiment_id, name, pipeline_package_path=folder + '/quick.yaml', **rest)
make('a', cron_expression='0 0 3 * * *')
make('b', interval_second=3600, enabled=False, no_catchup=True, start_time='2099-01-01T00:00:00Z', end_time='2099-02-01T00:00:00Z', description='later')
def names(**rest):
    return [each.display_name for each in client.list_recurring_runs(experiment_id=experiment.experiment_id, **rest).recurring_runs or []]
def by(key, value):
    return json.dumps({'predicates': [{'operation': 1, 'key': key, 'stringValue': value}]})
b = client.get_recurring_run([each for each in client.list_recurring_runs(experiment_id=experiment.experiment_id).recurring_runs if each.display_name == 'b'][0].recurring_run_id)
finish({
    'all': names(sort_by='name'), 'status': names(filter=by('status', 'ENABLED')), 'mode': names(filter=by('mode', 'DISABLE')), 'trigger': names(filter=by('trigger', 'CRON')),
    'page': names(page_size=1, sort_by='name desc'),
    'b': [b.no_catchup, b.description, b.trigger.periodic_schedule.start_time, b.trigger.periodic_schedule.interval_second],
    'bad': refusal(make, 'bad', cron_expression='0 0 25 * * *'), 'many': refusal(make, 'many', interval_second=1, max_concurrency=11),
})
`);
    expect(seen).toMatchObject({ all: ['a', 'b'], status: ['a'], mode: ['b'], trigger: ['a'], page: ['b'] });
    expect(seen.b).toEqual([true, 'later', '2099-01-01 00:00:00+00:00', '3600']);
    expect(seen.bad).toMatch(/hours \(field 3\) has .*25.* allowed are 0 to 23/);
    expect(seen.many).toContain('must be in [1, 10]; it is 11');
  });

  it('always takes the latest version of its pipeline, and says when that is gone', async () => {
    const seen = await script(`
import kfp_server_api as api
pipeline = client.upload_pipeline(folder + '/quick.yaml', pipeline_name='latest')
recurring = client._recurring_run_api.recurring_run_service_create_recurring_run(recurring_run=api.V2beta1RecurringRun(
    display_name='latest', pipeline_version_reference=api.V2beta1PipelineVersionReference(pipeline_id=pipeline.pipeline_id),
    trigger=api.V2beta1Trigger(periodic_schedule=api.V2beta1PeriodicSchedule(interval_second='1')), max_concurrency='10', mode='ENABLE'))
first = wait_for(1, recurring)[0]
version = client.upload_pipeline_version(folder + '/quick.yaml', 'newer', pipeline_id=pipeline.pipeline_id)
count = len(runs_of(recurring))
newest = wait_for(count + 2, recurring)[-1]
client.pipelines.pipeline_service_delete_pipeline(pipeline.pipeline_id, cascade=True)
end = time.time() + 20
while not client.get_recurring_run(recurring.recurring_run_id).error and time.time() < end: time.sleep(0.2)
broken = client.get_recurring_run(recurring.recurring_run_id)
client.delete_recurring_run(recurring.recurring_run_id)
finish({
    'first': first.pipeline_version_reference.pipeline_version_id == version.pipeline_version_id, 'newest': newest.pipeline_version_reference.pipeline_version_id == version.pipeline_version_id,
    'error': broken.error.message, 'status': broken.status, 'pipeline': pipeline.pipeline_id,
})
`);
    expect(seen).toMatchObject({ first: false, newest: true, status: 'ENABLED' });
    expect(seen.error).toContain(`Its pipeline ${seen.pipeline} is gone`);
  });

  it('the kfp command does all of it', async () => {
    const cli = async (...args: string[]): Promise<any> => {
      const { code, stdout, stderr } = await runKfpCli(millrace.url, ['--output', 'json', 'recurring-run', ...args]);
      if (code !== 0) throw new Error(`kfp recurring-run ${args.join(' ')} ended with ${code}\n${stdout}\n${stderr}`);
      // An experiment that it makes is spoken of first.
      return JSON.parse(stdout.slice(stdout.search(/^[[{]/m)));
    };
    const made = await cli('create', '--experiment-name', 'by-cli', '--job-name', 'from the shell', '--cron-expression', '0 0 3 * * *', '--pipeline-package-path', join(folder, 'quick.yaml'));
    const id = made.recurring_run_id;
    expect(made).toMatchObject({ mode: 'DISABLE', display_name: 'from the shell' });
    expect(await cli('enable', id)).toMatchObject({ status: 'ENABLED' });
    expect(await cli('get', id)).toMatchObject({ mode: 'ENABLE' });
    expect((await cli('list')).map((each: { recurring_run_id: string }) => each.recurring_run_id)).toContain(id);
    expect(await cli('disable', id)).toMatchObject({ status: 'DISABLED' });
    expect(await runKfpCli(millrace.url, ['recurring-run', 'delete', id], 'y\n')).toMatchObject({ code: 0 });
    expect((await millrace.request(`/apis/v2beta1/recurringruns/${id}`)).status).toBe(404);
  });
});
