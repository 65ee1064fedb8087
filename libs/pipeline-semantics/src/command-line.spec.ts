import { describe, expect, it } from 'vitest';
import { renderCommandLine } from './command-line.js';
import { buildExecutorInput } from './executor-input.js';
import type { PlaceholderValues } from './placeholders.js';
import { aPipeline, aRun, anArtifact, layout, STEP } from './testing/a-pipeline.js';

const inputs = {
  parameters: { text: 'a $(HOME) {{$}}', number: 1.5, list: [1], nothing: null },
  artifacts: { model: [anArtifact('m-1', { uri: 'gs://b/m', metadata: { k: 'v', deep: { er: 1 } } })], many: [anArtifact('x'), anArtifact('y')] },
};
const places = {
  taskRoot: '/data/t',
  localTaskRoot: '/data/t',
  parameterFiles: { out: '/data/t/.parameters/out' },
  outputMetadataFile: '/data/t/output_metadata.json',
  outputArtifacts: { made: { name: 'made', uri: 's3://b/made', schemaTitle: 'system.Model', schemaVersion: '0.0.1', metadata: {} } },
};
const values: PlaceholderValues = {
  run: aRun(aPipeline({ tasks: { step: { use: 'step', in: { text: '=a' } } } }, { step: STEP })),
  layout,
  taskKey: 'key',
  taskId: 'id-1',
  inputs,
  declared: (name) => name === 'absent',
  places,
  executorInput: buildExecutorInput(inputs, places, layout),
};
const render = (...texts: string[]) => renderCommandLine(texts, values, (text) => text);
const json = (value: unknown) => JSON.stringify(value);

describe('renderCommandLine', () => {
  it.each([
    ["{{$.inputs.parameters['number']}}|{{$.inputs.parameters['list']}}|{{$.inputs.parameters['nothing']}}|{{$.inputs.parameters['absent']}}", '1.5|[1]||'],
    ["{{$.inputs.parameters[''number'']}}", '1.5'],
    ['{{$.inputs.parameters["number"]}}', '1.5'],
    ["{{$.inputs.artifacts['model'].uri}} {{$.inputs.artifacts['model'].path}}", 'gs://b/m /gcs/b/m'],
    ["{{$.inputs.artifacts['model'].metadata['k']}} {{$.inputs.artifacts['model'].metadata['deep']['er']}} {{$.inputs.artifacts['model'].metadata}}", 'v 1 {"deep":{"er":1},"k":"v"}'],
    ["{{$.outputs.artifacts['made'].uri}} {{$.outputs.artifacts['made'].path}}", 's3://b/made /s3/b/made'],
    ["{{$.outputs.parameters['out'].output_file}} {{$.outputs.output_file}}", '/data/t/.parameters/out /data/t/output_metadata.json'],
    ['{{$.pipeline_task_name}} {{$.pipeline_root}}', 'key /data/test/run-1'],
    ["{{$.unknown}} {{$.inputs.parameters['undeclared']}} {{$.inputs.parameters['number'].json_escape[0]}} {{other}}", "{{$.unknown}} {{$.inputs.parameters['undeclared']}} {{$.inputs.parameters['number'].json_escape[0]}} {{other}}"],
  ])('%s', (text, rendered) => {
    expect(render(text)).toEqual([rendered]);
  });

  it('gives a container component the whole list that it takes, an empty one too', () => {
    const list = JSON.parse(render("{{$.inputs.artifacts['many']}}")[0] as string) as object[];
    expect(list).toMatchObject([{ name: 'x', uri: '/data/x' }, { name: 'y', uri: '/data/y' }]);
    const none = { ...inputs, artifacts: { many: [] } };
    expect(renderCommandLine(["{{$.inputs.artifacts['many']}}"], { ...values, inputs: none }, (text) => text)).toEqual(['[]']);
  });

  it('never reads what it put in', () => {
    expect(render("{{$.inputs.parameters['text']}}")).toEqual(['a $(HOME) {{$}}']);
  });

  it('puts in the whole executor input as the SDK reads it', () => {
    expect(JSON.parse(render('{{$}}')[0] as string)).toEqual({
      inputs: {
        parameterValues: inputs.parameters,
        artifacts: {
          model: { artifacts: [{ name: 'm-1', uri: 'gs://b/m', type: { schemaTitle: 'system.Artifact', schemaVersion: '0.0.1' }, metadata: { k: 'v', deep: { er: 1 } } }] },
          many: { artifacts: ['x', 'y'].map((name) => ({ name, uri: `/data/${name}`, type: { schemaTitle: 'system.Artifact', schemaVersion: '0.0.1' }, metadata: {} })) },
        },
      },
      outputs: {
        parameters: { out: { outputFile: '/data/t/.parameters/out' } },
        artifacts: { made: { artifacts: [{ name: 'made', uri: 's3://b/made', type: { schemaTitle: 'system.Model', schemaVersion: '0.0.1' }, metadata: {} }] } },
        outputFile: '/data/t/output_metadata.json',
      },
    });
  });

  it('expands IfPresent to any number of arguments', () => {
    const ifPresent = (InputName: string, more: object = {}) => json({ IfPresent: { InputName, Then: ['--n', "{{$.inputs.parameters['number']}}"], ...more } });
    expect(render('x', ifPresent('number'), 'y')).toEqual(['x', '--n', '1.5', 'y']);
    expect(render('x', ifPresent('absent'), 'y')).toEqual(['x', 'y']);
    expect(render(ifPresent('nothing', { Else: 'z' }))).toEqual(['z']);
    expect(render(json({ IfPresent: { InputName: 'model', Then: 'has model' } }))).toEqual(['has model']);
  });

  it('joins Concat, nested structures too', () => {
    const nested = { Concat: ['a', { IfPresent: { InputName: 'number', Then: { Concat: ['=', "{{$.inputs.parameters['number']}}"] } } }, { IfPresent: { InputName: 'absent', Then: 'no' } }, 'b'] };
    expect(render(json(nested))).toEqual(['a=1.5b']);
    expect(render(json({ IfPresent: { InputName: 'number', Then: ['x', nested] } }))).toEqual(['x', 'a=1.5b']);
  });

  it('takes what only looks like a structure for text', () => {
    expect(render('{"Concat": [', '{"other": 1}')).toEqual(['{"Concat": [', '{"other": 1}']);
  });

  it('escapes what it puts in and nothing else', () => {
    expect(renderCommandLine(["$(A) {{$.inputs.parameters['text']}}"], values, (text) => text.replaceAll('$', '$$$$'))).toEqual(['$(A) a $$(HOME) {{$$}}']);
  });
});
