import { randomUUID } from 'node:crypto';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { NodeStatus, Workflow } from '@millrace/argo';
import { openDatabase, type Database, type Run } from '@millrace/database';
import { PipelineError } from '@millrace/errors';
import type { ObjectStore } from '@millrace/object-store';
import { parseAnyPipelineValue } from '@millrace/pipeline-spec';
import type { Resource, ResourceStore } from '@millrace/resources';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRunController } from './create-run-controller.js';
import type { AttemptPods, HandOver } from './attempt-pods.js';
import type { VolumeClaims } from './volume-claims.js';
import { WorkflowFollower, type FollowContext } from './follow-workflow.js';
import { objectLayout as layout } from './testing/object-layout.js';

const spec = {
  schemaVersion: '2.1.0',
  pipelineInfo: { name: 'p' },
  deploymentSpec: { executors: { e: { container: { image: 'i', command: ['c'] } }, d: { container: { image: 'argostub/deletepvc' } } } },
  components: {
    remove: { executorLabel: 'd', inputDefinitions: { parameters: { pvc_name: { parameterType: 'STRING' } } } },
    c: { executorLabel: 'e', outputDefinitions: { parameters: { out: { parameterType: 'STRING' } }, artifacts: { data: { artifactType: { schemaTitle: 'system.Dataset', schemaVersion: '0.0.1' } } } } },
    use: { executorLabel: 'e', inputDefinitions: { parameters: { text: { parameterType: 'STRING' } } }, outputDefinitions: { parameters: { out: { parameterType: 'STRING' } } } },
    list: { executorLabel: 'e', outputDefinitions: { parameters: { all: { parameterType: 'LIST' } } } },
    body: {
      inputDefinitions: { parameters: { item: { parameterType: 'STRING' }, all: { parameterType: 'LIST' } } },
      outputDefinitions: { parameters: { out: { parameterType: 'LIST' } } },
      dag: {
        tasks: { each: { componentRef: { name: 'use' }, inputs: { parameters: { text: { componentInputParameter: 'item' } } } } },
        outputs: { parameters: { out: { valueFromParameter: { producerSubtask: 'each', outputParameterKey: 'out' } } } },
      },
    },
    inner: {
      outputDefinitions: { parameters: { out: { parameterType: 'STRING' } } },
      dag: { tasks: { a: { componentRef: { name: 'c' } } }, outputs: { parameters: { out: { valueFromParameter: { producerSubtask: 'a', outputParameterKey: 'out' } } } } },
    },
  },
  root: { dag: { tasks: {
    list: { componentRef: { name: 'list' } },
    loop: { componentRef: { name: 'body' }, dependentTasks: ['list'], inputs: { parameters: { all: { taskOutputParameter: { producerTask: 'list', outputParameterKey: 'all' } } } }, parameterIterator: { itemInput: 'item', items: { inputParameter: 'all' } } },
    after: { componentRef: { name: 'use' }, dependentTasks: ['group'], inputs: { parameters: { text: { taskOutputParameter: { producerTask: 'group', outputParameterKey: 'out' } } } } }, group: { componentRef: { name: 'inner' } }, flaky: { componentRef: { name: 'c' }, retryPolicy: { maxRetryCount: 1 } }, remove: { componentRef: { name: 'remove' }, inputs: { parameters: { pvc_name: { runtimeValue: { constant: 'claim' } } } } } } } },
};

