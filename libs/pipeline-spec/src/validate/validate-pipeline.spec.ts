import { describe, expect, it } from 'vitest';
import { parsePipelineValue } from '../parse-pipeline.js';
import { aSpec, aSpecWith, aTask } from '../testing/a-spec.js';
import { issuesOf } from '../testing/issues-of.js';

type Draft = Record<string, any>;

function issuesAfter(change: (spec: Draft) => void): readonly string[] {
  return issuesOf(() => parsePipelineValue(aSpecWith(change))).map(({ path, message, remedy }) => [`${path}: ${message}`, remedy].filter(Boolean).join(' '));
}

const train = (spec: Draft): Draft => spec['root'].dag.tasks.train;

describe('the header', () => {
  it.each<[string, (spec: Draft) => void, string]>([
    ['an old schema', (spec) => (spec['schemaVersion'] = '2.0.0'), 'schemaVersion: is "2.0.0"; it must be "2.1.0". Compile the pipeline with kfp 2.'],
    ['no name', (spec) => delete spec['pipelineInfo'], 'pipelineInfo.name: is missing.'],
    ['a bad name', (spec) => (spec['pipelineInfo'].name = 'Train Model'), 'pipelineInfo.name: "Train Model" is not a pipeline name.'],
    ['a long name', (spec) => (spec['pipelineInfo'].name = 'a'.repeat(129)), 'is not a pipeline name.'],
    ['no root', (spec) => delete spec['root'], 'root: has no DAG of tasks.'],
    ['a root without tasks', (spec) => (spec['root'] = { dag: {} }), 'root.dag.tasks: has no task.'],
    ['a root that is a container', (spec) => (spec['root'] = { executorLabel: 'exec-load' }), 'root: has no DAG of tasks.'],
  ])('%s is refused', (_, change, expected) => {
    expect(issuesAfter(change)).toEqual([expect.stringContaining(expected)]);
  });

  it('a name of 128 characters is accepted', () => {
    expect(parsePipelineValue(aSpecWith((spec) => (spec['pipelineInfo'].name = `0${'-'.repeat(127)}`)))).toBeDefined();
  });
});

