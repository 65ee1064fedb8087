import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { buildEnvironment } from '@millrace/embedded-argo';
import { openDatabase, type Database } from '@millrace/database';
import { FileObjectStore } from '@millrace/object-store';
import { parsePipelineValue } from '@millrace/pipeline-spec';
import { createRunController, type RunController, type RunSubmission } from '@millrace/run-controller';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openDataFolder } from './data-folder.js';
import { localLayout } from './local-layout.js';
import { openSubstrate, type Substrate } from './open-substrate.js';

const pythonFolder = resolve(import.meta.dirname, '../../../libs/embedded-argo/src/process-executor/python');
// Made once for all tests and sessions.
const environments = resolve(import.meta.dirname, '../../../node_modules/.cache/millrace-environments');

beforeAll(async () => {
  await mkdir(environments, { recursive: true });
  await buildEnvironment({ environmentFolders: [environments], hostEnvironment: process.env, pythonFolder });
}, 120_000);

/** All of the control plane but HTTP, on real SQLite with real processes. */
class Machine {
  private constructor(
    readonly path: string,
    readonly database: Database,
    readonly substrate: Substrate,
    readonly runs: RunController,
  ) {}

  static async open(path: string): Promise<Machine> {
    const folder = await openDataFolder(path);
    const substrate = await openSubstrate({ folder, executor: 'process', accelerators: 'required', maxParallelTasks: 2, log: () => undefined, pythonFolder, builtEnvironments: environments });
    const database = await openDatabase({ url: `file:${folder.database}` });
    const runs = createRunController({
      database,
      store: substrate.store,
      objects: new FileObjectStore({ roots: [folder.artifacts] }),
      layout: localLayout(folder.artifacts),
      substrate: 'embedded',
      containers: () => substrate.runsContainers(),
      volumes: substrate.volumes,
      refuseContainer: (container) => substrate.refuseContainer(container),
    });
    await runs.start();
    return new Machine(path, database, substrate, runs);
  }

  async close(): Promise<void> {
    await this.runs.close();
    await this.database.close();
    await this.substrate.close();
  }

  submit(spec: object, parameters: RunSubmission['parameters'] = {}) {
    return this.runs.submit({
      namespace: 'kubeflow',
      experimentId: randomUUID(),
      displayName: 'a run',
      serviceAccount: 'pipeline-runner',
      pipeline: parsePipelineValue(spec as never),
      document: { pipelineSpec: spec as never },
      parameters,
    });
  }

  async finished(runId: string) {
    await expect.poll(async () => (await this.database.runs.get(runId)).state, { timeout: 20_000, interval: 20 }).toMatch(/SUCCEEDED|FAILED|CANCELED/);
    const run = await this.database.runs.get(runId);
    const tasks = Object.fromEntries((await this.database.tasks.list(runId)).map((task) => [task.path, task]));
    return { run, tasks };
  }

  async log(runId: string, path: string, attempt = 0): Promise<string> {
    const run = await this.database.runs.get(runId);
    const [task] = await this.database.tasks.listByPaths(runId, [path]);
    const page = await this.substrate.logs.read({ namespace: run.namespace, workflow: run.workflowName, nodeId: task!.attempts[attempt]!.nodeId });
    return page.lines.map((line) => line.text).join('\n');
  }
}

let machine: Machine;
beforeEach(async () => {
  machine = await Machine.open(await mkdtemp(join(tmpdir(), 'millrace-machine-')));
});
afterEach(async () => {
  await machine.close();
  await rm(machine.path, { recursive: true, force: true });
});

interface TaskSketch {
  readonly line: string;
  readonly after?: readonly string[];
  readonly inputs?: Record<string, unknown>;
  readonly retries?: number;
  readonly cached?: boolean;
}

const text = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, { parameterType: 'STRING' }]));

/** A pipeline of shell tasks; each has an output parameter `out` when its line writes to `$OUT`. */
function shell(tasks: Record<string, TaskSketch>, name = 'shell'): object {
  const entries = Object.entries(tasks);
  return {
    schemaVersion: '2.1.0',
    pipelineInfo: { name },
    deploymentSpec: {
      executors: Object.fromEntries(
        entries.map(([key, { line }]) => [
          `exec-${key}`,
          { container: { image: 'busybox', command: ['sh', '-c', line.replaceAll('$OUT', '"$1"'), 'sh', "{{$.outputs.parameters['out'].output_file}}", "{{$.inputs.parameters['in']}}"] } },
        ]),
      ),
    },
    components: Object.fromEntries(
      entries.map(([key, { line, inputs }]) => [
        `comp-${key}`,
        {
          executorLabel: `exec-${key}`,
          ...(inputs && { inputDefinitions: { parameters: text(Object.keys(inputs)) } }),
          ...(line.includes('$OUT') && { outputDefinitions: { parameters: text(['out']) } }),
        },
      ]),
    ),
    root: {
      dag: {
        tasks: Object.fromEntries(
          entries.map(([key, { after, inputs, retries, cached }]) => [
            key,
            {
              taskInfo: { name: key },
              componentRef: { name: `comp-${key}` },
              ...(after && { dependentTasks: after }),
              ...(inputs && { inputs: { parameters: inputs } }),
              ...(retries && { retryPolicy: { maxRetryCount: retries, backoffDuration: '0s' } }),
              ...(cached && { cachingOptions: { enableCache: true } }),
            },
          ]),
        ),
      },
    },
  };
}
const outputOf = (task: string) => ({ taskOutputParameter: { producerTask: task, outputParameterKey: 'out' } });

