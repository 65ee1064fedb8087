import { describe, expect, it } from 'vitest';
import { parsePipeline, parsePipelineValue } from './parse-pipeline.js';
import { aSpec, aSpecWith } from './testing/a-spec.js';
import { issuesOf } from './testing/issues-of.js';
import type { Pipeline } from './types.js';

const YAML_SPEC = `
# PIPELINE DEFINITION
components:
  comp-echo:
    executorLabel: exec-echo
    inputDefinitions:
      parameters:
        text: {parameterType: STRING}
deploymentSpec:
  executors:
    exec-echo:
      container:
        args: [--executor_input, '{{$}}']
        image: python:3.11
pipelineInfo:
  name: echo
root:
  dag:
    tasks:
      echo:
        cachingOptions: {}
        componentRef: {name: comp-echo}
        inputs:
          parameters:
            text: {runtimeValue: {constant: TEXT}}
  inputDefinitions:
    parameters:
      day:
        defaultValue: 2024-01-01
        parameterType: STRING
schemaVersion: 2.1.0
`;
const PLATFORM = `
platforms:
  kubernetes:
    deploymentSpec:
      executors:
        exec-echo:
          nodeSelector: {labels: {disk: ssd}}
`;

function constantOf(plain: string): unknown {
  const { spec } = parsePipeline(YAML_SPEC.replace('TEXT', plain));
  return spec.root.dag?.tasks['echo']?.inputs?.parameters?.['text']?.runtimeValue?.constant;
}

describe('parsePipeline', () => {
  it('reads YAML and JSON to the same pipeline', () => {
    const fromJson = parsePipeline(JSON.stringify(aSpec()));
    expect(fromJson).toEqual(parsePipelineValue(aSpec()));
    expect(fromJson.spec).toEqual(aSpec());
    expect(parsePipeline(YAML_SPEC).spec.pipelineInfo.name).toBe('echo');
  });

  it('takes a pipeline and a platform document in any order and skips empty ones', () => {
    const expected = { kubernetes: { deploymentSpec: { executors: { 'exec-echo': { nodeSelector: { labels: { disk: 'ssd' } } } } } } };
    for (const text of [`${YAML_SPEC}\n---\n${PLATFORM}`, `---\n---\n${PLATFORM}\n---\n# nothing\n---\n${YAML_SPEC}\n---\n`]) {
      const pipeline = parsePipeline(text);
      expect(pipeline.spec.pipelineInfo.name).toBe('echo');
      expect(pipeline.platform?.platforms).toEqual(expected);
    }
    expect(parsePipeline(YAML_SPEC).platform).toBeUndefined();
  });

  it('freezes everything it returns', () => {
    const seen: unknown[] = [];
    const check = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return;
      seen.push(value);
      expect(Object.isFrozen(value)).toBe(true);
      Object.values(value).forEach(check);
    };
    check(parsePipeline(`${YAML_SPEC}\n---\n${PLATFORM}`));
    expect(seen.length).toBeGreaterThan(20);
  });

  it.each([
    ['2024-01-01', '2024-01-01'],
    ['2001-12-14t21:59:43.10-05:00', '2001-12-14t21:59:43.10-05:00'],
    ['1e3', '1e3'],
    ['1e-05', '1e-05'],
    ['0o17', '0o17'],
    ['-.5', '-.5'],
    ['yes', 'yes'],
    ['1_000', '1_000'],
    ['12:30:45', '12:30:45'],
    ['"5"', '5'],
    ['5', 5],
    ['-5', -5],
    ['0x1F', 31],
    ['1.0e-05', 1e-5],
    ['.5', 0.5],
    ['true', true],
  ])('reads the plain scalar %s as PyYAML meant it', (plain, expected) => {
    expect(constantOf(plain)).toBe(expected);
  });

  it('reads merge keys and anchors', () => {
    const text = YAML_SPEC.replace('text: {parameterType: STRING}', 'text: &string {parameterType: STRING}\n        more: {<<: *string, isOptional: true}');
    expect(parsePipeline(text).spec.components['comp-echo']?.inputDefinitions?.parameters?.['more']).toEqual({ parameterType: 'STRING', isOptional: true });
  });

  it('accepts quoted text that goes on at the margin, as Python and Go do', () => {
    expect(constantOf(`'{"a": 1,\n            "b": 2}'`)).toBe('{"a": 1, "b": 2}');
    const text = YAML_SPEC.replace("args: [--executor_input, '{{$}}']", `args:\n          - '{"IfPresent": 1,\n          "Else": 2}'`);
    expect(parsePipeline(text).spec.deploymentSpec.executors['exec-echo']?.container?.args).toEqual(['{"IfPresent": 1, "Else": 2}']);
  });

  it('reads a wrapped pair of documents from a file', () => {
    expect(parsePipeline(JSON.stringify({ pipeline_spec: aSpec(), platform_spec: { platforms: { kubernetes: {} } } })).platform).toEqual({ platforms: { kubernetes: {} } });
  });
});

