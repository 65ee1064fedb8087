import { describe, expect, it } from 'vitest';
import { type DecideContext, decide } from './decide.js';
import type { Decision, ExecutionPlan } from './decision.js';
import type { RunFacts, TaskFacts } from './run-view.js';
import { type ComponentSketch, MAKE, STEP, USE, aPipeline, aRun, aView, anArtifact, layout, succeeded } from './testing/a-pipeline.js';

const context: DecideContext = { layout, cache: { enabled: false }, taskId: 'id-1' };

function decideOne(
  root: ComponentSketch,
  components: Readonly<Record<string, ComponentSketch>>,
  path: string,
  options: { readonly tasks?: Readonly<Record<string, TaskFacts>>; readonly parameters?: RunFacts['parameters']; readonly context?: Partial<DecideContext> } = {},
): Decision {
  const pipeline = aPipeline(root, components);
  return decide(pipeline, path, aView(aRun(pipeline, options.parameters), options.tasks), { ...context, ...options.context });
}

function planOf(decision: Decision): ExecutionPlan {
  if (decision.kind !== 'run') throw new Error(`not to be run: ${JSON.stringify(decision)}`);
  return decision.plan;
}

const SHOW: ComponentSketch = {
  in: { may: { parameterType: 'STRING', isOptional: true }, with: { parameterType: 'STRING', isOptional: true, defaultValue: 'd' }, n: { parameterType: 'NUMBER_INTEGER', isOptional: true } },
  container: { image: 'busybox', command: ['show', '{{$}}'] },
};

describe('decide, on inputs', () => {
  it('runs a task with constants, at its own place', () => {
    const plan = planOf(decideOne({ tasks: { step: { use: 'step', in: { text: '=a' } } } }, { step: STEP }, 'root/step'));
    expect(plan).toEqual({
      path: 'root/step',
      taskId: 'id-1',
      inputs: { parameters: { text: 'a' }, artifacts: {} },
      image: 'busybox',
      command: ['step'],
      args: ['a', '/data/test/run-1/step/id-1/.parameters/out'],
      env: [],
      resources: { limits: {}, requests: {} },
      taskRoot: '/data/test/run-1/step/id-1',
      localTaskRoot: '/data/test/run-1/step/id-1',
      parameterFiles: { out: '/data/test/run-1/step/id-1/.parameters/out' },
      outputMetadataFile: '/data/test/run-1/step/id-1/output_metadata.json',
      outputArtifacts: {},
      late: ['args'],
    });
  });

  const chain = { tasks: { a: { use: 'step', in: { text: '=x' } }, b: { use: 'step', in: { text: 'a.out' } } } };

  it('waits for outputs that are not known, whatever the state, and runs once they are', () => {
    expect(decideOne(chain, { step: STEP }, 'root/b')).toEqual({ kind: 'wait', on: ['root/a'] });
    expect(decideOne(chain, { step: STEP }, 'root/b', { tasks: { 'root/a': { state: 'RUNNING' } } })).toEqual({ kind: 'wait', on: ['root/a'] });
    expect(planOf(decideOne(chain, { step: STEP }, 'root/b', { tasks: { 'root/a': succeeded({ out: 'y' }) } })).args[0]).toBe('y');
  });

  it('waits for no order: when it starts is the engine\'s business', () => {
    const root = { tasks: { a: { use: 'step', in: { text: '=x' } }, b: { use: 'step', in: { text: '=y' }, after: ['a'] } } };
    expect(decideOne(root, { step: STEP }, 'root/b').kind).toBe('run');
  });

  it.each(['FAILED', 'SKIPPED', 'CANCELED'] as const)('never starts after a dependency that ended %s', (state) => {
    const root = { tasks: { a: { use: 'step', in: { text: '=x' } }, b: { use: 'step', in: { text: '=y' }, after: ['a'] } } };
    expect(decideOne(root, { step: STEP }, 'root/b', { tasks: { 'root/a': { state } } })).toMatchObject({ kind: 'skip', reason: expect.stringContaining('"root/b" is not started because "root/a"') as string });
  });

  it('fails for an output that its producer did not leave', () => {
    expect(decideOne(chain, { step: STEP }, 'root/b', { tasks: { 'root/a': succeeded() } })).toEqual({
      kind: 'fail',
      message: 'Input "text" of task "root/b": "root/a" left no output parameter "out".',
    });
  });

  it('fails for a value of another type, and takes any value for a text', () => {
    const components = { step: STEP, list: { ...STEP, out: { out: 'LIST' } }, count: { in: { n: 'NUMBER_INTEGER' }, container: { image: 'i', command: ['c'] } }, double: { ...STEP, out: { out: 'NUMBER_DOUBLE' } } };
    const root = {
      tasks: { l: { use: 'list', in: { text: '=x' } }, d: { use: 'double', in: { text: '=x' } }, text: { use: 'step', in: { text: 'l.out' } }, n: { use: 'count', in: { n: 'd.out' } } },
    };
    expect(planOf(decideOne(root, components, 'root/text', { tasks: { 'root/l': succeeded({ out: [1, 'a'] }) } })).args[0]).toBe('[1,"a"]');
    expect(decideOne(root, components, 'root/n', { tasks: { 'root/d': succeeded({ out: 1.5 }) } })).toEqual({
      kind: 'fail',
      message: 'Input "n" of task "root/n": expected NUMBER_INTEGER, given 1.5, which has a fraction.',
    });
  });

  it('leaves out an optional input that is null or not bound, and fills in the default for the task only', () => {
    const root = { in: { p: { parameterType: 'STRING', isOptional: true } }, tasks: { show: { use: 'show', in: { may: '$p', with: '$p' } } } };
    expect(planOf(decideOne(root, { show: SHOW }, 'root/show')).inputs.parameters).toEqual({ with: 'd' });
    expect(planOf(decideOne(root, { show: SHOW }, 'root/show', { parameters: { p: '' } })).inputs.parameters).toEqual({ may: '', with: '' });
  });

  it('fails for a required input that is null', () => {
    const root = { in: { p: { parameterType: 'STRING', isOptional: true } }, tasks: { step: { use: 'step', in: { text: '$p' } } } };
    expect(decideOne(root, { step: STEP }, 'root/step')).toMatchObject({ kind: 'fail', message: 'Input "text" of task "root/step": expected STRING, given NULL; give a value, or make the input optional.' });
  });
});