describe('a run whose tasks leave their outputs in an object store', () => {
  let folder: string;
  let database: Database;
  let files: Map<string, string>;
  let run: Run;
  let created: Resource<Workflow>;
  let volumes: { -readonly [Method in keyof VolumeClaims]: VolumeClaims[Method] };
  let following: FollowContext;
  let follower: WorkflowFollower;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-follow-'));
    database = await openDatabase({ url: `file:${join(folder, 'rows.db')}` });
    files = new Map();
    volumes = { create: async () => undefined, delete: async () => undefined };
    const objects = {
      accepts: () => true,
      stat: async (uri: string) => (files.has(uri) ? { kind: 'file', sizeBytes: files.get(uri)!.length, modifiedAt: new Date() } : undefined),
      read: async (uri: string) => {
        if (!files.has(uri)) throw new PipelineError('NOT_FOUND', `There is no object at ${uri}.`);
        return Readable.from([Buffer.from(files.get(uri)!)]);
      },
    } as unknown as ObjectStore;
    const store = {
      create: async (_kind: string, workflow: Workflow) => (created = { ...workflow, metadata: { ...workflow.metadata, uid: 'u', resourceVersion: '1' } } as Resource<Workflow>),
      get: async () => created,
      patch: async (_kind: string, _ref: object, patch: { metadata?: { labels?: object } }) => (created = { ...created, metadata: { ...created.metadata, labels: { ...created.metadata.labels, ...patch.metadata?.labels } } }),
    } as unknown as ResourceStore;
    const options = { database, store, objects, layout, volumes, substrate: 'kubernetes' as const };
    run = await createRunController(options).submit({ namespace: 'ns', experimentId: 'e', displayName: 'r', serviceAccount: 's', pipeline: parseAnyPipelineValue(spec), document: { pipelineSpec: spec as never }, parameters: {} });
    following = { ...options, cacheEnabled: true, clock: () => new Date(), newId: () => randomUUID(), artifactUri: () => undefined, log: () => undefined };
    follower = new WorkflowFollower(following);
  });
  afterEach(async () => {
    await database.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** By a store in which a patch changes more than labels. */
  const retry = async () => {
    type Patch = { metadata?: { labels?: object; annotations?: object }; status?: { nodes?: Record<string, object | null> } };
    const patch = async (_kind: string, _ref: object, { metadata: change, status: { nodes = {}, ...status } = {} }: Patch) => {
      const { metadata } = created;
      const changed = Object.entries({ ...created.status?.nodes, ...nodes }).flatMap(([id]) => (nodes[id] === null ? [] : [[id, { ...created.status?.nodes?.[id], ...nodes[id] }] as const]));
      created = {
        ...created,
        metadata: { ...metadata, labels: { ...metadata.labels, ...change?.labels }, annotations: { ...metadata.annotations, ...change?.annotations } },
        status: { ...created.status, ...status, nodes: Object.fromEntries(changed) },
      } as Resource<Workflow>;
      return created;
    };
    const store = { ...following.store, patch } as unknown as ResourceStore;
    await createRunController({ database, store, objects: following.objects, layout, volumes, substrate: 'kubernetes' }).retry(run.id);
  };
  const rows = async () => Object.fromEntries((await database.tasks.list(run.id)).map((task) => [task.path, task]));
  const taskRoot = async () => ((await rows())['root/group/a']!.execution as unknown as { taskRoot: string }).taskRoot;
  const node = (id: string, type: string, phase: string, path: string, more: Partial<NodeStatus> = {}): [string, NodeStatus] => [
    id,
    { id, name: id, displayName: id, type, phase, templateName: type === 'Pod' ? 'pod-a' : 'dag', inputs: { parameters: [{ name: 'path', value: path }] }, startedAt: '2026-03-02T10:00:00Z', finishedAt: '2026-03-02T10:00:05Z', ...more } as NodeStatus,
  ];
  /** All of it in one version of the Workflow, as after a restart. */
  const over = (phase: 'Succeeded' | 'Failed', pod: Partial<NodeStatus> = {}): Resource<Workflow> => ({
    ...created,
    status: { phase, finishedAt: '2026-03-02T10:00:06Z', nodes: Object.fromEntries([node('root', 'DAG', phase, 'root'), node('group', 'DAG', phase, 'root/group'), node('a', 'Pod', phase, 'root/group/a', pod)]) } as never,
  });

  it('has the outputs of a task, and of what is around it, though its node has none', async () => {
    files.set(`${await taskRoot()}/output_metadata.json`, JSON.stringify({ parameterValues: { out: 'x'.repeat(2_000_000) }, artifacts: { data: { artifacts: [{ metadata: { rows: 3 } }] } } }));
    await follower.follow(over('Succeeded'), undefined);
    const { 'root/group/a': task, 'root/group': group } = await rows();
    expect([task?.state, group?.state, (await database.runs.get(run.id)).state]).toEqual(['SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED']);
    expect(task?.outputs?.['out']).toHaveLength(2_000_000);
    expect(group?.outputs?.['out']).toHaveLength(2_000_000);
  });

  it('fails a task that left no output', async () => {
    await follower.follow(over('Succeeded'), undefined);
    expect((await rows())['root/group/a']).toMatchObject({ state: 'FAILED', message: expect.stringMatching(/without output parameter "out"/) });
  });

  it.each([
    ['its own path', { custom_path: '/tmp/data' }],
    ['a path for an address', { uri: '/tmp/data' }],
  ])('fails a task that gives an artifact %s', async (_what, written) => {
    files.set(`${await taskRoot()}/output_metadata.json`, JSON.stringify({ parameterValues: { out: 'x' }, artifacts: { data: { artifacts: [written] } } }));
    await follower.follow(over('Succeeded'), undefined);
    expect((await rows())['root/group/a']).toMatchObject({ state: 'FAILED', message: expect.stringMatching(/"data" at \/tmp\/data, which a cluster loses with the pod/) });
  });

  it('decides again what ran while the rows were lost that said so, as after a restore', async () => {
    const before = (await rows())['root/after']!;
    expect(before.execution).toBeUndefined();
    files.set(`${await taskRoot()}/.parameters/out`, 'of a');
    const { nodes } = over('Succeeded').status as unknown as { nodes: Record<string, NodeStatus> };
    const after = (phase: string) => Object.fromEntries([node('after', 'Pod', phase, 'root/after', { templateName: 'pod-after' })]);
    const at = (phase: string) => ({ ...over('Succeeded'), status: { phase: phase === 'Running' ? 'Running' : 'Succeeded', finishedAt: '2026-03-02T10:00:06Z', nodes: { ...nodes, ...after(phase) } } as never });
    await follower.follow(at('Running'), undefined);
    const running = (await rows())['root/after']!;
    expect(running).toMatchObject({ state: 'RUNNING', inputs: { text: 'of a' } });
    files.set(`${(running.execution as unknown as { taskRoot: string }).taskRoot}/.parameters/out`, 'of after');
    await new WorkflowFollower(following).follow(at('Succeeded'), undefined);
    expect((await rows())['root/after']).toMatchObject({ state: 'SUCCEEDED', outputs: { out: 'of after' } });
  });

  it('does so of all that ran, in one look, and says what it cannot know', async () => {
    files.set(`${await taskRoot()}/.parameters/out`, 'of a');
    const { nodes } = over('Succeeded').status as unknown as { nodes: Record<string, NodeStatus> };
    const ended = { ...over('Succeeded'), status: { phase: 'Succeeded', finishedAt: '2026-03-02T10:00:06Z', nodes: { ...nodes, ...Object.fromEntries([node('after', 'Pod', 'Succeeded', 'root/after')]) } } as never };
    await follower.follow(ended, undefined);
    expect((await rows())['root/after']).toMatchObject({ state: 'FAILED', inputs: { text: 'of a' }, message: expect.stringMatching(/without output parameter "out"/) });
    expect((await rows())['root/group/a']).toMatchObject({ state: 'SUCCEEDED' });
  });

  describe('with a loop that fanned out', () => {
    const ran = (phase: string, members: string) => ({
      ...created,
      status: {
        phase: phase === 'Running' ? 'Running' : 'Succeeded',
        finishedAt: '2026-03-02T10:00:06Z',
        nodes: Object.fromEntries([
          node('root', 'DAG', phase, 'root'), node('list', 'Pod', 'Succeeded', 'root/list'), node('loop', 'DAG', phase, 'root/loop'),
          ...[0, 1].flatMap((index) => [node(`i${index}`, 'DAG', members, `root/loop#${index}`), node(`e${index}`, 'Pod', members, `root/loop#${index}/each`)]),
        ]),
      } as never,
    });
    const taskRootOf = async (path: string) => ((await rows())[path]!.execution as unknown as { taskRoot: string }).taskRoot;
    /** As it went while the rows were kept; answers what each member had left where. */
    const happened = async () => {
      files.set(`${await taskRootOf('root/list')}/.parameters/all`, '["x","y"]');
      await follower.follow(ran('Running', 'Running'), undefined);
      const roots = await Promise.all([0, 1].map((index) => taskRootOf(`root/loop#${index}/each`)));
      roots.forEach((root, index) => files.set(`${root}/.parameters/out`, `of ${index}`));
      return roots;
    };
    /** A dump of before anything ran is brought back. */
    const restore = async () => {
      await database.close();
      copyFileSync(join(folder, 'dump.db'), join(folder, 'rows.db'));
      for (const more of ['-wal', '-shm']) rmSync(join(folder, `rows.db${more}`), { force: true });
      database = await openDatabase({ url: `file:${join(folder, 'rows.db')}` });
      following = { ...following, database };
      follower = new WorkflowFollower(following);
    };
    const dump = async () => {
      await database.close();
      copyFileSync(join(folder, 'rows.db'), join(folder, 'dump.db'));
      database = await openDatabase({ url: `file:${join(folder, 'rows.db')}` });
      following = { ...following, database };
      follower = new WorkflowFollower(following);
    };

    it('has its members again, with what they left, when it is over', async () => {
      await dump();
      const roots = await happened();
      await restore();
      expect(await rows()).not.toHaveProperty(['root/loop#0/each']);
      await follower.follow(ran('Succeeded', 'Succeeded'), undefined);
      const found = await rows();
      expect(await Promise.all([0, 1].map((index) => taskRootOf(`root/loop#${index}/each`)))).toEqual(roots);
      expect([0, 1].map((index) => found[`root/loop#${index}/each`]).map((task) => [task?.state, task?.inputs, task?.outputs])).toEqual([['SUCCEEDED', { text: 'x' }, { out: 'of 0' }], ['SUCCEEDED', { text: 'y' }, { out: 'of 1' }]]);
      expect(found['root/loop']).toMatchObject({ state: 'SUCCEEDED', outputs: { out: ['of 0', 'of 1'] } });
      expect((await database.runs.get(run.id)).state).toBe('SUCCEEDED');
    });

    it('has them while they run, and goes on', async () => {
      await dump();
      await happened();
      await restore();
      await follower.follow(ran('Running', 'Running'), undefined);
      expect((await rows())['root/loop#1/each']).toMatchObject({ state: 'RUNNING', inputs: { text: 'y' } });
      await follower.follow(ran('Succeeded', 'Succeeded'), new Set(['root', 'loop', 'i0', 'e0', 'i1', 'e1']));
      expect((await rows())['root/loop']).toMatchObject({ state: 'SUCCEEDED', outputs: { out: ['of 0', 'of 1'] } });
    });

    it('fails the members whose files are gone, and the run with them, and does those again when it is retried', async () => {
      await dump();
      const [, second] = await happened();
      files.delete(`${second}/.parameters/out`);
      await restore();
      await follower.follow(ran('Succeeded', 'Succeeded'), undefined);
      expect((await rows())['root/loop#1/each']).toMatchObject({ state: 'FAILED', message: expect.stringMatching(/without output parameter "out"/) });
      expect((await rows())['root/loop#0/each']).toMatchObject({ state: 'SUCCEEDED' });
      expect((await database.runs.get(run.id)).state).toBe('FAILED');

      created = ran('Succeeded', 'Succeeded');
      await retry();
      expect(Object.keys(created.status!.nodes!).sort()).toEqual(['e0', 'i0', 'i1', 'list', 'loop', 'root']);
      expect((await rows())['root/loop#1/each']).toMatchObject({ state: 'PENDING' });
      files.set(`${second}/.parameters/out`, 'again');
      const again = ran('Succeeded', 'Succeeded');
      await new WorkflowFollower(following).follow({ ...again, metadata: { ...again.metadata, annotations: { 'millrace/retry': '1' }, labels: { ...again.metadata.labels, 'pipeline/persistedFinalState': undefined as never } } }, undefined);
      expect((await rows())['root/loop']).toMatchObject({ state: 'SUCCEEDED', outputs: { out: ['of 0', 'again'] } });
      expect((await database.runs.get(run.id)).state).toBe('SUCCEEDED');
    });
  });

  it('is retried though its Workflow was retried after the dump that was brought back', async () => {
    await follower.follow(over('Failed', { message: 'exit code 1' }), undefined);
    expect((await database.runs.get(run.id)).state).toBe('FAILED');
    const { metadata, ...failed } = over('Failed');
    created = { ...failed, metadata: { ...metadata, labels: { ...metadata.labels, 'pipeline/persistedFinalState': 'true' }, annotations: { 'millrace/retry': '1' } } };
    await retry();
    expect((await database.runs.get(run.id)).state).toBe('RUNNING');
    expect(created).toMatchObject({ metadata: { annotations: { 'millrace/retry': '1' } }, status: { phase: 'Running' } });
  });

  it('records nothing while the store is away, and everything when it is back', async () => {
    const uri = `${await taskRoot()}/output_metadata.json`;
    const { has } = files;
    files.has = () => {
      throw new Error('away');
    };
    await expect(follower.follow(over('Succeeded'), undefined)).rejects.toThrow('away');
    expect((await rows())['root/group/a']?.state).toBe('PENDING');
    files.has = has;
    files.set(uri, JSON.stringify({ parameterValues: { out: 'x' } }));
    await follower.follow(over('Succeeded'), undefined);
    expect((await rows())['root/group']).toMatchObject({ state: 'SUCCEEDED', outputs: { out: 'x' } });
  });

  it('takes nothing that a failed attempt left for the next one', async () => {
    const { id, execution } = (await rows())['root/flaky']!;
    const root = (execution as unknown as { taskRoot: string }).taskRoot.replace(`attempt-of-${id}`, '');
    expect(root).toMatch(/\/flaky\/[^/]+\/$/);
    const attempt = (number: number, phase: string) => node(`flaky(${number})`, 'Pod', phase, 'root/flaky', { nodeFlag: { retried: true } as never });
    const ended = (last: 'Succeeded' | 'Failed') => {
      const { status } = over('Succeeded');
      const nodes = { ...Object.fromEntries([node('flaky', 'Retry', last, 'root/flaky', { children: ['flaky(0)', 'flaky(1)'] }), attempt(0, 'Failed'), attempt(1, last)]) };
      return { ...created, status: { ...status, phase: last, nodes } } as Resource<Workflow>;
    };
    files.set(`${root}attempt-0/.parameters/out`, 'stale');
    files.set(`${root}attempt-1/output_metadata.json`, '{}');
    await follower.follow(ended('Succeeded'), undefined);
    expect((await rows())['root/flaky']).toMatchObject({ state: 'FAILED', message: expect.stringMatching(/without output parameter "out"/) });
  });

  it('has the outputs of the attempt that succeeded, under the address that it was given', async () => {
    const { id, execution } = (await rows())['root/flaky']!;
    const root = (execution as unknown as { taskRoot: string }).taskRoot.replace(`attempt-of-${id}`, 'attempt-1');
    files.set(`${root}/.parameters/out`, 'fresh');
    const attempt = (number: number, phase: string) => node(`flaky(${number})`, 'Pod', phase, 'root/flaky', { nodeFlag: { retried: true } as never });
    const nodes = Object.fromEntries([node('flaky', 'Retry', 'Succeeded', 'root/flaky', { children: ['flaky(0)', 'flaky(1)'] }), attempt(0, 'Failed'), attempt(1, 'Succeeded')]);
    await follower.follow({ ...created, status: { phase: 'Running', nodes } as never }, undefined);
    expect((await rows())['root/flaky']).toMatchObject({ state: 'SUCCEEDED', outputs: { out: 'fresh' } });
    const [link] = await database.artifacts.listLinks(run.id);
    expect(link?.artifact.uri).toBe(`${root}/data`);
  });

  it('takes a claim that is gone for deleted by a task that was cut off after it had begun to', async () => {
    const gate = node('gate', 'Suspend', 'Running', 'root/remove', { templateName: 'millrace-gate', finishedAt: undefined } as never);
    const open: Resource<Workflow> = { ...created, status: { phase: 'Running', nodes: Object.fromEntries([node('root', 'DAG', 'Running', 'root'), gate]) } as never };
    let there = true;
    volumes.delete = async ({ isBegun, begin }) => {
      if (!there && !isBegun) throw new PipelineError('NOT_FOUND', 'There is none.');
      if (!there) return;
      await begin();
      there = false;
      throw new Error('cut off');
    };
    await expect(follower.follow(open, undefined)).rejects.toThrow('cut off');
    expect((await rows())['root/remove']?.state).toBe('PENDING');
    await new WorkflowFollower(following).follow(open, undefined);
    expect((await rows())['root/remove']).toMatchObject({ state: 'SUCCEEDED' });
  });

  it('tells how long a task had to wait for its answer', async () => {
    const answered: number[] = [];
    const observing = new WorkflowFollower({ ...following, clock: () => new Date('2026-03-02T10:00:04Z'), observe: { step: () => undefined, answered: (seconds) => answered.push(seconds) } });
    const gate = node('gate', 'Suspend', 'Running', 'root/remove', { templateName: 'millrace-gate', finishedAt: undefined } as never);
    await observing.follow({ ...created, status: { phase: 'Running', nodes: Object.fromEntries([node('root', 'DAG', 'Running', 'root'), gate]) } as never }, undefined);
    expect(answered).toEqual([4]);
  });

  it('says so of a claim that was never there', async () => {
    const gate = node('gate', 'Suspend', 'Running', 'root/remove', { templateName: 'millrace-gate', finishedAt: undefined } as never);
    volumes.delete = async () => Promise.reject(new PipelineError('NOT_FOUND', 'There is none.'));
    await follower.follow({ ...created, status: { phase: 'Running', nodes: Object.fromEntries([node('root', 'DAG', 'Running', 'root'), gate]) } as never }, undefined);
    expect((await rows())['root/remove']).toMatchObject({ state: 'FAILED', message: 'There is none.' });
  });

  describe('with pods that can be asked', () => {
    const ask = (pods: Partial<AttemptPods>) =>
      new WorkflowFollower({ ...following, pods: { timesOf: async () => undefined, whyWaiting: async () => undefined, handOverOf: async () => undefined, tellDone: async () => false, giveUp: async () => undefined, ...pods } });
    const at = (time: string) => new Date(`2026-03-02T10:00:${time}Z`);

    it('says when the process of a task ran, not when its pod was asked for and found to be over', async () => {
      files.set(`${await taskRoot()}/output_metadata.json`, JSON.stringify({ parameterValues: { out: 'x' } }));
      const asked: unknown[] = [];
      const pods = ask({ timesOf: async (ref) => (asked.push(ref), { startedAt: at('02'), finishedAt: at('04') }) });
      await pods.follow(over('Succeeded'), undefined);
      const { 'root/group/a': task } = await rows();
      expect(task).toMatchObject({ state: 'SUCCEEDED', queuedAt: at('00'), startedAt: at('02'), finishedAt: at('04'), attempts: [{ startedAt: at('02'), finishedAt: at('04') }] });
      expect(asked).toEqual([{ namespace: 'ns', workflow: run.workflowName, nodeId: 'a', templateName: 'pod-a' }]);
    });

    it('goes by the Workflow where a pod is gone or cannot be asked', async () => {
      files.set(`${await taskRoot()}/output_metadata.json`, JSON.stringify({ parameterValues: { out: 'x' } }));
      await ask({ timesOf: () => Promise.reject(new Error('forbidden')) }).follow(over('Succeeded'), undefined);
      expect((await rows())['root/group/a']).toMatchObject({ state: 'SUCCEEDED', finishedAt: at('05') });
    });

    it('says why a pod does not start where Argo does not know, until it starts', async () => {
      const waiting = (phase: string, message?: string): Resource<Workflow> => ({
        ...created,
        status: { phase: 'Running', nodes: Object.fromEntries([node('root', 'DAG', 'Running', 'root'), node('group', 'DAG', 'Running', 'root/group'), node('a', 'Pod', phase, 'root/group/a', { finishedAt: undefined, ...(message && { message }) } as never)]) } as never,
      });
      const pods = ask({ whyWaiting: async () => 'FailedMount: secret "s" not found' });
      expect(await pods.follow(waiting('Pending', 'PodInitializing'), undefined)).toEqual({ requeueAfterMs: 10_000 });
      expect((await rows())['root/group/a']).toMatchObject({ state: 'PENDING', message: 'FailedMount: secret "s" not found' });
      await pods.follow(waiting('Pending', 'Unschedulable: 0/1 nodes'), undefined);
      expect((await rows())['root/group/a']).toMatchObject({ state: 'PENDING', message: 'Unschedulable: 0/1 nodes' });
      expect(await pods.follow(waiting('Running'), undefined)).toBeUndefined();
      expect((await rows())['root/group/a']).toMatchObject({ state: 'RUNNING' });
      expect((await rows())['root/group/a']?.message ?? '').toBe('');
    });

    it('is not asked at every change of a run', async () => {
      let time = Date.parse('2026-03-02T10:00:30Z');
      let asked = 0;
      const pods: AttemptPods = { timesOf: async () => undefined, whyWaiting: async () => void (asked += 1), handOverOf: async () => undefined, tellDone: async () => false, giveUp: async () => undefined };
      const busy = new WorkflowFollower({ ...following, clock: () => new Date(time), pods });
      const waiting: Resource<Workflow> = {
        ...created,
        status: { phase: 'Running', nodes: Object.fromEntries([node('root', 'DAG', 'Running', 'root'), node('group', 'DAG', 'Running', 'root/group'), node('a', 'Pod', 'Pending', 'root/group/a', { finishedAt: undefined } as never)]) } as never,
      };
      for (let second = 0; second < 10; second += 1, time += 1_000) await busy.follow(waiting, new Set());
      expect(asked).toBe(2);
    });
  });

  describe('with a task that has ended and whose files are not in the store', () => {
    let time: number;
    let handOver: HandOver | undefined;
    let givenUp: string[];
    let told: string[];
    let pods: WorkflowFollower;
    const later = (seconds: number): void => void (time += seconds * 1_000);
    // As Argo 4.1 leaves a node when the process has ended and its own container has not.
    const ended = (exitCode = '0'): Resource<Workflow> => ({
      ...created,
      status: { phase: 'Running', nodes: Object.fromEntries([node('root', 'DAG', 'Running', 'root'), node('group', 'DAG', 'Running', 'root/group'), node('a', 'Pod', 'Running', 'root/group/a', { finishedAt: undefined, outputs: { exitCode } } as never)]) } as never,
    });
    const AWAY = 'Patch "https://10.96.0.1:443/apis/argoproj.io/v1alpha1/namespaces/ns/workflowtaskresults/a": dial tcp 10.96.0.1:443: connect: connection refused';

    beforeEach(() => {
      time = Date.parse('2026-03-02T10:00:10Z');
      givenUp = [];
      told = [];
      const asked: AttemptPods = { timesOf: async () => undefined, whyWaiting: async () => undefined, handOverOf: async () => handOver, tellDone: async ({ nodeId }) => told.push(nodeId) > 0, giveUp: async ({ nodeId }) => void givenUp.push(nodeId) };
      pods = new WorkflowFollower({ ...following, clock: () => new Date(time), pods: asked });
    });

    it('says what keeps them, once that takes long, and looks again', async () => {
      handOver = { failures: 1, reason: AWAY };
      expect(await pods.follow(ended(), undefined)).toEqual({ requeueAfterMs: 10_000 });
      expect((await rows())['root/group/a']?.message ?? '').toBe('');
      later(10);
      expect(await pods.follow(ended(), new Set())).toEqual({ requeueAfterMs: 10_000 });
      expect((await rows())['root/group/a']).toMatchObject({ state: 'RUNNING', message: `Its process has ended; its files are not in the store yet, after one try: ${AWAY}` });
    });

    it('says it until then, however often the run changes', async () => {
      handOver = { failures: 1, reason: AWAY };
      await pods.follow(ended(), undefined);
      later(10);
      await pods.follow(ended(), new Set());
      later(1);
      await pods.follow(ended(), undefined);
      expect((await rows())['root/group/a']?.message).toContain(AWAY);
    });

    it('goes on as if nothing had been, once they are there', async () => {
      handOver = { failures: 2, reason: AWAY };
      await pods.follow(ended(), undefined);
      later(20);
      await pods.follow(ended(), new Set());
      files.set(`${await taskRoot()}/output_metadata.json`, JSON.stringify({ parameterValues: { out: 'x' } }));
      await pods.follow(over('Succeeded'), undefined);
      const { state, message } = (await rows())['root/group/a']!;
      expect([state, message ?? '']).toEqual(['SUCCEEDED', '']);
      expect(givenUp).toEqual([]);
    });

    it.each([AWAY, 'failed to put directory: Get "http://s3:9000/mlpipeline/": EOF', 'timed out waiting for the condition: dial tcp: lookup s3: no such host', 'the server is currently unable to handle the request (patch workflowtaskresults.argoproj.io a)'])(
      'waits for a server that is away however long: %s',
      async (reason) => {
        handOver = { failures: 40, reason };
        await pods.follow(ended(), undefined);
        later(3_600);
        await pods.follow(ended(), new Set());
        expect((await rows())['root/group/a']?.message).toContain('after 40 tries');
        expect(givenUp).toEqual([]);
      },
    );

    it.each(['failed to put directory: The specified bucket does not exist.', 'failed to put directory: Access Denied.', 'open /mainctrfs/out/x: permission denied', 'workflowtaskresults.argoproj.io is forbidden: User "u" cannot create resource'])(
      'ends an attempt after some tries where waiting does not help: %s',
      async (reason) => {
        await pods.follow(ended('3'), undefined);
        for (const failures of [2, 2, 3, 4, 4, 5]) {
          expect(givenUp).toEqual([]);
          handOver = { failures, reason };
          later(10);
          await pods.follow(ended('3'), new Set());
        }
        expect(givenUp).toEqual(['a']);
      },
    );

    it('waits on when a server that comes back refuses at first', async () => {
      await pods.follow(ended(), undefined);
      for (const [failures, reason] of [[9, 'workflowtaskresults.argoproj.io is forbidden: not yet'], [10, 'forbidden'], [11, AWAY], [12, 'forbidden'], [13, 'forbidden'], [14, 'forbidden']] as const) {
        handOver = { failures, reason };
        later(10);
        await pods.follow(ended(), new Set());
      }
      expect(givenUp).toEqual([]);
    });

    it('tells Argo what its executor could not, once all is there', async () => {
      handOver = { failures: 0, reason: '', done: true };
      await pods.follow(ended(), undefined);
      expect(told).toEqual([]);
      later(10);
      await pods.follow(ended(), new Set());
      expect({ told, givenUp }).toEqual({ told: ['a'], givenUp: [] });
    });

    it('says nothing of one of which its executor has told Argo, which has not come to it', async () => {
      const said: string[] = [];
      const asked: AttemptPods = { timesOf: async () => undefined, whyWaiting: async () => undefined, handOverOf: async () => ({ failures: 0, reason: '', done: true }), tellDone: async ({ nodeId }) => told.push(nodeId) < 0, giveUp: async () => undefined };
      const slow = new WorkflowFollower({ ...following, clock: () => new Date(time), pods: asked, log: (_level, message) => void said.push(message) });
      await slow.follow(ended(), undefined);
      later(10);
      await slow.follow(ended(), new Set());
      expect({ told, said }).toEqual({ told: ['a'], said: [] });
    });

    it('leaves a run alone whose pods cannot be asked', async () => {
      const forbidden = new WorkflowFollower({ ...following, clock: () => new Date(time), pods: { timesOf: async () => undefined, whyWaiting: async () => undefined, handOverOf: () => Promise.reject(new Error('forbidden')), tellDone: async () => false, giveUp: async () => undefined } });
      await forbidden.follow(ended(), undefined);
      later(10);
      expect(await forbidden.follow(ended(), new Set())).toEqual({ requeueAfterMs: 10_000 });
      expect((await rows())['root/group/a']?.state).toBe('RUNNING');
    });
  });

  it('says of a failure what the stored log says last', async () => {
    files.set('minio://bucket/root/.logs/pod/main.log', 'Traceback (most recent call last):\n  File\nValueError: no\n');
    await follower.follow(over('Failed', { message: 'main: Error (exit code 1)', outputs: { exitCode: '1', artifacts: [{ name: 'main-logs', s3: { key: 'root/.logs/pod/main.log' } }] } as never }), undefined);
    expect((await rows())['root/group/a']).toMatchObject({ state: 'FAILED', message: 'Exit code 1: ValueError: no' });
  });
});