describe('fields', () => {
  it.each<[string, (spec: Draft) => void, string]>([
    ['unknown at the top', (spec) => (spec['componentz'] = {}), 'componentz: is not a field of a pipeline. Did you mean "components"?'],
    ['unknown in a task', (spec) => (train(spec)['dependsOn'] = []), "root.dag.tasks['train'].dependsOn: is not a field of a task. Known fields: taskInfo,"],
    ['unknown in the Kubernetes settings', (spec) => (spec['x'] = 1), 'x: is not a field'],
    ['given twice', (spec) => (spec['schema_version'] = '2.1.0'), 'schemaVersion: is given twice'],
    ['a list for an object', (spec) => (spec['components']['comp-load'] = []), "components['comp-load']: must be an object (a component), not a list."],
    ['an object for a list', (spec) => (train(spec)['dependentTasks'] = {}), "root.dag.tasks['train'].dependentTasks: must be a list, not an object."],
    ['a number for text', (spec) => (spec['sdkVersion'] = 2.1), 'sdkVersion: must be text, not the number 2.1. Put it in quotes: "2.1".'],
    ['text for true or false', (spec) => (train(spec)['cachingOptions'] = { enableCache: 'yes' }), 'must be true or false, not the text "yes".'],
    ['a fraction for an int32', (spec) => (train(spec)['retryPolicy'] = { maxRetryCount: 1.5 }), 'must be a whole number of 32 bits, not the number 1.5.'],
    ['text that is no number', (spec) => (train(spec)['retryPolicy'] = { backoffFactor: 'two' }), 'must be a number, not the text "two".'],
    ['a bad duration', (spec) => (train(spec)['retryPolicy'] = { backoffDuration: '1m' }), 'must be a duration in seconds, not the text "1m". Write it like "30s".'],
    ['an unknown enum value', (spec) => (train(spec)['triggerPolicy'] = { strategy: 'ALWAYS' }), 'must be one of ALL_UPSTREAM_TASKS_SUCCEEDED, ALL_UPSTREAM_TASKS_COMPLETED, not'],
    ['an unknown type', (spec) => (spec['root'].inputDefinitions.parameters.lr.parameterType = 'FLOAT'), 'must be one of NUMBER_DOUBLE, NUMBER_INTEGER'],
    ['no type', (spec) => (spec['root'].inputDefinitions.parameters.lr = {}), ".parameterType: is missing. Write for example `parameterType: STRING`."],
    ['a type of KFP 1', (spec) => (spec['root'].inputDefinitions.parameters.lr = { type: 'DOUBLE' }), 'Write `parameterType: NUMBER_DOUBLE` instead of `type`.'],
    ['two of a oneof', (spec) => (spec['components']['comp-load'].dag = { tasks: {} }), "components['comp-load']: has dag and executorLabel, of which only one may be set."],
    ['neither of a oneof', (spec) => (spec['components']['spare'] = {}), "components['spare']: has neither `dag` nor `executorLabel`"],
    ['an executor without a kind', (spec) => (spec['deploymentSpec'].executors.spare = {}), "deploymentSpec.executors['spare']: has no `container` or `importer`"],
    ['a container without an image', (spec) => (spec['deploymentSpec'].executors.spare = { container: {} }), 'container.image: is missing.'],
    ['a negative retry count', (spec) => (train(spec)['retryPolicy'] = { maxRetryCount: -1 }), 'retryPolicy.maxRetryCount: must not be negative.'],
  ])('%s: refused', (_, change, expected) => {
    expect(issuesAfter(change)).toContainEqual(expect.stringContaining(expected));
  });

  it('one malformed thing causes one issue, not one for each rule it breaks', () => {
    expect(issuesAfter((spec) => (spec['root'].dag.tasks.load = 5))).toEqual([
      "root.dag.tasks['load']: must be an object (a task), not the number 5.",
    ]);
    expect(issuesAfter((spec) => (train(spec)['componentRef'].name = 5))).toEqual([
      'root.dag.tasks[\'train\'].componentRef.name: must be text, not the number 5. Put it in quotes: "5".',
    ]);
  });

  it('a platform may only configure what it knows, for executors that exist', () => {
    const platform = { platforms: { kubernetes: { deploymentSpec: { executors: { 'exec-lod': { nodeSelektor: {} } } } } } };
    expect(issuesOf(() => parsePipelineValue(aSpec(), platform))).toEqual([
      {
        path: "platforms['kubernetes'].deploymentSpec.executors['exec-lod'].nodeSelektor",
        message: 'is not a field of a Kubernetes executor config.',
        remedy: 'Did you mean "nodeSelector"?',
      },
      {
        path: "platforms['kubernetes'].deploymentSpec.executors['exec-lod']",
        message: 'has settings for an executor that the pipeline does not have.',
        remedy: 'Did you mean "exec-load"?',
      },
    ]);
  });
});

