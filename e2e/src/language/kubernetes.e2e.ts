import { mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunPreview } from '@millrace/api-contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compilePipelines } from '../harness/compile-pipelines.js';
import { Millrace } from '../harness/millrace.js';
import { kfpPython } from '../harness/python.js';
import { Runs, type FinishedRun } from '../harness/runs.js';

const states = ({ tasks }: FinishedRun) => Object.fromEntries(Object.entries(tasks).map(([path, { state }]) => [path, state]));
const output = ({ tasks }: FinishedRun, path: string, name = 'Output') => tasks[path]?.output_parameters[name];

describe.skipIf(kfpPython === undefined)('what kfp.kubernetes sets, on one machine', () => {
  let millrace: Millrace;
  let runs: Runs;
  let pipelines: Record<string, string>;
  const kept = async (folder: string, name: string, keys: Record<string, string>): Promise<void> => {
    await mkdir(join(millrace.dataFolder, folder, name), { recursive: true });
    for (const [key, value] of Object.entries(keys)) await writeFile(join(millrace.dataFolder, folder, name, key), value);
  };
  const succeeded = async (name: string, parameters = {}): Promise<FinishedRun> => {
    const finished = await runs.run(pipelines[name]!, parameters);
    expect({ state: finished.run.state, error: finished.run.error }).toEqual({ state: 'SUCCEEDED', error: undefined });
    return finished;
  };

  beforeAll(async () => {
    [millrace, pipelines] = await Promise.all([Millrace.start({ sample: false }), compilePipelines('kubernetes.py')]);
    runs = new Runs(millrace);
    await kept('secrets', 'login', { password: 'open sesame\n', user: 'ada' });
    await kept('config-maps', 'settings', { colour: 'red' });
  });
  afterAll(() => millrace?.close());

  it('secrets, known, from a parameter, from a task and in a loop', async () => {
    expect((await stat(join(millrace.dataFolder, 'secrets'))).mode & 0o777).toBe(0o700);
    const finished = await succeeded('secrets');
    expect([output(finished, 'variable'), output(finished, 'variable-2')]).toEqual(['open sesame', 'open sesame']);
    expect(output(finished, 'content')).toBe('open sesame\n');
    expect(output(finished, 'names-in')).toEqual(['password', 'user']);
    expect([output(finished, 'for-loop-2#0/variable-3'), output(finished, 'for-loop-2#1/variable-3')]).toEqual(['open sesame', 'ada']);
  });

  it('a secret that no task tells is written nowhere, also where it is an argument', async () => {
    const value = 'not-to-be-written-down';
    await kept('secrets', 'token', { value });
    const finished = await succeeded('secret-that-is-kept');
    expect([output(finished, 'length-of'), output(finished, 'length-in-shell', 'length')]).toEqual([value.length, String(value.length)]);
    const found: string[] = [];
    for (const entry of await readdir(millrace.dataFolder, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      if (entry.isFile() && (await readFile(path)).includes(value)) found.push(path);
    }
    expect(found).toEqual([join(millrace.dataFolder, 'secrets', 'token', 'value')]);
    expect(millrace.printed).not.toContain(value);
  });

  it('optional ones that are missing are no variable, and an empty folder', async () => {
    const finished = await succeeded('optional-secrets');
    expect([output(finished, 'variable'), output(finished, 'names-in'), output(finished, 'names-in-2')]).toEqual(['nothing', [], []]);
  });

  it('others that are missing are refused at submission, with what to make', async () => {
    await expect(runs.start(pipelines['missing-secret']!)).rejects.toThrow(
      new RegExp(`root/variable: The secret "no-such-secret" does not exist: .* make ${millrace.dataFolder}/secrets/no-such-secret\\.\\n?.*`),
    );
    await expect(runs.start(pipelines['missing-secret']!)).rejects.toThrow(/root\/names-in: The config map "no-such-map" does not exist: .*config-maps\/no-such-map\./);
  });

  it('one whose name comes from a task fails it with the same sentence', async () => {
    const finished = await runs.run(pipelines['secret-that-is-missing-late']!);
    expect(finished.run).toMatchObject({ state: 'FAILED', error: expect.stringMatching(/secret "no-such-secret" does not exist: .*secrets\/no-such-secret/) });
  });

  it('config maps as variables and files', async () => {
    const finished = await succeeded('config-maps');
    expect([output(finished, 'variable'), output(finished, 'content')]).toEqual(['red', 'red']);
  });

  it('fields, labels and annotations of the pod', async () => {
    const finished = await succeeded('pod-fields');
    const byName = Object.fromEntries(Object.values(finished.tasks).map((task) => [task.name, task.output_parameters['Output']]));
    expect(byName).toEqual({ NAME: expect.stringMatching(/^pod-fields-.+/), NAMESPACE: 'kubeflow', TEAM: 'red', NOTE: 'a "note"', NODE: hostname() });
  });

  it('a volume that is made, filled, read below a path in a loop, and deleted', async () => {
    const finished = await succeeded('volumes');
    const name = output(finished, 'createpvc', 'name');
    expect(name).toBe(`${finished.tasks['createpvc']!.id}-mine`);
    expect(output(finished, 'for-loop-2#0/content')).toBe('kept');
    expect(await readdir(join(millrace.dataFolder, 'volumes', 'kubeflow'))).not.toContain(name);
  });

  it('a volume with a fixed name is used again by the next run', async () => {
    expect(output(await succeeded('volume-with-a-name'), 'content')).toBe('x');
    expect(output(await succeeded('volume-with-a-name'), 'content')).toBe('xx');
  });

  it('a volume that is not there fails its tasks by name', async () => {
    const { run, tasks } = await runs.run(pipelines['no-such-volume']!);
    expect(run.state).toBe('FAILED');
    expect(tasks['names-in']!.message).toMatch(/"no-such-volume" not found: .* make .*volumes\/kubeflow\/no-such-volume/);
    expect(tasks['deletepvc']!.message).toMatch(/^There is no volume "no-such-volume" to delete/);
  });

  it('a volume in use is not deleted', async () => {
    const { run, tasks } = await runs.run(pipelines['volume-in-use']!);
    expect(run.state).toBe('FAILED');
    expect(tasks['deletepvc']!.message).toMatch(/^The volume ".*-busy" cannot be deleted while a task uses it; let DeletePVC run after that task/);
    expect(tasks['sleep']!.state).toBe('SUCCEEDED');
  });

  it('empty and ephemeral folders of one attempt each', async () => {
    const finished = await succeeded('folders-of-a-pod');
    expect(output(finished, 'names-in')).toEqual([]);
  });

  it('placement, pull settings and a security context change nothing', async () => {
    expect(output(await succeeded('placement', { tolerations: [{ key: 'x' }] }), 'say')).toBe('placed');
    const request = { pipeline_version_reference: { pipeline_id: await runs.upload(pipelines['placement']!) } };
    const preview = await millrace.json<RunPreview>('/apis/millrace/v1/runs:preview', { method: 'POST', body: JSON.stringify(request) });
    expect(preview.problems).toEqual([]);
    expect(preview.warnings).toHaveLength(6);
    for (const warning of preview.warnings!) expect(warning).toMatch(/^The executor "exec-say" asks for .*, which has no effect on one machine\.$/);
  });

  it('a timeout ends the task', async () => {
    const { run } = await runs.run(pipelines['task-timeout']!);
    expect(run).toMatchObject({ state: 'FAILED', error: expect.stringMatching(/longer than its timeout/) });
  });

  it('accelerators that are not there are refused at submission, in a loop too; CPU and memory are not looked at', async () => {
    const refused = runs.start(pipelines['too-many-gpus']!);
    await expect(refused).rejects.toThrow(/root\/say: The task asks for 512 × nvidia\.com\/gpu, and this machine has (none|only \d+); ask for/);
    await expect(refused).rejects.toThrow(/root\/for-loop-2\/sleep: The task asks for 1 × google\.com\/tpu, and this machine has none;/);
    expect(output(await succeeded('more-cpu-than-there-is'), 'say')).toBe('done');
  });

  it('accelerators that are not there are done without where the server was told so, and it is said wherever somebody may look', async () => {
    const server = await Millrace.start({ sample: false, args: ['--accelerators', 'optional'] });
    try {
      const own = new Runs(server);
      const request = { pipeline_version_reference: { pipeline_id: await own.upload(pipelines['too-many-gpus']!) } };
      const preview = await server.json<RunPreview>('/apis/millrace/v1/runs:preview', { method: 'POST', body: JSON.stringify(request) });
      const gpus = /root\/say: The task asks for 512 × nvidia\.com\/gpu, and this machine has (none; it runs without|only \d+; it runs with \d+), because/;
      const tpus = /root\/for-loop-2\/sleep: The task asks for 1 × google\.com\/tpu, and this machine has none; it runs without/;
      expect(preview).toMatchObject({ problems: [], warnings: [expect.stringMatching(tpus), expect.stringMatching(gpus)] });
      const finished = await own.run(pipelines['too-many-gpus']!);
      expect({ state: finished.run.state, error: finished.run.error }).toEqual({ state: 'SUCCEEDED', error: undefined });
      expect(await own.log(finished.tasks['say']!)).toMatch(/^The task asks for 512 × nvidia\.com\/gpu/);
      for (const warning of [gpus, tpus]) expect(server.printed).toMatch(warning);
    } finally {
      await server.close();
    }
  });

  it('a component that is handed its own settings', async () => {
    const finished = await succeeded('task-config');
    expect(output(finished, 'configured')).toEqual({
      resources: { limits: { cpu: '1', memory: '1Gi' }, requests: {} },
      node_selector: { disk: 'ssd' },
      env: [{ name: 'COLOUR', value: 'red' }],
      mounts: [{ name: 'settings', mountPath: '/etc/settings' }],
      tolerations: null,
      own: 'red',
    });
  });

  it('a workspace that the tasks of one run share, and no other', async () => {
    for (const _ of ['first', 'second']) {
      const finished = await succeeded('workspace');
      expect([output(finished, 'content'), output(finished, 'names-in')]).toEqual(['shared', ['a']]);
    }
  });

  it('importers into the workspace, known and late', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-import-'));
    try {
      await writeFile(join(folder, 'data'), 'mine');
      const finished = await succeeded('importer-into-the-workspace', { address: join(folder, 'data') });
      expect([output(finished, 'read'), output(finished, 'read-2')]).toEqual(['kfp-workspace: mine', 'kfp-workspace: made']);
      expect(states(finished)).toMatchObject({ importer: 'SUCCEEDED', 'importer-2': 'SUCCEEDED' });
      const missing = await runs.run(pipelines['importer-into-the-workspace']!, { address: join(folder, 'nothing') });
      expect(missing.tasks['importer']!.message).toMatch(/^There is nothing at ".*nothing" to copy into the workspace/);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
