import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Millrace } from '../harness/millrace.js';
import { compileV1Pipelines, prepareV1Python, runV1Script } from '../harness/python-v1.js';
import { Runs } from '../harness/runs.js';

const python = await prepareV1Python();
const seeds = resolve(import.meta.dirname, '../../../../shared/seeds');
if (!existsSync(seeds)) console.warn('SKIPPED: the scripts that this product was conceived from, because ../shared/seeds is not there');

/** The code in a document, block by block. */
function codeOf(document: string): string[] {
  const file = readdirSync(seeds).find((name) => name.startsWith(document))!;
  return [...readFileSync(join(seeds, file), 'utf8').matchAll(/^```[a-z]*\n([\s\S]*?)^```/gm)].map(([, code]) => code!);
}
const blockWith = (blocks: readonly string[], text: string): string => blocks.find((block) => block.includes(text))!;

/** Replaces what has to be there, once. */
function replaced(code: string, changes: readonly (readonly [from: string, to: string])[]): string {
  return changes.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`the script has no "${from}"`);
    return text.replace(from, to);
  }, code);
}

describe.skipIf(python === undefined || !existsSync(seeds))('the scripts that were written for KFP v1', () => {
  let millrace: Millrace;
  let runs: Runs;
  beforeAll(async () => {
    millrace = await Millrace.start({ sample: false, args: ['--executor', 'process'] });
    runs = new Runs(millrace);
  });
  afterAll(() => millrace?.close());

  it('run the taxi cab pipeline, when the places that its author left out are filled', async () => {
    const blocks = codeOf('000_');
    // The image holds a program of its own; instead, its arguments are written where its output is.
    const component = replaced(blockWith(blocks, 'def tf_train_op'), [["image = 'gcr.io/", `command = ['sh', '-c', 'echo "$@" > /output.txt', 'op'],\n\n    image = 'gcr.io/`]]);
    const pipeline = replaced(blockWith(blocks, 'def taxi_cab_classification'), [['  ...):', "  schema='schema.json', learning_rate=0.1, hidden_layer_size='1500', steps=3000, target='tips', preprocess_mode='local', preprocess_module='preprocessing.py'):\n  transform_output = training_output = output"]]);
    const source = `
import kfp.dsl as dsl

def dataflow_tf_transform_op(train, evaluation, schema, project, mode, module, output):
    script = 'echo "$1/data" > /output.txt'
    return dsl.ContainerOp(name='preprocess', image='library/bash', command=['sh', '-c', script, 'op'], arguments=[output, train, mode], file_outputs={'transformed': '/output.txt'})

${component}
${pipeline}
PIPELINES = ['taxi_cab_classification']
`;
    const { taxi_cab_classification: compiled } = await compileV1Pipelines(python!, 'taxi.py', source);
    await expect(runs.start(compiled!)).rejects.toThrow(/"output" needs a value[\s\S]*"project" needs a value/);
    const given = { output: '/out', project: 'p', column_names: 'c', key_columns: 'k', train: 't', evaluation: 'e' };
    const finished = await runs.run(compiled!, given);
    expect(finished.run).toMatchObject({ state: 'SUCCEEDED', pipeline_name: 'TFX Taxi Cab Classification Pipeline Example' });
    expect(finished.tasks['training']!.input_parameters).toMatchObject({ 'preprocess-transformed': '/out/data', learning_rate: '0.1' });
    expect(finished.tasks['training']!.depends_on).toEqual(['root/preprocess']);
  });

  it('launch a job by a function and a component of YAML, with the id of the run in its name', async () => {
    const script = replaced(blockWith(codeOf('002_'), 'launch-kubeflow-pytorchjob'), [['if __name__ == "__main__":', 'if True:\n    import sys']]);
    // The last lines of the script, which its author has written as a comment.
    const withClient = (code: string) => `${code}
    client = kfp.Client(host=sys.argv[1])
    run = client.create_run_from_pipeline_package(pipeline_file, arguments={}, run_name="test pytorchjob run")
    print(json.dumps({"run": run.run_id, "status": run.wait_for_run_completion(120).run.status}))
`;
    const launch = (source: string) => runV1Script<{ run: string; status: string }>(python!, 'launch.py', { args: [millrace.url], source });
    // As it was written, its function lacks an import of its own: anywhere, it fails so.
    const asWritten = await launch(withClient(script));
    expect(asWritten.status).toBe('Failed');
    expect((await runs.look(asWritten.run)).run.error).toMatch(/^create-worker-spec: .*NameError: name 'namedtuple' is not defined/);

    const { run, status } = await launch(withClient(replaced(script, [['    worker = {}\n', '    from collections import namedtuple\n    worker = {}\n']])));
    expect(status).toBe('Succeeded');
    const { tasks } = await runs.look(run);
    expect(tasks['launch-pytorchjob']!.depends_on).toEqual(['root/create-worker-spec']);
    const log = await runs.log(tasks['launch-pytorchjob']!);
    expect(log).toContain(`--name name-${run} --namespace kubeflow`);
    expect(log).toContain('"replicas": 1');
    expect(log).toContain('--jobTimeoutMinutes 600');
  });

  it('compile three dependent jobs and submit them with other parameters', async () => {
    const blocks = codeOf('004_');
    const submit = replaced(blockWith(blocks, 'client.run_pipeline('), [['"ml-pipeline.kubeflow.svc.cluster.local:8888"', 'sys.argv[1]']]);
    const source = `
import json, sys
import kfp
import kfp.dsl as dsl
import arena
EXPERIMENT_NAME, RUN_ID = 'mnist', 'run-1'

${blocks.find((block) => block.includes('def sample_pipeline') && block.includes('prepare_data ='))}

if __name__ == '__main__':
  learning_rate, dropout, model_version, commit = '0.0005', '0.8', '3', 'f097575656f927d86d99dd64931042e1a9003cb2'
${submit}
  print(json.dumps({'run': run.id, 'status': client.wait_for_run_completion(run.id, timeout=120).run.status}))
`;
    const { run, status } = await runV1Script<{ run: string; status: string }>(python!, 'standalone_pipeline.py', { args: [millrace.url], source });
    expect(status).toBe('Succeeded');
    const { tasks, run: finished } = await runs.look(run);
    expect(finished.experiment.name).toBe('mnist');
    expect(tasks['export-model']!.depends_on).toEqual(['root/train']);
    expect(await runs.log(tasks['train']!)).toMatch(/--learning_rate 0\.0005 +--dropout 0\.8/);
    expect(await runs.log(tasks['export-model']!)).toContain('--model_version=3');
  });
});