describe('a run on this machine', () => {
  it('carries a parameter from one process to the next', async () => {
    const spec = shell({ first: { line: 'printf "你好 {{x}} $(id -u)" > $OUT; echo wrote' }, second: { line: 'echo "got $2"; printf "%s!" "$2" > $OUT', inputs: { in: outputOf('first') } } });
    const { id } = await machine.submit(spec);
    const { run, tasks } = await machine.finished(id);
    expect(run).toMatchObject({ state: 'SUCCEEDED', taskCounts: { SUCCEEDED: 2 } });
    const uid = process.getuid!();
    expect(tasks['root/first']!.outputs).toEqual({ out: `你好 {{x}} ${uid}` });
    expect(tasks['root/second']).toMatchObject({ inputs: { in: `你好 {{x}} ${uid}` }, outputs: { out: `你好 {{x}} ${uid}!` } });
    expect(await machine.log(id, 'root/second')).toBe(`got 你好 {{x}} ${uid}`);
    expect(tasks['root/second']!.startedAt!.getTime()).toBeGreaterThanOrEqual(tasks['root/first']!.finishedAt!.getTime());
  });

  it('starts nothing when everything is cached, also behind a value that is only known on the way', async () => {
    const spec = (salt: string) => shell({ first: { line: 'printf one > $OUT', cached: true }, second: { line: `printf "$2 two" > $OUT; : ${salt}`, inputs: { in: outputOf('first') }, cached: true } });
    await machine.finished((await machine.submit(spec('a'))).id);
    const again = await machine.finished((await machine.submit(spec('a'))).id);
    expect(again.run).toMatchObject({ state: 'SUCCEEDED', taskCounts: { CACHED: 2 } });
    expect(again.tasks['root/second']).toMatchObject({ state: 'CACHED', outputs: { out: 'one two' }, attempts: [] });
    const changed = await machine.finished((await machine.submit(spec('b'))).id);
    expect(changed.run.taskCounts).toEqual({ CACHED: 1, SUCCEEDED: 1 });
  });

  it('fails with the task that failed, and skips what waits for it', async () => {
    const { id } = await machine.submit(shell({ bad: { line: 'echo no >&2; exit 137' }, next: { line: 'true', after: ['bad'] }, beside: { line: 'true' } }));
    const { run, tasks } = await machine.finished(id);
    expect(run).toMatchObject({ state: 'FAILED', error: expect.stringMatching(/^bad: .*137/), taskCounts: { FAILED: 1, SKIPPED: 1, SUCCEEDED: 1 } });
    expect(tasks['root/bad']!.attempts).toEqual([expect.objectContaining({ exitCode: 137, state: 'FAILED' })]);
    expect(tasks['root/next']).toMatchObject({ state: 'SKIPPED', attempts: [], message: 'bad failed' });
  });

  it('fails a task that ends well without the output it declares, and the run with it', async () => {
    const { id } = await machine.submit(shell({ silent: { line: ': $OUT' } }));
    const { run, tasks } = await machine.finished(id);
    expect(tasks['root/silent']).toMatchObject({ state: 'FAILED', message: expect.stringContaining('output parameter "out"') });
    expect(run.state).toBe('FAILED');
  });

  it('tries again as often as it was told, and keeps each attempt with its log', async () => {
    const counter = join(machine.path, 'artifacts', 'counter');
    const { id } = await machine.submit(shell({ flaky: { line: `echo x >> ${counter}; n=$(wc -l < ${counter}); echo "try $n"; test $n -ge 3`, retries: 3 } }));
    const { run, tasks } = await machine.finished(id);
    expect(run.state).toBe('SUCCEEDED');
    expect(tasks['root/flaky']!.attempts.map(({ state, index }) => [index, state])).toEqual([
      [0, 'FAILED'],
      [1, 'FAILED'],
      [2, 'SUCCEEDED'],
    ]);
    expect(await machine.log(id, 'root/flaky', 1)).toBe('try 2');
  });

  it('ends the whole process group of a run that is terminated', async () => {
    const marker = `millrace-${randomUUID()}`;
    const { id } = await machine.submit(shell({ slow: { line: `sh -c 'sleep 60; : ${marker}' & sleep 60` }, next: { line: 'true', after: ['slow'] } }));
    await expect.poll(async () => (await machine.database.tasks.listByPaths(id, ['root/slow']))[0]!.state, { timeout: 10_000 }).toBe('RUNNING');
    await machine.runs.terminate(id);
    const { run, tasks } = await machine.finished(id);
    expect(run).toMatchObject({ state: 'CANCELED' });
    expect([tasks['root/slow']!.state, tasks['root/next']!.state]).toEqual(['CANCELED', 'CANCELED']);
    await expect.poll(() => execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }), { timeout: 5_000 }).not.toContain(marker);
    await expect(machine.runs.terminate(id)).rejects.toMatchObject({ code: 'FAILED_PRECONDITION' });
  });

  it('goes on after a restart with what was recorded, and repeats nothing', async () => {
    const counter = join(machine.path, 'artifacts', 'counter');
    const spec = shell({ once: { line: `echo x >> ${counter}; printf done > $OUT` }, slow: { line: 'sleep 1; printf "%s" "$2" > $OUT', inputs: { in: outputOf('once') } } });
    const { id } = await machine.submit(spec);
    await expect.poll(async () => (await machine.database.tasks.listByPaths(id, ['root/slow']))[0]!.state, { timeout: 10_000 }).toBe('RUNNING');
    await machine.close();
    machine = await Machine.open(machine.path);
    const { run, tasks } = await machine.finished(id);
    expect(run.state).toBe('SUCCEEDED');
    expect(tasks['root/slow']!.outputs).toEqual({ out: 'done' });
    expect(readFileSync(counter, 'utf8')).toBe('x\n');
  });

  it('ends a run that somebody asked to end, when the server died before it could', async () => {
    const { id } = await machine.submit(shell({ slow: { line: 'sleep 30' }, next: { line: 'true', after: ['slow'] } }));
    await expect.poll(async () => (await machine.database.tasks.listByPaths(id, ['root/slow']))[0]!.state, { timeout: 10_000 }).toBe('RUNNING');
    // As terminate does it, up to the point where the Workflow is told.
    expect(await machine.database.runs.transition(id, { from: ['RUNNING'], to: 'CANCELING', at: new Date(), appendHistory: false })).toBeTruthy();
    await machine.close();
    machine = await Machine.open(machine.path);
    expect((await machine.finished(id)).run.state).toBe('CANCELED');
  });

  it('takes up a run whose end only the engine remembers, because a power loss cost the database its last second', async () => {
    const { id } = await machine.submit(shell({ one: { line: 'printf 1 > $OUT' } }));
    await machine.finished(id);
    await expect.poll(async () => (await machine.substrate.store.list('Workflow', { labels: { 'workflows.argoproj.io/phase': 'Succeeded' } })).items[0]?.metadata.labels).toHaveProperty('pipeline/persistedFinalState');
    await machine.close();
    const database = new DatabaseSync(join(machine.path, 'millrace.db'));
    database.exec(`DELETE FROM cache_entries; UPDATE runs SET state = 'RUNNING', finishedAt = NULL; UPDATE tasks SET state = 'RUNNING', finishedAt = NULL, outputs = NULL`);
    database.close();
    machine = await Machine.open(machine.path);
    const { run, tasks } = await machine.finished(id);
    expect(run.state).toBe('SUCCEEDED');
    expect(tasks['root/one']).toMatchObject({ state: 'SUCCEEDED', outputs: { out: '1' } });
  });

  it('removes a deleted run with its artifacts and its Workflow', async () => {
    const { id } = await machine.submit(shell({ one: { line: 'printf 1 > $OUT' } }));
    const { run } = await machine.finished(id);
    await machine.runs.delete(id);
    expect(await machine.database.runs.find(id)).toBeUndefined();
    expect(await machine.substrate.store.get('Workflow', { namespace: run.namespace, name: run.workflowName })).toBeUndefined();
  });

  it('refuses a program that is not on this machine when it is submitted, naming task and program', async () => {
    const spec = shell({ lost: { line: 'true' } }) as any;
    spec.deploymentSpec.executors['exec-lost'].container.command = ['no-such-program-here', '--x'];
    await expect(machine.submit(spec)).rejects.toMatchObject({ message: expect.stringMatching(/root\/lost.*no-such-program-here/s) });
    expect((await machine.database.runs.list({})).items).toEqual([]);
  });
});