describe('decide, on run-time names and references', () => {
  const one = (text: string, more: ComponentSketch = {}) => {
    const root = { in: { p: 'STRING' }, tasks: { step: { use: 'step', in: { text: `=${text}`, 'pipelinechannel--p': '$p' } } }, ...more };
    return planOf(decideOne(root, { step: STEP }, 'root/step', { parameters: { p: `{{$.pipeline_job_uuid}} "q" {{$.inputs.parameters['text']}}` } })).args[0];
  };

  it.each([
    ['{{$.pipeline_job_name}}', 'my run'],
    ['{{$.pipeline_job_resource_name}}', 'test-abcde'],
    ['{{$.pipeline_job_uuid}}', 'run-1'],
    ['{{$.pipeline_task_name}}', 'step'],
    ['{{$.pipeline_task_uuid}}', 'id-1'],
    ['{{$.pipeline_job_create_time_utc}}', '2026-11-22T08:00:00Z'],
    ['{{$.pipeline_job_schedule_time_utc}}', '2026-11-22T07:00:00Z'],
    ['{{$.workspace_path}}/x', '/kfp-workspace/x'],
    ['<{{$.pipeline_job_uuid}}>', '<run-1>'],
    ['{{$.nothing_known}}', '{{$$.nothing_known}}'],
  ])('%s stands for %s', (text, value) => {
    expect(one(text)).toBe(value);
  });

  it('puts values into f-strings, and never reads a value for placeholders', () => {
    expect(one(`[{{$.inputs.parameters['pipelinechannel--p']}}]`)).toBe(`[{{$$.pipeline_job_uuid}} "q" {{$$.inputs.parameters['text']}}]`);
  });

  it('waits for what an f-string refers to', () => {
    const root = { tasks: { a: { use: 'step', in: { text: '=x' } }, b: { use: 'step', in: { text: "={{$.inputs.parameters['pipelinechannel--a']}}!", 'pipelinechannel--a': 'a.out' } } } };
    expect(decideOne(root, { step: STEP }, 'root/b')).toEqual({ kind: 'wait', on: ['root/a'] });
    expect(planOf(decideOne(root, { step: STEP }, 'root/b', { tasks: { 'root/a': succeeded({ out: 'y' }) } })).args[0]).toBe('y!');
  });
});