describe('parsePipelineValue', () => {
  it('takes spec and platform apart, together, or the spec alone', () => {
    const platform = { platforms: { kubernetes: { deploymentSpec: { executors: { 'exec-load': { activeDeadlineSeconds: '30' } } } } } };
    const apart = parsePipelineValue(aSpec(), platform);
    expect(apart.platform).toEqual(platform);
    expect(parsePipelineValue({ pipeline_spec: aSpec(), platform_spec: platform })).toEqual(apart);
    expect(parsePipelineValue({ pipelineSpec: aSpec(), platformSpec: platform })).toEqual(apart);
    expect(parsePipelineValue({ pipeline_spec: aSpec() }).platform).toBeUndefined();
    expect(parsePipelineValue(aSpec(), null).platform).toBeUndefined();
  });

  it('leaves the objects it was given alone', () => {
    const given = aSpec();
    parsePipelineValue(given);
    given['pipelineInfo'].name = 'other';
    expect(Object.isFrozen(given)).toBe(false);
  });

  it('reads both spellings of a field, null as absent and enum values by number, as protojson does', () => {
    const spec = aSpecWith((draft) => {
      draft['schema_version'] = draft['schemaVersion'];
      delete draft['schemaVersion'];
      draft['root'].output_definitions = null;
      draft['root'].inputDefinitions.parameters.lr.parameterType = 1;
      draft['root'].dag.tasks.train.retry_policy = { max_retry_count: '3', backoff_factor: '1.5', backoff_duration: '0s' };
    });
    const { root, schemaVersion } = parsePipelineValue(spec).spec;
    expect(schemaVersion).toBe('2.1.0');
    expect('outputDefinitions' in root).toBe(false);
    expect(root.inputDefinitions?.parameters?.['lr']?.parameterType).toBe('NUMBER_DOUBLE');
    expect(root.dag?.tasks['train']?.retryPolicy).toEqual({ maxRetryCount: 3, backoffFactor: 1.5, backoffDuration: '0s' });
  });

  it('drops unknown fields inside deploymentSpec and refuses them elsewhere', () => {
    const spec = aSpecWith((draft) => {
      draft['deploymentSpec']['@type'] = 'type.googleapis.com/ml_pipelines.PipelineDeploymentConfig';
      draft['deploymentSpec'].executors['exec-load'].container.future = { x: 1 };
    });
    expect(parsePipelineValue(spec).spec).toEqual(aSpec());
    expect(issuesOf(() => parsePipelineValue({ ...aSpec(), '@type': 'x' }))).toMatchObject([{ path: "['@type']", message: 'is not a field of a pipeline.' }]);
  });
});

describe('hostile names', () => {
  const hostile = (): Pipeline =>
    parsePipelineValue(
      JSON.parse(
        JSON.stringify(
          aSpecWith((draft) => {
            draft['root'].inputDefinitions.parameters['PROTO'] = { parameterType: 'STRUCT', defaultValue: { PROTO: { polluted: true }, constructor: 1 } };
            draft['components'].constructor = draft['components']['comp-load'];
            draft['root'].dag.tasks.constructor = { componentRef: { name: 'constructor' } };
          }),
        ).replaceAll('PROTO', '__proto__'),
      ),
    );

  it('keeps __proto__ and constructor as ordinary keys', () => {
    const { spec } = hostile();
    expect(Object.keys(spec.root.inputDefinitions?.parameters ?? {})).toEqual(['lr', '__proto__']);
    const parameter = Object.entries(spec.root.inputDefinitions?.parameters ?? {})[1]?.[1];
    expect(JSON.stringify(parameter?.defaultValue)).toBe('{"__proto__":{"polluted":true},"constructor":1}');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(spec.components['constructor']?.executorLabel).toBe('exec-load');
  });

  it('does not find inherited names', () => {
    expect(parsePipelineValue(aSpec()).spec.components['constructor']).toBeUndefined();
    for (const name of ['constructor', '__proto__', 'toString']) {
      const issues = issuesOf(() =>
        parsePipelineValue(
          aSpecWith((draft) => {
            draft['root'].dag.tasks.load.componentRef.name = name;
            draft['root'].dag.tasks.train.inputs.parameters.lr = { componentInputParameter: name };
            draft['components']['comp-train'].executorLabel = name;
          }),
        ),
      );
      expect(issues.map(({ path }) => path)).toEqual(
        expect.arrayContaining([
          "root.dag.tasks['load'].componentRef.name",
          "root.dag.tasks['train'].inputs.parameters['lr'].componentInputParameter",
          "components['comp-train'].executorLabel",
        ]),
      );
    }
  });
});
