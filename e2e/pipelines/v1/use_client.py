"""What scripts do with kfp.Client of v1: use_client.py HOST. Prints what came back as JSON."""
import json
import sys
import time

import kfp
from kfp import compiler

import features

host = sys.argv[1]
client = kfp.Client(host=host)
seen = {'multi_user': client.get_kfp_healthz().multi_user}

experiment = client.create_experiment('an experiment', description='for v1')
seen['experiment'] = [experiment.name, client.get_experiment(experiment_name='an experiment').id == experiment.id]
seen['again'] = client.create_experiment('an experiment').id == experiment.id
try:
    client.get_experiment(experiment_name='another')
except ValueError as error:
    seen['missing'] = str(error)
seen['experiments'] = sorted(each.name for each in client.list_experiments().experiments)

compiler.Compiler().compile(features.calculation, 'calculation.tar.gz')
compiler.Compiler().compile(features.viewers, 'viewers.zip')
pipeline = client.upload_pipeline('calculation.tar.gz', pipeline_name='the calculation')
seen['pipeline'] = [pipeline.name, pipeline.description, [(each.name, each.value) for each in pipeline.parameters], pipeline.default_version.name]
seen['by name'] = client.get_pipeline_id('the calculation') == pipeline.id
time.sleep(0.01)
version = client.upload_pipeline_version('viewers.zip', pipeline_version_name='two', pipeline_id=pipeline.id)
seen['versions'] = sorted(each.name for each in client.list_pipeline_versions(pipeline.id).versions)
seen['default'] = client.get_pipeline(pipeline.id).default_version.name
seen['pipelines'] = [each.name for each in client.list_pipelines().pipelines]

run = client.run_pipeline(experiment.id, 'from a file', 'calculation.tar.gz', params={'a': '3'})
seen['begun'] = [run.name, run.status in ('Pending', 'Running')]
done = client.wait_for_run_completion(run.id, timeout=120).run
seen['done'] = [done.id == run.id, done.status, {each.name: each.value for each in done.pipeline_spec.parameters}]
seen['references'] = [(each.key.type, each.name, each.relationship) for each in done.resource_references]
manifest = json.loads(client.get_run(run.id).pipeline_runtime.workflow_manifest)
seen['manifest'] = [manifest['kind'], manifest['status']['phase'], manifest['metadata']['labels']['pipeline/runid'] == run.id]
seen['nodes'] = sorted((node['displayName'], node['phase'], [each['value'] for each in node.get('outputs', {}).get('parameters', [])]) for node in manifest['status']['nodes'].values())

of_version = client.run_pipeline(experiment.id, 'of a version', pipeline_id=pipeline.id, version_id=version.id)
done = client.wait_for_run_completion(of_version.id, timeout=120).run
seen['metrics'] = [done.status, sorted((each.name, each.number_value) for each in done.metrics)]
node = done.metrics[0].node_id
import base64, io, tarfile
data = client.runs.read_artifact(of_version.id, node, 'mlpipeline-ui-metadata').data
with tarfile.open(fileobj=io.BytesIO(base64.b64decode(data))) as archive:
    shown = json.load(archive.extractfile(archive.getnames()[0]))
seen['artifact'] = [each['type'] for each in shown['outputs']]
reported = client.runs.report_run_metrics_v1 if hasattr(client.runs, 'report_run_metrics_v1') else client.runs.report_run_metrics
answer = reported(of_version.id, {'metrics': [{'name': 'later', 'node_id': node, 'number_value': 3.5, 'format': 'RAW'}, {'name': 'loss', 'node_id': node, 'number_value': 1}, {'name': 'x', 'node_id': 'nowhere', 'number_value': 1}]})
seen['reported'] = [each.status for each in answer.results]

begun = client.create_run_from_pipeline_func(features.exit_handler, arguments={}, run_name='from a function', experiment_name='an experiment')
seen['from a function'] = begun.wait_for_run_completion(timeout=120).run.status
failing = client.create_run_from_pipeline_func(features.failing_with_exit, arguments={})
done = failing.wait_for_run_completion(timeout=120).run
seen['failed'] = [done.status, 'bad' in done.error]

names = lambda listed: sorted(each.name for each in listed.runs or [])
seen['of experiment'] = names(client.list_runs(experiment_id=experiment.id))
only = json.dumps({'predicates': [{'op': 1, 'key': 'status', 'stringValue': 'Failed'}]})
seen['only failed'] = len(names(client.list_runs(filter=only)))
page = client.list_runs(page_size=2, sort_by='created_at desc')
seen['pages'] = [len(page.runs), page.total_size, len(client.list_runs(page_size=2, page_token=page.next_page_token, sort_by='created_at desc').runs)]

client.runs.archive_run(run.id)
seen['archived'] = client.get_run(run.id).run.storage_state
client.runs.unarchive_run(run.id)
seen['restored'] = client.get_run(run.id).run.storage_state
client.runs.delete_run(failing.run_id)
try:
    client.get_run(failing.run_id)
except Exception as error:
    seen['deleted'] = error.status
slow = client.run_pipeline(experiment.id, 'slow', 'calculation.tar.gz', params={})
client.runs.terminate_run(slow.id)
seen['terminated'] = client.wait_for_run_completion(slow.id, timeout=120).run.status in ('Failed', 'Succeeded')
try:
    client.run_pipeline(experiment.id, 'wrong', 'calculation.tar.gz', params={'unknown': 1})
except Exception as error:
    seen['unknown parameter'] = [error.status, 'unknown' in str(error.body)]

job = client.create_recurring_run(experiment.id, 'nightly', cron_expression='0 0 3 * * *', pipeline_package_path='calculation.tar.gz', params={'a': '5'})
seen['job'] = [job.name, job.enabled, job.trigger.cron_schedule.cron, {each.name: each.value for each in job.pipeline_spec.parameters}]
seen['jobs'] = [each.name for each in client.list_recurring_runs(experiment_id=experiment.id).jobs]
client.disable_job(job.id)
seen['disabled'] = client.get_recurring_run(job.id).enabled
client.delete_job(job.id)

client.archive_experiment(experiment.id)
seen['experiment archived'] = client.get_experiment(experiment.id).storage_state
client.experiments.unarchive_experiment(experiment.id)
client.delete_pipeline_version(version.id)
client.delete_pipeline(pipeline.id)
seen['left'] = len(client.list_pipelines().pipelines or [])
client.delete_experiment(experiment.id)
print(json.dumps(seen))