describe('references', () => {
  it.each<[string, (spec: Draft) => void, string]>([
    ['component', (spec) => (train(spec)['componentRef'].name = 'comp-trian'), 'componentRef.name: names the component "comp-trian", which the pipeline does not have. Did you mean "comp-train"?'],
    ['executor', (spec) => (spec['components']['comp-load'].executorLabel = 'exec'), "components['comp-load'].executorLabel: names the executor \"exec\""],
    ['task waited for', (spec) => (train(spec)['dependentTasks'] = ['laod']), "root.dag.tasks['train'].dependentTasks[0]: names the task \"laod\", which this DAG does not have."],
    ['producer', (spec) => (train(spec)['inputs'].parameters.rows.taskOutputParameter.producerTask = 'x'), "inputs.parameters['rows'].taskOutputParameter.producerTask: names the task \"x\""],
    ['output parameter', (spec) => (train(spec)['inputs'].parameters.rows.taskOutputParameter.outputParameterKey = 'row'), 'names the output "row", which the task "load" does not have. Did you mean "rows"?'],
    ['output artifact', (spec) => (train(spec)['inputs'].artifacts.data.taskOutputArtifact.outputArtifactKey = 'x'), 'names the output artifact "x", which the task "load" does not have.'],
    ['input of the pipeline', (spec) => (train(spec)['inputs'].parameters.lr.componentInputParameter = 'rate'), 'names the input "rate", which the surrounding component does not have.'],
    ['item of a loop', (spec) => (train(spec)['inputs'].parameters.lr.componentInputParameter = 'loop-item-param-1-subvar-a'), 'which the surrounding component does not have. The SDK compiles texts that are made of loop items'],
    ['input artifact of the pipeline', (spec) => (train(spec)['inputs'].artifacts.data = { componentInputArtifact: 'd' }), 'names the input artifact "d"'],
    ['artifact of the component', (spec) => (train(spec)['inputs'].artifacts.date = train(spec)['inputs'].artifacts.data), 'is not an artifact of the component "comp-train". Did you mean "data"?'],
    ['artifact bound as a parameter', (spec) => (train(spec)['inputs'].parameters.data = { componentInputParameter: 'lr' }), 'is an artifact of the component "comp-train", not a parameter. Bind it under `inputs.artifacts`.'],
    ['task of a final status', (spec) => (train(spec)['inputs'].parameters.extra = { taskFinalStatus: { producerTask: 'x' } }), 'taskFinalStatus.producerTask: names the task "x"'],
    ['no source', (spec) => (train(spec)['inputs'].parameters.lr = {}), "inputs.parameters['lr']: has no source."],
    ['task name that is no name', (spec) => (spec['root'].dag.tasks['a/b'] = aTask('comp-load')), "root.dag.tasks['a/b']: \"a/b\" is not a task name."],
  ])('to an unknown %s: refused', (_, change, expected) => {
    expect(issuesAfter(change)).toEqual([expect.stringContaining(expected)]);
  });

  it('a task may bind names that its component does not declare, as the SDK does for texts that refer to them', () => {
    expect(parsePipelineValue(aSpecWith((spec) => (train(spec)['inputs'].parameters['pipelinechannel--lr'] = { componentInputParameter: 'lr' })))).toBeDefined();
  });

  it('required inputs that a task does not give are named', () => {
    expect(issuesAfter((spec) => delete train(spec)['inputs'])).toEqual([
      "root.dag.tasks['train'].inputs.parameters['rows']: is missing; the component \"comp-train\" requires this parameter.",
      "root.dag.tasks['train'].inputs.artifacts['data']: is missing; the component \"comp-train\" requires this artifact.",
    ]);
  });

  it('every problem is in one answer', () => {
    const issues = issuesAfter((spec) => {
      spec['schemaVersion'] = '1';
      spec['pipelineInfo'].name = '';
      train(spec)['inputs'].parameters.rows = { runtimeValue: { constant: 'many' } };
      spec['root'].dag.tasks.load.componentRef.name = 'nothing';
    });
    expect(issues).toHaveLength(4);
  });
});

describe('types', () => {
  const bind = (type: string, binding: unknown, rest: Draft = {}): ((spec: Draft) => void) => (spec) => {
    spec['components']['comp-train'].inputDefinitions.parameters.x = { parameterType: type, ...rest };
    train(spec)['inputs'].parameters.x = binding;
  };
  const constant = (value: unknown): Draft => ({ runtimeValue: { constant: value } });

  it.each([
    ['STRING', 5],
    ['STRING', { a: 1 }],
    ['NUMBER_DOUBLE', 5],
    ['NUMBER_INTEGER', 5],
    ['BOOLEAN', false],
    ['LIST', []],
    ['STRUCT', {}],
  ])('%s takes the constant %j', (type, value) => {
    expect(parsePipelineValue(aSpecWith(bind(type, constant(value))))).toBeDefined();
  });

  it.each([
    ['NUMBER_DOUBLE', '5', 'a number'],
    ['NUMBER_INTEGER', 5.5, 'a whole number'],
    ['NUMBER_INTEGER', 2 ** 60, 'a whole number'],
    ['BOOLEAN', 1, 'true or false'],
    ['LIST', {}, 'a list'],
    ['STRUCT', [], 'an object'],
    ['LIST', null, 'a list'],
  ])('%s does not take the constant %j', (type, value, demand) => {
    expect(issuesAfter(bind(type, constant(value)))).toEqual([expect.stringContaining(`inputs.parameters['x'].runtimeValue.constant: must be ${demand}`)]);
  });

  it('an output goes into an input of its kind or into text', () => {
    const rows = { taskOutputParameter: { producerTask: 'load', outputParameterKey: 'rows' } };
    for (const type of ['STRING', 'NUMBER_DOUBLE']) expect(parsePipelineValue(aSpecWith(bind(type, rows)))).toBeDefined();
    expect(issuesAfter(bind('LIST', rows))).toEqual([expect.stringContaining('gets NUMBER_INTEGER, but the component "comp-train" takes LIST.')]);
    expect(issuesAfter(bind('BOOLEAN', { componentInputParameter: 'lr' }))).toEqual([expect.stringContaining('gets NUMBER_DOUBLE')]);
  });

  it('the type of a selected part is not judged', () => {
    expect(parsePipelineValue(aSpecWith(bind('LIST', { componentInputParameter: 'lr', parameterExpressionSelector: 'parseJson(string_value)["a"]' })))).toBeDefined();
  });

  it('defaults and constants are among the literals', () => {
    const literals = { literals: ['a', 'b'] };
    expect(parsePipelineValue(aSpecWith(bind('STRING', constant('b'), { ...literals, defaultValue: 'a' })))).toBeDefined();
    expect(issuesAfter(bind('STRING', constant('c'), literals))).toEqual([expect.stringContaining('"c" is none of the allowed values ["a","b"].')]);
    expect(issuesAfter(bind('STRING', constant('a'), { ...literals, defaultValue: 'z' }))).toEqual([expect.stringContaining('.defaultValue: "z" is none of')]);
    expect(issuesAfter(bind('NUMBER_INTEGER', constant(1), { literals: [1, 'x'] }))).toEqual([expect.stringContaining('.literals[1]: must be a whole number')]);
  });

  it('a default has the type of its parameter; null means that there is none', () => {
    const setDefault = (value: unknown) => (spec: Draft) => (spec['root'].inputDefinitions.parameters.lr.defaultValue = value);
    expect(issuesAfter(setDefault('0.5'))).toEqual([expect.stringContaining("root.inputDefinitions.parameters['lr'].defaultValue: must be a number")]);
    expect(parsePipelineValue(aSpecWith(setDefault(null)))).toBeDefined();
  });
});