describe('decide, on DAGs', () => {
  const components: Record<string, ComponentSketch> = {
    step: STEP,
    inner: {
      in: { given: 'STRING', opt: { parameterType: 'STRING', isOptional: true }, def: { parameterType: 'STRING', isOptional: true, defaultValue: 'dd' } },
      out: { result: 'STRING' },
      outputs: { parameters: { result: { valueFromParameter: { producerSubtask: 'work', outputParameterKey: 'out' } } } },
      tasks: { work: { use: 'step', in: { text: '$given' } }, label: { use: 'step', in: { text: '$def' } }, show: { use: 'show', in: { may: '$opt' } } },
    },
    outer: {
      in: { given: 'STRING', maybe: { parameterType: 'STRING', isOptional: true } },
      out: { result: 'STRING' },
      outputs: { parameters: { result: { valueFromParameter: { producerSubtask: 'deep', outputParameterKey: 'result' } } } },
      tasks: { deep: { use: 'inner', in: { given: '$given', opt: '$maybe', def: '$maybe' } } },
    },
    show: SHOW,
  };
  const root: ComponentSketch = {
    tasks: { first: { use: 'step', in: { text: '=x' } }, group: { use: 'outer', in: { given: 'first.out' } }, last: { use: 'step', in: { text: 'group.result' } } },
  };

  it('enters a DAG at once, and with inputs once they are known, with nulls and defaults for what it was not given', () => {
    expect(decideOne(root, components, 'root/group')).toEqual({ kind: 'enter' });
    expect(decideOne(root, components, 'root/group', { tasks: { 'root/first': succeeded({ out: 'y' }) } })).toEqual({
      kind: 'enter',
      inputs: { parameters: { given: 'y', maybe: null }, artifacts: {} },
    });
    expect(decideOne(root, components, 'root/group/deep', { tasks: { 'root/first': succeeded({ out: 'y' }) } })).toEqual({
      kind: 'enter',
      inputs: { parameters: { given: 'y', opt: null, def: 'dd' }, artifacts: {} },
    });
  });

  it('lets a member wait only for what it uses, through any number of DAGs', () => {
    expect(decideOne(root, components, 'root/group/deep/work')).toEqual({ kind: 'wait', on: ['root/first'] });
    expect(planOf(decideOne(root, components, 'root/group/deep/label')).args[0]).toBe('dd');
    expect(planOf(decideOne(root, components, 'root/group/deep/show')).inputs.parameters).toEqual({ with: 'd' });
    expect(planOf(decideOne(root, components, 'root/group/deep/work', { tasks: { 'root/first': succeeded({ out: 'y' }) } })).args[0]).toBe('y');
  });

  it('uses the inputs recorded for a scope when there are any', () => {
    const tasks: Record<string, TaskFacts> = { 'root/group/deep': { state: 'RUNNING', inputs: { parameters: { given: 'recorded', opt: null, def: 'e' }, artifacts: {} } } };
    expect(planOf(decideOne(root, components, 'root/group/deep/work', { tasks })).args[0]).toBe('recorded');
  });

  it("takes a DAG's output from the member that makes it, keys changing at each hop", () => {
    expect(decideOne(root, components, 'root/last')).toEqual({ kind: 'wait', on: ['root/group/deep/work'] });
    expect(planOf(decideOne(root, components, 'root/last', { tasks: { 'root/group/deep/work': succeeded({ out: 'z' }) } })).args[0]).toBe('z');
  });

  it('resolves an f-string that is given to a DAG before its members see it', () => {
    const tagged: ComponentSketch = {
      in: { p: 'STRING' },
      tasks: { group: { use: 'outer', in: { given: "={{$.inputs.parameters['pipelinechannel--p']}}-x", 'pipelinechannel--p': '$p' } } },
    };
    expect(planOf(decideOne(tagged, components, 'root/group/deep/work', { parameters: { p: 'v' } })).args[0]).toBe('v-x');
  });
});

