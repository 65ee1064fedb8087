import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Workflow } from '@millrace/argo';
import { openDatabase, type Database, type Json, type Run, type Task, type TaskArtifact } from '@millrace/database';
import { openScriptedArgo, type FakeOutcome, type ScriptedArgo, type ScriptedArgoOptions } from '@millrace/embedded-argo/testing';
import { FileObjectStore } from '@millrace/object-store';
import { parseAnyPipelineValue, type JsonValue } from '@millrace/pipeline-spec';
import type { Layout } from '@millrace/pipeline-semantics';
import type { ResourceStore } from '@millrace/resources';
import { createRunController, type RunController } from '@millrace/run-controller';
import { aSpec, type TaskSketch } from './a-pipeline.js';

/** What a scripted process is given. */
export interface Given {
  /** Key of its task. */
  readonly task: string;
  /** Id of its row. */
  readonly taskId: string;
  readonly inputs: Readonly<Record<string, JsonValue>>;
  readonly artifacts: Readonly<Record<string, readonly { readonly name: string; readonly uri: string; readonly metadata: Readonly<Record<string, JsonValue>> }[]>>;
}

/** What it comes to: output parameters by name, or a failure. Outputs that are not said get a text with the task's name. */
export type Script = (given: Given) => { readonly out?: Readonly<Record<string, JsonValue>>; readonly fail?: boolean } | undefined | void;

export interface Finished {
  readonly run: Run;
  /** By path without `root/`. */
  readonly tasks: Readonly<Record<string, Task>>;
  readonly states: Readonly<Record<string, Task['state']>>;
  readonly links: readonly TaskArtifact[];
  readonly workflow: Workflow;
  /** What processes were given, in the order in which they began. */
  readonly begun: readonly Given[];
}

/** Database, controller and embedded Argo with scripted processes: everything of a run but Python. */
export class RunBench {
  readonly begun: Given[] = [];
  script: Script = () => undefined;
  /** Called when a process begins; what it returns is called when it ends, some turns later. Without it a process ends at once. */
  hold: ((given: Given) => () => void) | undefined;
  /** Called by name around every write of the controller. */
  failpoint: (name: string) => void = () => undefined;
  /** Milliseconds that a process takes which is held. */
  delay: () => number = () => 3;

  private constructor(
    readonly folder: string,
    readonly database: Database,
    readonly argo: ScriptedArgo,
    public runs: RunController,
    private readonly open: () => RunController,
  ) {}

