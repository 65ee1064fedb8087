import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compilePipelines } from '../harness/compile-pipelines.js';
import { Millrace } from '../harness/millrace.js';
import { kfpPython, runKfpScript } from '../harness/python.js';
import { shellPipeline } from '../harness/shell-pipeline.js';

/** What every script below starts with: a client, the folder of the packages, and a way to hand back what was seen. */
const PREAMBLE = `
import json, sys, time
from kfp import client as kfp_client
host, folder, outside = sys.argv[1:4]
client = kfp_client.Client(host=host)
def refusal(call, *args, **kwargs):
    try:
        call(*args, **kwargs)
        return None
    except Exception as error:
        return str(error)
def finish(result):
    print(json.dumps(result, default=str))
`;

describe.skipIf(kfpPython === undefined)('the client of the real SDK', () => {
  let millrace: Millrace;
  let folder: string;
  beforeAll(async () => {
    millrace = await Millrace.start({ sample: false });
    folder = await mkdtemp(join(tmpdir(), 'millrace-client-'));
    for (const [name, yaml] of Object.entries(await compilePipelines('values.py'))) await writeFile(join(folder, `${name}.yaml`), yaml);
    await writeFile(join(folder, 'slow.yaml'), JSON.stringify(shellPipeline({ slow: { line: 'sleep 600' } })));
    await writeFile(join(folder, 'quick.yaml'), JSON.stringify(shellPipeline({ quick: { line: 'true', enableCache: true } })));
  });
  afterAll(async () => {
    await millrace?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const script = async (source: string): Promise<any> => JSON.parse((await runKfpScript(PREAMBLE + source, [millrace.url, folder, '/srv/elsewhere'])).trim().split('\n').at(-1)!);

  it('uploads pipelines and versions, and finds them by name, in Chinese and at full length', async () => {
    const seen = await script(`
# One less than a pipeline may have: its first version gets the same name.
long = 'n' * 127
uploaded = client.upload_pipeline(folder + '/nested.yaml', pipeline_name='嵌套 流水线', description='三层')
client.upload_pipeline(folder + '/nested.yaml', pipeline_name=long)
version = client.upload_pipeline_version(folder + '/nested.yaml', '第二版', pipeline_name='嵌套 流水线')
versions = client.list_pipeline_versions(uploaded.pipeline_id, sort_by='created_at desc').pipeline_versions
finish({
    'id': client.get_pipeline_id('嵌套 流水线') == uploaded.pipeline_id,
    'none': client.get_pipeline_id('no such pipeline'),
    'long': client.get_pipeline_id(long) is not None,
    'too_long': refusal(client.upload_pipeline, folder + '/nested.yaml', pipeline_name=long + 'nn'),
    'again': refusal(client.upload_pipeline, folder + '/nested.yaml', pipeline_name='嵌套 流水线'),
    'description': client.get_pipeline(uploaded.pipeline_id).description,
    'versions': [each.display_name for each in versions],
    'spec': client.get_pipeline_version(uploaded.pipeline_id, version.pipeline_version_id).pipeline_spec['pipelineInfo']['name'],
})
`);
    expect(seen).toMatchObject({ id: true, none: null, long: true, description: '三层', versions: ['第二版', '嵌套 流水线'], spec: 'nested' });
    expect(seen.too_long).toContain('Pipeline.Name length cannot exceed 128');
    expect(seen.again).toMatch(/The name 嵌套 流水线 already exist.* Please specify a new name/);
  });

  it('runs a package with and without the cache, under a service account, with a long Chinese name', async () => {
    const seen = await script(`
def run(**rest):
    made = client.create_run_from_pipeline_package(folder + '/quick.yaml', **rest)
    client.wait_for_run_completion(made.run_id, timeout=60, sleep_duration=1)
    return client.get_run(made.run_id)
first = run(run_name='训练' * 60, service_account='trainer')
again = run()
fresh = run(enable_caching=False)
finish([{'state': each.state, 'name': each.display_name, 'account': each.service_account, 'tasks': [task.state for task in each.run_details.task_details]} for each in (first, again, fresh)])
`);
    expect(seen[0]).toEqual({ state: 'SUCCEEDED', name: '训练'.repeat(60), account: 'trainer', tasks: ['SUCCEEDED'] });
    expect(seen[1]).toMatchObject({ state: 'SUCCEEDED', tasks: ['SKIPPED'] });
    expect(seen[2]).toMatchObject({ state: 'SUCCEEDED', tasks: ['SUCCEEDED'] });
  });

  it('lists runs filtered, sorted and by pages', async () => {
    const seen = await script(`
experiment = client.create_experiment('筛选')
for name in ('b 乙', 'a 甲', 'c 丙'):
    made = client.create_run_from_pipeline_package(folder + '/quick.yaml', run_name=name, experiment_name='筛选')
    client.wait_for_run_completion(made.run_id, timeout=60, sleep_duration=1)
def names(**rest):
    return [run.display_name for run in client.list_runs(experiment_id=experiment.experiment_id, **rest).runs or []]
def where(operation, key, value):
    return json.dumps({'predicates': [{'operation': operation, 'key': key, 'stringValue': value}]})
first = client.list_runs(experiment_id=experiment.experiment_id, page_size=2, sort_by='name asc')
second = client.list_runs(experiment_id=experiment.experiment_id, page_size=2, sort_by='name asc', page_token=first.next_page_token)
finish({
    'default': names(),
    'name': names(sort_by='name asc'),
    'name_desc': names(sort_by='name desc'),
    'newest': names(sort_by='created_at desc'),
    'one': names(filter=where(1, 'name', 'a 甲')),
    'part': names(filter=where(9, 'name', '丙')),
    'state': len(names(filter=where(1, 'state', 'SUCCEEDED'))),
    'failed': names(filter=where(1, 'state', 'FAILED')),
    'pages': [[run.display_name for run in page.runs] for page in (first, second)],
    'total': first.total_size,
    'end': second.next_page_token,
    'wrong': refusal(client.list_runs, sort_by='nonsense'),
})
`);
    expect(seen).toMatchObject({
      default: ['b 乙', 'a 甲', 'c 丙'],
      name: ['a 甲', 'b 乙', 'c 丙'],
      name_desc: ['c 丙', 'b 乙', 'a 甲'],
      newest: ['c 丙', 'a 甲', 'b 乙'],
      one: ['a 甲'],
      part: ['c 丙'],
      state: 3,
      failed: [],
      pages: [['a 甲', 'b 乙'], ['c 丙']],
      total: 3,
    });
    expect(seen.end ?? '').toBe('');
    expect(seen.wrong).toContain('Invalid sorting field');
  });

  it('terminates a run and stops waiting for it', async () => {
    const seen = await script(`
made = client.create_run_from_pipeline_package(folder + '/slow.yaml', run_name='to be ended')
while client.get_run(made.run_id).state != 'RUNNING':
    time.sleep(0.1)
client.terminate_run(made.run_id)
final = client.wait_for_run_completion(made.run_id, timeout=30, sleep_duration=1)
finish({'state': final.state, 'error': final.error.message, 'again': refusal(client.terminate_run, made.run_id)})
`);
    expect(seen).toMatchObject({ state: 'FAILED', error: 'terminated by a user' });
    expect(seen.again).toMatch(/to be ended|terminat|Row not found/i);
  });

  it('archives runs and experiments, with what is in them, and brings them back', async () => {
    const seen = await script(`
experiment = client.create_experiment('归档')
run = client.create_run_from_pipeline_package(folder + '/quick.yaml', experiment_name='归档')
client.wait_for_run_completion(run.run_id, timeout=60, sleep_duration=1)
state = lambda: client.get_run(run.run_id).storage_state
client.archive_run(run.run_id)
one = state()
client.unarchive_run(run.run_id)
two = state()
client.archive_experiment(experiment.experiment_id)
three = state()
locked = refusal(client.unarchive_run, run.run_id)
archived = client.get_experiment(experiment.experiment_id).storage_state
new = refusal(client.create_run_from_pipeline_package, folder + '/quick.yaml', experiment_name='归档')
client.unarchive_experiment(experiment.experiment_id)
four = state()
client.unarchive_run(run.run_id)
back = state()
client.delete_run(run.run_id)
client.delete_experiment(experiment.experiment_id)
finish({'states': [one, two, three, four, back], 'experiment': archived, 'locked': locked, 'gone': refusal(client.get_run, run.run_id), 'new': new})
`);
    expect(seen).toMatchObject({ states: ['ARCHIVED', 'AVAILABLE', 'ARCHIVED', 'ARCHIVED', 'AVAILABLE'], experiment: 'ARCHIVED' });
    expect(seen.locked).toContain('must be un-archived first');
    expect(seen.gone).toMatch(/not found/);
  });

  it('takes a pipeline root below the data folder, and is told why no other', async () => {
    const seen = await script(`
def run(root):
    return client.create_run_from_pipeline_package(folder + '/nested.yaml', pipeline_root=root)
inside = run(${JSON.stringify('ROOT')})
finish({
    'state': client.wait_for_run_completion(inside.run_id, timeout=60, sleep_duration=1).state,
    'root': client.get_run(inside.run_id).runtime_config.pipeline_root,
    'gcs': refusal(run, 'gs://bucket/runs'),
    'outside': refusal(run, outside),
})
`.replace('ROOT', join(millrace.dataFolder, 'artifacts', '团队', 'mine')));
    expect(seen).toMatchObject({ state: 'SUCCEEDED', root: join(millrace.dataFolder, 'artifacts', '团队', 'mine') });
    expect(seen.gcs).toContain('is in a gs:// store, which this installation has no credentials for; leave the pipeline root empty');
    expect(seen.outside).toContain('/srv/elsewhere');
    expect(seen.outside).toContain('is outside');
  });
});