describe('order', () => {
  it('a cycle is named', () => {
    const issues = issuesAfter((spec) => {
      spec['root'].dag.tasks.load.dependentTasks = ['check'];
      spec['root'].dag.tasks.check = aTask('comp-load', { dependentTasks: ['train'] });
    });
    expect(issues).toEqual(["root.dag.tasks['load']: depends on itself: load → check → train → load. Remove one of these dependencies."]);
  });

  it('a task that waits for itself, by name or by an input, is named', () => {
    expect(issuesAfter((spec) => (train(spec)['dependentTasks'] = ['train']))).toEqual([expect.stringContaining('"train" depends on itself.')]);
  });

  it('components that contain each other are named', () => {
    const issues = issuesAfter((spec) => {
      spec['components']['a'] = { dag: { tasks: { b: aTask('b') } } };
      spec['components']['b'] = { dag: { tasks: { a: aTask('a') } } };
      spec['root'].dag.tasks.a = aTask('a');
    });
    expect(issues).toEqual(["components['a']: contains itself: a → b → a. A pipeline cannot recurse."]);
  });

  it('nesting has a limit', () => {
    const nested = (levels: number) => (spec: Draft) => {
      for (let level = 0; level < levels; level += 1) {
        spec['components'][`n${level}`] = { dag: { tasks: { t: aTask(level === levels - 1 ? 'comp-load' : `n${level + 1}`) } } };
      }
      spec['root'].dag.tasks.n = aTask('n0');
    };
    expect(parsePipelineValue(aSpecWith(nested(99)))).toBeDefined();
    expect(issuesAfter(nested(100))).toEqual([expect.stringContaining('nests DAGs 101 deep')]);
  });
});