  /** The controller may see the engine through another store. @default its own */
  static async open({ through, ...options }: ScriptedArgoOptions & { readonly through?: (store: ResourceStore) => ResourceStore } = {}): Promise<RunBench> {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-runs-'));
    const artifacts = join(folder, 'artifacts');
    let bench: RunBench | undefined;
    const argo = await openScriptedArgo({ ...options, folder: join(folder, 'argo'), outcome: (spec) => bench!.#outcome(spec.id, spec.image, spec.args[0]!) });
    const database = await openDatabase({ url: `file:${join(folder, 'rows.db')}` });
    const layout: Layout = {
      defaultPipelineRoot: artifacts,
      transport: 'in-place',
      refuseRoot: () => undefined,
      parameterFolder: (taskRoot) => `${taskRoot}/.parameters`,
      workspacePath: '/kfp-workspace',
    };
    const store = through?.(argo.store) ?? argo.store;
    const open = () => createRunController({
      database,
      store,
      objects: new FileObjectStore({ roots: [artifacts] }),
      layout,
      substrate: 'embedded',
      failpoint: (name) => bench?.failpoint(name),
      log: (level, message, facts) => level === 'error' && console.error(message, facts),
    });
    bench = new RunBench(folder, database, argo, open(), open);
    await bench.runs.start();
    return bench;
  }

  async close(): Promise<void> {
    await this.runs.close();
    await this.database.close();
    await this.argo.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Another controller over the same rows and the same engine. */
  async restart(): Promise<void> {
    await this.runs.close();
    this.runs = this.open();
    await this.runs.start();
  }

  /** Submits a pipeline and waits for its end. */
  async run(tasks: Readonly<Record<string, TaskSketch>>, options: { readonly root?: Parameters<typeof aSpec>[1]; readonly parameters?: Readonly<Record<string, JsonValue>>; readonly script?: Script } = {}): Promise<Finished> {
    return this.runDocument(aSpec(tasks, options.root), options);
  }

  async runDocument(spec: object, { parameters = {}, script }: { readonly parameters?: Readonly<Record<string, JsonValue>>; readonly script?: Script } = {}): Promise<Finished> {
    this.script = script ?? (() => undefined);
    const first = this.begun.length;
    const run = await this.submit(spec, parameters);
    return { ...(await this.finished(run.id)), begun: this.begun.slice(first) };
  }

  submit(spec: object, parameters: Readonly<Record<string, JsonValue>> = {}): Promise<Run> {
    const pipeline = parseAnyPipelineValue(spec as never);
    return this.runs.submit({
      namespace: 'team',
      experimentId: randomUUID(),
      displayName: 'a run',
      serviceAccount: 'pipeline-runner',
      pipeline,
      document: { pipelineSpec: spec as Json },
      parameters,
    });
  }

  async finished(runId: string, seconds = 20): Promise<Omit<Finished, 'begun'>> {
    const until = Date.now() + seconds * 1000;
    for (;;) {
      const run = await this.database.runs.get(runId);
      if (['SUCCEEDED', 'FAILED', 'CANCELED'].includes(run.state)) {
        const rows = await this.database.tasks.list(runId);
        const workflow = (await this.argo.store.get('Workflow', { namespace: run.namespace, name: run.workflowName })) as unknown as Workflow;
        const tasks = Object.fromEntries(rows.map((row) => [row.path.replace(/^root\//, ''), row]));
        return { run, tasks, states: Object.fromEntries(Object.entries(tasks).map(([path, row]) => [path, row.state])), links: await this.database.artifacts.listLinks(runId), workflow };
      }
      if (Date.now() > until) {
        const workflow = await this.argo.store.get('Workflow', { namespace: run.namespace, name: run.workflowName });
        const open = Object.values((workflow as unknown as Workflow).status?.nodes ?? {}).filter(({ phase }) => phase === 'Running' || phase === 'Pending');
        throw new Error(`the run does not end: ${run.state}; open nodes: ${JSON.stringify(open.map(({ name, type }) => [type, name]))}; errors: ${this.argo.errors.map(String).join('; ')}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  specOf(tasks: Readonly<Record<string, TaskSketch>>, root?: Parameters<typeof aSpec>[1]): object {
    return aSpec(tasks, root);
  }

  #outcome(id: string, task: string, argument: string): FakeOutcome {
    const input = JSON.parse(argument) as {
      inputs: { parameterValues: Record<string, JsonValue>; artifacts: Record<string, { artifacts: Given['artifacts'][string] }> };
      outputs: { outputFile: string; parameters: Record<string, unknown> };
    };
    const artifacts = Object.fromEntries(Object.entries(input.inputs.artifacts).map(([name, list]) => [name, list.artifacts]));
    const given: Given = { task, taskId: input.outputs.outputFile.split('/').at(-2)!, inputs: input.inputs.parameterValues, artifacts };
    this.begun.push(given);
    const { out = {}, fail = false } = this.script(given) ?? {};
    const outcome = fail ? { exitCode: 1, message: 'told to fail' } : this.#files(task, out, input.outputs);
    const release = this.hold?.(given);
    if (release === undefined) return outcome;
    setTimeout(() => {
      release();
      this.argo.executor.finish(id, outcome);
    }, this.delay());
    return { hold: true };
  }

  #files(task: string, out: Readonly<Record<string, JsonValue>>, outputs: { readonly outputFile: string; readonly parameters: Readonly<Record<string, unknown>> }): FakeOutcome {
    const parameterValues = { ...Object.fromEntries(Object.keys(outputs.parameters).map((name) => [name, `${task}-${name}`])), ...out };
    return { files: { [outputs.outputFile]: JSON.stringify({ parameterValues }) } };
  }
}
