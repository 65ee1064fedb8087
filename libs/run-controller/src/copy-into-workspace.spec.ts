import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NodeStatus, Workflow } from '@millrace/argo';
import { openDatabase, type Database, type Run } from '@millrace/database';
import type { ObjectStore } from '@millrace/object-store';
import type { Layout } from '@millrace/pipeline-semantics';
import { parseAnyPipelineValue } from '@millrace/pipeline-spec';
import type { Resource, ResourceStore } from '@millrace/resources';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRunController } from './create-run-controller.js';
import { WorkflowFollower } from './follow-workflow.js';
import { objectLayout } from './testing/object-layout.js';

const layout = { ...objectLayout, mountsImages: true, copyImage: 'copier:1' };
const DATA = { artifactType: { schemaTitle: 'system.Dataset', schemaVersion: '0.0.1' } };
const importer = (uri: string, more: object = {}) => ({ importer: { artifactUri: { constant: uri }, typeSchema: DATA.artifactType, downloadToWorkspace: true, ...more } });

/** A pipeline of importers, by their addresses, that has a workspace. */
function pipelineOf(executors: Readonly<Record<string, object>>) {
  const names = Object.keys(executors);
  return {
    pipelineSpec: {
      schemaVersion: '2.1.0',
      pipelineInfo: { name: 'p' },
      deploymentSpec: { executors },
      components: Object.fromEntries(names.map((name) => [name, { executorLabel: name, outputDefinitions: { artifacts: { artifact: DATA } } }])),
      root: { dag: { tasks: Object.fromEntries(names.map((name) => [name, { componentRef: { name }, cachingOptions: { enableCache: true } }])) } },
    },
    platformSpec: { platforms: { kubernetes: { pipelineConfig: { workspace: { size: '1Gi' } } } } },
  };
}