describe('decide, on artifacts', () => {
  const root = { tasks: { make: { use: 'make' }, use: { use: 'use', artifactsIn: { data: 'make.data' } } } };

  it('passes the artifact by its id and its local path', () => {
    expect(decideOne(root, { make: MAKE, use: USE }, 'root/use')).toEqual({ kind: 'wait', on: ['root/make'] });
    const plan = planOf(decideOne(root, { make: MAKE, use: USE }, 'root/use', { tasks: { 'root/make': succeeded({}, { data: [anArtifact('a-1', { name: 'data', uri: 's3://b/x' })] }) } }));
    expect(plan.command).toEqual(['use', '/s3/b/x']);
    expect(plan.inputs.artifacts).toEqual({ data: [anArtifact('a-1', { uri: 's3://b/x' })] });
  });

  it('sends a consumer to the custom path where nothing is moved', () => {
    const use: ComponentSketch = { ...USE, container: { image: 'i', command: ['{{$}}'] } };
    const tasks = { 'root/make': succeeded({}, { data: [anArtifact('a-1', { uri: '/data/x', customPath: '/elsewhere/x' })] }) };
    expect(planOf(decideOne(root, { make: MAKE, use }, 'root/use', { tasks })).command[0]).toContain('"uri":"/elsewhere/x"');
    const store = { scheme: 's3', endpoint: 's3', tls: true, region: 'r' } as const;
    const onCluster = { layout: { ...layout, transport: 'object-store' as const, stores: [store], locateObject: () => ({ store, bucket: 'b', key: 'x' }) } };
    expect(planOf(decideOne(root, { make: MAKE, use }, 'root/use', { tasks, context: onCluster })).command[0]).toContain('"uri":"/data/x"');
  });

  it('leaves out an optional artifact that nobody gives', () => {
    const use: ComponentSketch = { optionalArtifactsIn: ['data'], container: USE.container! };
    const plan = planOf(decideOne({ optionalArtifactsIn: ['d'], tasks: { use: { use: 'use', artifactsIn: { data: '$d' } } } }, { use }, 'root/use'));
    expect(plan.inputs.artifacts).toEqual({});
    expect(plan.command).toEqual(['use', '']);
  });
});

describe('decide, on the cache', () => {
  const root = { tasks: { step: { use: 'step', in: { text: '=a' } }, never: { use: 'step', in: { text: '=a' }, cache: false } } };
  const cached = { cache: { enabled: true } };

  it('asks, then runs with the fingerprint or takes what is there', () => {
    const decision = decideOne(root, { step: STEP }, 'root/step', { context: cached });
    if (decision.kind !== 'need-cache') throw new Error(decision.kind);
    expect(decision.next(undefined)).toMatchObject({ kind: 'run', plan: { fingerprint: decision.fingerprint } });
    const hit = { runId: 'r0', taskId: 't0', outputs: { parameters: { out: 'z' }, artifacts: {} } };
    expect(decision.next(hit)).toEqual({ kind: 'cached', inputs: { parameters: { text: 'a' }, artifacts: {} }, hit, fingerprint: decision.fingerprint });
  });

  it('counts a default as the value that it is', () => {
    const fingerprintWith = (defaultValue: string, given?: string) => {
      const step = { ...STEP, in: { text: { parameterType: 'STRING', defaultValue } } };
      const task = { use: 'step', ...(given !== undefined && { in: { text: `=${given}` } }) };
      const decision = decideOne({ tasks: { step: task } }, { step }, 'root/step', { context: cached });
      if (decision.kind !== 'need-cache') throw new Error(decision.kind);
      return decision.fingerprint;
    };
    expect(fingerprintWith('b')).not.toBe(fingerprintWith('a'));
    expect(fingerprintWith('b', 'a')).toBe(fingerprintWith('a'));
  });

  it.each([
    ['the task', 'root/never', cached],
    ['the run', 'root/step', { cache: { enabled: false } }],
    ['the caller', 'root/step', { ...cached, cacheable: false }],
  ])('does not ask when %s says no', (_who, path, settings) => {
    const plan = planOf(decideOne(root, { step: STEP }, path, { context: settings }));
    expect(plan).not.toHaveProperty('fingerprint');
  });
});