describe('loops', () => {
  const loop = (iterator: Draft, change?: (task: Draft) => void) => (spec: Draft) => {
    spec['components']['comp-loop'] = {
      dag: { tasks: { each: aTask('comp-load') } },
      inputDefinitions: { parameters: { item: { parameterType: 'STRING' }, items: { parameterType: 'LIST' } } },
    };
    spec['root'].inputDefinitions.parameters.items = { parameterType: 'LIST' };
    const task = aTask('comp-loop', { inputs: { parameters: { items: { componentInputParameter: 'items' } } }, parameterIterator: iterator as never });
    change?.(task);
    spec['root'].dag.tasks.loop = task;
  };

  it.each([{ itemInput: 'item', items: { raw: '[1, 2]' } }, { itemInput: 'item', items: { raw: '[]' } }, { itemInput: 'item', items: { inputParameter: 'items' } }])(
    'over %j is accepted',
    (iterator) => {
      expect(parsePipelineValue(aSpecWith(loop(iterator)))).toBeDefined();
    },
  );

  it.each<[Draft, string]>([
    [{ items: { raw: '[]' } }, 'parameterIterator.itemInput: is missing.'],
    [{ itemInput: 'x', items: { raw: '[]' } }, 'parameterIterator.itemInput: names the input "x"'],
    [{ itemInput: 'item', items: { raw: '{}' } }, 'items.raw: must be a JSON list.'],
    [{ itemInput: 'item', items: { raw: '[1' } }, 'items.raw: must be a JSON list; it is not JSON.'],
    [{ itemInput: 'item', items: {} }, 'items: has neither `raw` nor `inputParameter`.'],
    [{ itemInput: 'item', items: { inputParameter: 'x' } }, 'items.inputParameter: names the input "x"'],
  ])('over %j is refused', (iterator, expected) => {
    expect(issuesAfter(loop(iterator))).toContainEqual(expect.stringContaining(expected));
  });

  it('over an input that the task does not give is refused', () => {
    const issues = issuesAfter(loop({ itemInput: 'item', items: { inputParameter: 'items' } }, (task) => delete task['inputs']));
    expect(issues).toContainEqual(expect.stringContaining('names the input "items", to which the task gives nothing.'));
  });

  it('a negative parallelism is refused', () => {
    const issues = issuesAfter(loop({ itemInput: 'item', items: { raw: '[]' } }, (task) => (task['iteratorPolicy'] = { parallelismLimit: -1 })));
    expect(issues).toEqual([expect.stringContaining('iteratorPolicy.parallelismLimit: must not be negative.')]);
  });
});

describe('outputs of a DAG', () => {
  const outputs = (dagOutputs: Draft, declared: Draft = { parameters: { n: { parameterType: 'NUMBER_INTEGER' } } }) => (spec: Draft) => {
    spec['root'].dag.outputs = dagOutputs;
    spec['root'].outputDefinitions = declared;
  };
  const select = (task: string, key: string): Draft => ({ parameters: { n: { valueFromParameter: { producerSubtask: task, outputParameterKey: key } } } });

  it('a selector leads to an output of a task', () => {
    expect(parsePipelineValue(aSpecWith(outputs(select('load', 'rows'))))).toBeDefined();
    expect(issuesAfter(outputs(select('lod', 'rows')))).toEqual([expect.stringContaining('valueFromParameter.producerSubtask: names the task "lod", which this DAG does not have. Did you mean "load"?')]);
    expect(issuesAfter(outputs(select('load', 'x')))).toEqual([expect.stringContaining('valueFromParameter.outputParameterKey: names the output "x"')]);
  });

  it('selectors, declarations and types must be there and fit', () => {
    expect(issuesAfter(outputs({ parameters: { n: {} } }))).toEqual([expect.stringContaining("root.dag.outputs.parameters['n']: has no source.")]);
    expect(issuesAfter(outputs({ parameters: { n: { valueFromOneof: {} } } }))).toEqual([expect.stringContaining('parameterSelectors: is empty.')]);
    expect(issuesAfter(outputs({ artifacts: { d: {} } }, { artifacts: { d: {} } }))).toEqual([expect.stringContaining('artifactSelectors: is empty.')]);
    expect(issuesAfter(outputs(select('load', 'rows'), {}))).toEqual([expect.stringContaining('is not declared in outputDefinitions.parameters.')]);
    expect(issuesAfter(outputs(select('load', 'rows'), { parameters: { n: { parameterType: 'BOOLEAN' } } }))).toEqual([
      expect.stringContaining('selects NUMBER_INTEGER, but the output is declared as BOOLEAN.'),
    ]);
  });

  it('an output that a DAG declares and does not select cannot be taken', () => {
    const issues = issuesAfter((spec) => {
      spec['components']['comp-sub'] = { dag: { tasks: { load: aTask('comp-load') } }, outputDefinitions: { parameters: { rows: { parameterType: 'NUMBER_INTEGER' } } } };
      spec['root'].dag.tasks.sub = aTask('comp-sub');
      train(spec)['inputs'].parameters.rows.taskOutputParameter.producerTask = 'sub';
    });
    expect(issues).toEqual([expect.stringContaining('names the output "rows", which the task "sub" does not have.')]);
  });
});
