"""Calls every method of kfp.Client, of PipelinesClient and every command of the CLI that Millrace serves, and checks the answers.

Usage: python exercise_kfp_client.py http://127.0.0.1:PORT
The server must let runs succeed by themselves, unless they are terminated.
"""
import json
import os
import subprocess
import sys
import tempfile

import kfp
import kfp_server_api
from kfp import dsl

HOST = sys.argv[1]


@dsl.component
def add(a: int, b: int) -> int:
    return a + b


@dsl.pipeline(name='add-numbers', description='Adds.')
def add_numbers(a: int, b: int, label: str = 'x'):
    add(a=a, b=b)


@dsl.component
def join(word: str, other: str) -> str:
    return word + other


@dsl.pipeline(name='texts')
def texts_pipeline(word: str, other: str):
    join(word=word, other=other)


def refused(status, call, *args, **kwargs):
    try:
        call(*args, **kwargs)
    except kfp_server_api.ApiException as error:
        assert error.status == status, (error.status, error.body)
        return json.loads(error.body)
    raise AssertionError(f'{call} was not refused')


def exercise_client(folder):
    client = kfp.Client(host=HOST)
    package = os.path.join(folder, 'add.yaml')
    kfp.compiler.Compiler().compile(add_numbers, package)

    health = client.get_kfp_healthz()
    assert health.multi_user is False, health

    experiment = client.create_experiment('sdk', description='of the sdk')
    assert client.create_experiment('sdk').experiment_id == experiment.experiment_id
    assert client.get_experiment(experiment_name='sdk').display_name == 'sdk'
    assert client.get_experiment(experiment_id=experiment.experiment_id).description == 'of the sdk'
    names = [each.display_name for each in client.list_experiments(sort_by='created_at desc').experiments]
    assert names[:2] == ['sdk', 'Default'], names
    try:
        client.get_experiment(experiment_name='none')
        raise AssertionError
    except ValueError as error:
        assert 'No experiment is found' in str(error)

    assert client.get_pipeline_id('sdk-pipeline') is None
    pipeline = client.upload_pipeline(package, 'sdk-pipeline', 'described')
    assert pipeline.display_name == 'sdk-pipeline' and pipeline.description == 'described'
    assert refused(409, client.upload_pipeline, package, 'sdk-pipeline')['error_message']
    assert client.get_pipeline_id('sdk-pipeline') == pipeline.pipeline_id
    assert client.get_pipeline(pipeline.pipeline_id).created_at.year >= 2024
    assert client.list_pipelines(page_size=1).total_size >= 1
    from_func = client.upload_pipeline_from_pipeline_func(add_numbers, pipeline_name='from-func')
    version = client.upload_pipeline_version(package, 'v2', pipeline_name='sdk-pipeline')
    client.upload_pipeline_version_from_pipeline_func(add_numbers, 'v3', pipeline_id=pipeline.pipeline_id)
    versions = client.list_pipeline_versions(pipeline.pipeline_id)
    assert [each.display_name for each in versions.pipeline_versions] == ['sdk-pipeline', 'v2', 'v3'], versions
    assert versions.total_size == 3
    got = client.get_pipeline_version(pipeline.pipeline_id, version.pipeline_version_id)
    assert got.pipeline_spec['pipelineInfo']['name'] == 'add-numbers', got

    filtered = client.list_pipelines(filter=json.dumps({'predicates': [{'operation': 'IS_SUBSTRING', 'key': 'name', 'stringValue': 'dk-pip'}]}))
    assert [each.pipeline_id for each in filtered.pipelines] == [pipeline.pipeline_id]

    inline = client.create_run_from_pipeline_func(add_numbers, arguments={'a': 1, 'b': 2}, experiment_name='sdk', run_name='inline')
    assert client.wait_for_run_completion(inline.run_id, timeout=30, sleep_duration=1).state == 'SUCCEEDED'
    run = client.get_run(inline.run_id)
    assert run.pipeline_spec['pipelineInfo']['name'] == 'add-numbers'
    assert run.runtime_config.parameters == {'a': 1, 'b': 2}, run.runtime_config
    assert [task.display_name for task in run.run_details.task_details] == ['add'], run.run_details
    assert [each.state for each in run.state_history][0] == 'PENDING' and run.state_history[-1].state == 'SUCCEEDED'
    assert run.finished_at.year >= 2024

    packaged = client.create_run_from_pipeline_package(package, arguments={'a': 1, 'b': 2})
    assert client.get_experiment(experiment_id=client.get_run(packaged.run_id).experiment_id).display_name == 'Default'
    by_version = client.run_pipeline(experiment.experiment_id, 'by-version', pipeline_id=pipeline.pipeline_id, version_id=version.pipeline_version_id, params={'a': 1, 'b': 2})
    assert by_version.pipeline_version_reference.pipeline_version_id == version.pipeline_version_id
    by_file = client.run_pipeline(experiment.experiment_id, 'by-file', pipeline_package_path=package, params={'a': 1, 'b': 2}, pipeline_root='/tmp/somewhere', service_account='me')
    assert (by_file.runtime_config.pipeline_root, by_file.service_account) == ('/tmp/somewhere', 'me')
    assert 'b' in refused(400, client.run_pipeline, experiment.experiment_id, 'short', pipeline_package_path=package, params={'a': 1})['message']
    assert refused(500, client.run_pipeline, experiment.experiment_id, 'nowhere', pipeline_id='nowhere', version_id='nowhere')['code'] == 13

    first = client.list_runs(page_size=2, sort_by='created_at desc', experiment_id=experiment.experiment_id)
    assert len(first.runs) == 2 and first.total_size == 3 and first.next_page_token
    second = client.list_runs(page_size=2, page_token=first.next_page_token, experiment_id=experiment.experiment_id)
    assert len(second.runs) == 1 and not second.next_page_token
    assert refused(400, client.list_runs, page_token='rubbish')['code'] == 3
    assert refused(400, client.list_runs, sort_by='nonsense')['code'] == 3

    client.archive_run(inline.run_id)
    assert client.get_run(inline.run_id).storage_state == 'ARCHIVED'
    client.unarchive_run(inline.run_id)
    assert client.get_run(inline.run_id).storage_state == 'AVAILABLE'
    ended = client.run_pipeline(experiment.experiment_id, 'ended', pipeline_package_path=package, params={'a': 1, 'b': 2})
    client.terminate_run(ended.run_id)
    stopped = client.wait_for_run_completion(ended.run_id, timeout=30, sleep_duration=1)
    assert stopped.state == 'FAILED' and 'terminated' in stopped.error.message, stopped
    assert refused(400, client.terminate_run, ended.run_id)['code'] == 9
    client.delete_run(ended.run_id)
    assert refused(404, client.get_run, ended.run_id)['code'] == 5
    refused(501, client.runs.run_service_retry_run, inline.run_id)

    assert not client.list_recurring_runs().recurring_runs
    parameters = {'a': 1, 'b': 2}
    hourly = client.create_recurring_run(experiment.experiment_id, 'hourly', cron_expression='0 0 * * * *', pipeline_package_path=package, params=parameters)
    assert (hourly.mode, hourly.status, hourly.max_concurrency, hourly.trigger.cron_schedule.cron) == ('ENABLE', 'ENABLED', '1', '0 0 * * * *'), hourly
    newest = client.list_pipeline_versions(pipeline.pipeline_id, sort_by='created_at desc').pipeline_versions[0]
    pinned = client.create_recurring_run(
        experiment.experiment_id, 'pinned', interval_second=60, start_time='2099-01-01T00:00:00Z', end_time='2100-01-01T00:00:00Z', max_concurrency=3, no_catchup=True,
        pipeline_id=pipeline.pipeline_id, version_id=newest.pipeline_version_id, params=parameters, enabled=False, service_account='me', description='one version')
    assert (pinned.mode, pinned.no_catchup, pinned.trigger.periodic_schedule.interval_second, pinned.service_account) == ('DISABLE', True, '60', 'me'), pinned
    assert pinned.pipeline_version_reference.pipeline_id == pipeline.pipeline_id and pinned.pipeline_version_reference.pipeline_version_id == newest.pipeline_version_id
    client.enable_recurring_run(pinned.recurring_run_id)
    assert client.get_recurring_run(pinned.recurring_run_id).status == 'ENABLED'
    client.disable_recurring_run(pinned.recurring_run_id)
    assert client.get_recurring_run(pinned.recurring_run_id).mode == 'DISABLE'
    assert {each.display_name for each in client.list_recurring_runs(experiment_id=experiment.experiment_id).recurring_runs} == {'hourly', 'pinned'}
    assert 'minutes (field 2)' in refused(400, client.create_recurring_run, experiment.experiment_id, 'bad', cron_expression='0 99 * * * *', pipeline_package_path=package, params=parameters)['message']
    client.delete_recurring_run(hourly.recurring_run_id)
    client.delete_recurring_run(pinned.recurring_run_id)
    refused(404, client.get_recurring_run, 'nowhere')

    client.archive_experiment(experiment.experiment_id)
    assert client.get_run(inline.run_id).storage_state == 'ARCHIVED'
    assert refused(400, client.unarchive_run, inline.run_id)['code'] == 9
    client.unarchive_experiment(experiment.experiment_id)
    assert client.get_experiment(experiment_id=experiment.experiment_id).storage_state == 'AVAILABLE'
    client.delete_experiment(experiment.experiment_id)
    default = client.get_experiment(experiment_name='Default')
    assert refused(409, client.delete_experiment, default.experiment_id)['code'] == 10

    assert refused(400, client.delete_pipeline, pipeline.pipeline_id)['code'] == 9
    client.delete_pipeline_version(pipeline.pipeline_id, version.pipeline_version_id)
    client.pipelines.pipeline_service_delete_pipeline(pipeline.pipeline_id, cascade=True)
    refused(404, client.get_pipeline, pipeline.pipeline_id)
    by_name = client.pipelines.pipeline_service_get_pipeline_by_name('from-func')
    assert by_name.pipeline_id == from_func.pipeline_id
    updated = client.pipelines.pipeline_service_update_pipeline(from_func.pipeline_id, {'display_name': 'renamed', 'tags': {'team': 'ml'}})
    assert (updated.name, updated.display_name, updated.tags) == ('from-func', 'renamed', {'team': 'ml'}), updated
    client.pipelines.pipeline_service_delete_pipeline(from_func.pipeline_id, cascade=True)