describe('an importer into the workspace of a cluster', () => {
  let folder: string;
  let database: Database;
  let workflow: Resource<Workflow>;
  let follower: WorkflowFollower;
  let submit: (executors: Readonly<Record<string, object>>, places?: Layout) => Promise<Run>;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-copy-'));
    database = await openDatabase({ url: `file:${join(folder, 'rows.db')}` });
    const objects = { accepts: () => true, stat: async () => ({ kind: 'file', sizeBytes: 1, modifiedAt: new Date() }), read: async () => Promise.reject(new Error('nothing is to be read')) } as unknown as ObjectStore;
    const store = {
      create: async (_kind: string, made: Workflow) => (workflow = { ...made, metadata: { ...made.metadata, uid: 'u', resourceVersion: '1' } } as Resource<Workflow>),
      get: async () => workflow,
      patch: async (_kind: string, _ref: object, { status }: { status?: { nodes: Record<string, Partial<NodeStatus>> } }) => {
        const nodes = { ...workflow.status?.nodes };
        for (const [id, change] of Object.entries(status?.nodes ?? {})) nodes[id] = { ...nodes[id], ...change } as NodeStatus;
        return (workflow = { ...workflow, status: { ...workflow.status, nodes } } as Resource<Workflow>);
      },
    } as unknown as ResourceStore;
    submit = (executors, places = layout) => {
      const document = pipelineOf(executors);
      const options = { database, store, objects, layout: places, substrate: 'kubernetes' as const };
      follower = new WorkflowFollower({ ...options, cacheEnabled: true, clock: () => new Date(), newId: () => randomUUID(), artifactUri: () => undefined, log: () => undefined });
      return createRunController(options).submit({ namespace: 'ns', experimentId: 'e', displayName: 'r', serviceAccount: 's', pipeline: parseAnyPipelineValue(document.pipelineSpec, document.platformSpec), document: document as never, parameters: {} });
    };
  });
  afterEach(async () => {
    await database.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const rows = async ({ id }: Run) => Object.fromEntries((await database.tasks.list(id)).map((task) => [task.taskKey, task]));
  const nodeOf = (id: string, type: string, phase: string, path: string, more: object = {}): NodeStatus =>
    ({ id, name: id, displayName: id, type, phase, templateName: type === 'Suspend' ? 'millrace-gate' : `pod-${id}`, inputs: { parameters: [{ name: 'path', value: path }] }, startedAt: '2026-03-02T10:00:00Z', ...more }) as NodeStatus;
  const gateOf = (task: string) => nodeOf(`${task}-gate`, 'Suspend', 'Running', `root/${task}`);
  const podOf = (task: string, phase: string, more: object = {}) => nodeOf(task, 'Pod', phase, `root/${task}`, { finishedAt: '2026-03-02T10:00:05Z', ...more });
  /** One step of following the Workflow, which has these nodes beside those it had. */
  const follow = async (...nodes: readonly NodeStatus[]): Promise<void> => {
    workflow = { ...workflow, status: { phase: 'Running', ...workflow.status, nodes: { ...workflow.status?.nodes, ...Object.fromEntries(nodes.map((node) => [node.id, node])) } } } as Resource<Workflow>;
    await follower.follow(workflow, undefined);
  };
  const answers = () => Object.fromEntries(Object.values(workflow.status?.nodes ?? {}).flatMap(({ id, phase, outputs }) => (id.endsWith('-gate') && phase === 'Succeeded' ? [[id, Object.fromEntries((outputs?.parameters ?? []).map(({ name, value }) => [name, value]))]] : [])));

  it('has its artifact when its pod has brought it, and not before', async () => {
    const run = await submit({ a: importer('minio://bucket/data/mine.csv', { metadata: { rows: 3 } }) });
    await follow(gateOf('a'));
    expect(answers()['a-gate']).toMatchObject({ run: 'true', folder: '.artifacts/minio/bucket/data', 'file-0': 'mine.csv', 'bucket-0': 'bucket', 'key-0': 'data/mine.csv' });
    expect((await rows(run))['a']).toMatchObject({ state: 'PENDING', execution: { image: 'copier:1' } });
    await follow(podOf('a', 'Running', { finishedAt: undefined }));
    expect((await rows(run))['a']).toMatchObject({ state: 'RUNNING' });
    expect(await database.artifacts.listLinks(run.id)).toEqual([]);
    await follow(podOf('a', 'Succeeded'));
    expect((await rows(run))['a']).toMatchObject({ state: 'SUCCEEDED', attempts: [{ nodeId: 'a', state: 'SUCCEEDED' }] });
    const links = await database.artifacts.listLinks(run.id);
    expect(links).toMatchObject([{ direction: 'OUTPUT', name: 'artifact', artifact: { uri: 'minio://bucket/data/mine.csv', metadata: { rows: 3, _kfp_workspace: true } } }]);
  });

  it('brings it into each run, though it is the artifact of an earlier one', async () => {
    const uri = 'minio://bucket/data';
    const ids: (string | undefined)[] = [];
    for (const executors of [{ a: importer(uri) }, { a: importer(uri) }, { a: importer(uri, { reimport: true }) }]) {
      const run = await submit(executors);
      await follow(gateOf('a'));
      expect(answers()['a-gate']).toMatchObject({ run: 'true', folder: '.artifacts/minio/bucket', 'file-0': 'data' });
      await follow(podOf('a', 'Succeeded'));
      ids.push((await database.artifacts.listLinks(run.id))[0]?.artifact.id);
    }
    const [first, second, third] = ids;
    expect(first).toBeDefined();
    expect(second).toBe(first);
    expect(third).not.toBe(first);
  });

  it('fails with its pod, and says what is not there', async () => {
    const run = await submit({ a: importer('minio://bucket/none') });
    await follow(gateOf('a'));
    await follow(podOf('a', 'Failed', { message: 'main: Error (exit code 1): There is no object at minio://bucket/none.' }));
    expect((await rows(run))['a']).toMatchObject({ state: 'FAILED', message: 'There is no object at minio://bucket/none.' });
    expect(await database.artifacts.listLinks(run.id)).toEqual([]);
  });

  it('waits for another that copies to the same place, or into it, and for no other', async () => {
    const run = await submit({ a: importer('minio://bucket/data'), b: importer('minio://bucket/data/'), c: importer('minio://bucket/data/inner'), d: importer('minio://bucket/database') });
    await follow(gateOf('a'), gateOf('b'), gateOf('c'), gateOf('d'));
    expect(Object.keys(answers())).toEqual(['a-gate', 'd-gate']);
    await follow(podOf('a', 'Running', { finishedAt: undefined }));
    expect(Object.keys(answers())).toEqual(['a-gate', 'd-gate']);
    await follow(podOf('a', 'Succeeded'));
    expect(Object.keys(answers()).sort()).toEqual(['a-gate', 'b-gate', 'd-gate']);
    await follow(podOf('b', 'Failed'));
    expect(Object.keys(answers()).sort()).toEqual(['a-gate', 'b-gate', 'c-gate', 'd-gate']);
    expect((await rows(run))['c']?.state).toBe('PENDING');
  });

  it('is decided again when the rows were lost that said what it brings, as after a restore', async () => {
    const run = await submit({ a: importer('minio://bucket/data') });
    await follow(podOf('a', 'Succeeded'));
    expect((await rows(run))['a']).toMatchObject({ state: 'SUCCEEDED' });
    expect(await database.artifacts.listLinks(run.id)).toMatchObject([{ artifact: { uri: 'minio://bucket/data' } }]);
  });

  it.each([
    ['an image', 'oci://registry/model:1', /an image is mounted, not copied/],
    ['what is in no store', 'https://example.org/data.csv', /in no object store of this installation/],
    ['a whole bucket', 'minio://bucket', /it is a whole bucket; name a file or a folder in it/],
    ['what no folder can be called', 'minio://bucket/a/../b', /has a part "\.\."/],
  ])('refuses %s by name, when it is submitted', async (_what, uri, message) => {
    await expect(submit({ a: importer(uri) })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringMatching(message) });
    await expect(submit({ a: importer(uri) })).rejects.toThrow(`Importer "root/a" cannot copy "${uri}" into the workspace`);
  });

  it('refuses where nothing is installed to copy with, and says what to set', async () => {
    const { copyImage: _none, ...without } = layout;
    await expect(submit({ a: importer('minio://bucket/data') }, without)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringMatching(/MILLRACE_COPY_IMAGE/) });
  });
});