def exercise_cli(folder):
    package = os.path.join(folder, 'add.yaml')
    texts = os.path.join(folder, 'texts.yaml')
    kfp.compiler.Compiler().compile(texts_pipeline, texts)

    def cli(*args, output='json', ok=True):
        done = subprocess.run([os.path.join(os.path.dirname(sys.executable), 'kfp'), '--endpoint', HOST, '--output', output, *args], capture_output=True, text=True, input='y\n')
        assert (done.returncode == 0) == ok, f'{args} ended with {done.returncode}\n{done.stdout[-1500:]}\n{done.stderr[-3000:]}'
        if output != 'json' or not ok:
            return done.stdout + done.stderr
        start = min((at for at in (done.stdout.find('{'), done.stdout.find('[')) if at >= 0), default=-1)
        return json.JSONDecoder().raw_decode(done.stdout[start:])[0] if start >= 0 else done.stdout

    pipeline = cli('pipeline', 'create', '-p', 'cli-pipeline', '-d', 'by cli', package)
    pipeline_id = pipeline['pipeline_id']
    assert cli('pipeline', 'get', pipeline_id)['display_name'] == 'cli-pipeline'
    assert any(each['display_name'] == 'cli-pipeline' for each in cli('pipeline', 'list'))
    version_id = cli('pipeline', 'create-version', '-n', 'cli-pipeline', '-v', 'second', package)['pipeline_version_id']
    assert {each['display_name'] for each in cli('pipeline', 'list-versions', pipeline_id)} == {'cli-pipeline', 'second'}
    assert cli('pipeline', 'get-version', pipeline_id, version_id)['display_name'] == 'second'
    experiment_id = cli('experiment', 'create', 'cli-experiment')['experiment_id']
    assert cli('experiment', 'get', experiment_id)['display_name'] == 'cli-experiment'
    assert any(each['display_name'] == 'cli-experiment' for each in cli('experiment', 'list'))

    numbers = cli('run', 'create', '-e', 'cli-experiment', '-r', 'numbers', '-f', package, 'a=1', 'b=2')
    assert numbers['runtime_config']['parameters'] == {'a': 1, 'b': 2}, numbers
    cli('run', 'create', '-e', 'cli-experiment', '-r', 'short', '-f', package, 'a=1', ok=False)
    run = cli('run', 'create', '-e', 'cli-experiment', '-r', 'cli-run', '-f', texts, 'word=hi', 'other=there')
    run_id = run['run_id']
    assert run['runtime_config']['parameters'] == {'word': 'hi', 'other': 'there'}, run
    assert cli('run', 'get', run_id)['display_name'] == 'cli-run'
    assert [each['display_name'] for each in cli('run', 'list', '-e', experiment_id)] == ['cli-run', 'numbers']
    assert 'cli-run' in cli('run', 'list', output='table')
    watched = cli('run', 'create', '-e', 'cli-experiment', '-r', 'watched', '-f', texts, '-w', 'word=hi', 'other=there', output='table')
    assert 'watched' in watched, watched
    assert cli('run', 'archive', run_id)['storage_state'] == 'ARCHIVED'
    assert cli('run', 'unarchive', run_id)['storage_state'] == 'AVAILABLE'
    assert run_id in cli('run', 'delete', run_id, output='table')
    assert cli('recurring-run', 'list') == []
    often = cli('recurring-run', 'create', '--experiment-name', 'cli-experiment', '--job-name', 'often', '--cron-expression', '0 0 * * * *', '--pipeline-package-path', texts, '--enabled', 'word=hi', 'other=there')
    assert (often['mode'], often['runtime_config']['parameters']) == ('ENABLE', {'word': 'hi', 'other': 'there'}), often
    often_id = often['recurring_run_id']
    assert [each['display_name'] for each in cli('recurring-run', 'list')] == ['often']
    assert cli('recurring-run', 'disable', often_id)['status'] == 'DISABLED'
    assert cli('recurring-run', 'enable', often_id)['status'] == 'ENABLED'
    assert cli('recurring-run', 'get', often_id)['display_name'] == 'often'
    assert often_id in cli('recurring-run', 'delete', often_id, output='table')
    assert cli('experiment', 'archive', '--experiment-id', experiment_id)['storage_state'] == 'ARCHIVED'
    assert cli('experiment', 'unarchive', '--experiment-id', experiment_id)['storage_state'] == 'AVAILABLE'
    assert experiment_id in cli('experiment', 'delete', experiment_id, output='table')
    assert version_id in cli('pipeline', 'delete-version', pipeline_id, version_id, output='table')
    cli('pipeline', 'delete', pipeline_id, ok=False)
    kfp.Client(host=HOST).pipelines.pipeline_service_delete_pipeline(pipeline_id, cascade=True)


def exercise_pipelines_client(folder):
    from kfp.kubeflow_client.api.pipelines_client import PipelinesClient
    from kfp.kubeflow_client.backends.kubernetes.types import KubernetesBackendConfig
    client = PipelinesClient(KubernetesBackendConfig(base_url=HOST))
    first = client.upload_pipeline(os.path.join(folder, 'add.yaml'), name='by-name', version='one')
    client.upload_pipeline(os.path.join(folder, 'add.yaml'), name='by-name', version='two')
    assert first.display_name, first
    assert client.get_pipeline('by-name').name == 'by-name'
    client.create_experiment('named-experiment')
    run = client.run('by-name', params={'a': 1, 'b': 2}, name='named', experiment='named-experiment')
    assert client.wait_for_run_status(run, polling_interval=1, timeout=30)
    assert client.list_runs(status='succeeded', experiment='named-experiment').runs
    client.delete_pipeline('by-name', force=True)


with tempfile.TemporaryDirectory() as folder:
    exercise_client(folder)
    print('kfp.Client: good')
    exercise_cli(folder)
    print('kfp CLI: good')
    exercise_pipelines_client(folder)
    print('PipelinesClient: good')
