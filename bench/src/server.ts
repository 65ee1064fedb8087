import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Millrace } from '../../e2e/src/harness/millrace.js';
import type { PipelineSpec } from './pipelines.js';
import { memoryOf, processorOf } from './process-figures.js';
import { program, withFolder } from './workspace.js';

export interface Finished {
  readonly id: string;
  /** From the request to the first answer that says SUCCEEDED. */
  readonly wallMs: number;
  /** From the request to the end that the run has by its row, which has nothing of how often was asked. */
  readonly untilEndMs: number;
  /** Spent meanwhile. */
  readonly processor?: ProcessorTime;
}

/** In milliseconds: the server, the process that watches over tasks, and the tasks themselves from their fork on. */
export interface ProcessorTime {
  readonly server: number;
  readonly supervisor: number;
  readonly tasks: number;
}

export interface OwnTime {
  readonly processes: number;
  /** Sum over processes, from before the fork until it was reaped. */
  readonly ms: number;
}

const ASK_EVERY_MS = 50;
const FINAL = new Set(['SUCCEEDED', 'FAILED', 'SKIPPED', 'CANCELED']);

/** The built program with a data folder of its own. `BENCH_PROFILE=<folder>` leaves a CPU profile of each there. */
export class Server {
  #stopping = false;

  private constructor(
    private readonly millrace: Millrace,
    /** From the start of the process to its line that says it is ready. */
    readonly readyMs: number,
  ) {}

  static async start(folder: string, args: readonly string[] = []): Promise<Server> {
    const profile = process.env['BENCH_PROFILE'];
    const nodeFlags = profile ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : [];
    const began = performance.now();
    const millrace = await Millrace.start({ dataFolder: folder, args, sample: false, program, nodeFlags });
    const server = new Server(millrace, performance.now() - began);
    millrace.process.once('exit', (code, signal) => {
      if (!server.#stopping) console.error(`millrace ended with ${code ?? signal} under the bench; it printed at last:\n${millrace.printed.slice(-2_000)}`);
    });
    return server;
  }

  get url(): string {
    return this.millrace.url;
  }

  get folder(): string {
    return this.millrace.dataFolder;
  }

  /** Resident memory in MiB; undefined where there is no /proc. */
  memory(): ReturnType<typeof memoryOf> {
    return memoryOf(this.millrace.process.pid!);
  }

  /** Processor time so far; undefined where there is no /proc. */
  processorTime(): ProcessorTime | undefined {
    const server = processorOf(this.millrace.process.pid!);
    if (server === undefined) return undefined;
    const found = { server: server.own, supervisor: 0, tasks: 0 };
    const supervisors = join(this.folder, 'attempts', 'supervisors');
    for (const name of existsSync(supervisors) ? readdirSync(supervisors) : []) {
      const record = join(supervisors, name, 'supervisor.json');
      const ticks = existsSync(record) ? processorOf((JSON.parse(readFileSync(record, 'utf8')) as { pid: number }).pid) : undefined;
      found.supervisor += ticks?.own ?? 0;
      found.tasks += ticks?.children ?? 0;
    }
    return found;
  }

  json(path: string, init?: RequestInit & { readonly body?: string }): Promise<any> {
    return this.millrace.json(path, init);
  }

  /**
   * Runs a pipeline and asks every 50 ms whether it has succeeded: as the SDK does, whose answer has the whole pipeline and all tasks, or
   * by a list of one row, whose cost does not grow with the run.
   */
  async run(pipeline: PipelineSpec, { ask = 'row' }: { readonly ask?: 'sdk' | 'row' } = {}): Promise<Finished> {
    const body = JSON.stringify({ display_name: 'bench', pipeline_spec: pipeline });
    const [began, at] = [performance.now(), Date.now()];
    const before = this.processorTime();
    const { run_id: id } = await this.json('/apis/v2beta1/runs', { method: 'POST', body });
    for (;;) {
      const { state, error } = ask === 'sdk' ? await this.json(`/apis/v2beta1/runs/${id}`) : (await this.json(rowOf(id))).runs[0];
      if (state === 'SUCCEEDED') {
        const wallMs = performance.now() - began;
        const processor = before && difference(this.processorTime()!, before);
        const { run } = await this.json(`/apis/millrace/v1/runs/${id}`);
        return { id, wallMs, untilEndMs: Date.parse(run.finished_at) - at, ...(processor && { processor }) };
      }
      if (FINAL.has(state)) throw new Error(`run ${id} ended as ${state}: ${JSON.stringify(error)}`);
      await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
    }
  }

  /** What the processes of one run took themselves, from the exits that their supervisor recorded. */
  ownTime(runId: string): OwnTime {
    const found = { processes: 0, ms: 0 };
    const workflows = join(this.folder, 'attempts', 'attempts');
    // A Workflow's name ends in the beginning of its run's id, and its nodes are named after it.
    const name = `-${runId.replaceAll('-', '').slice(0, 10)}-`;
    for (const workflow of existsSync(workflows) ? readdirSync(workflows) : []) {
      for (const attempt of readdirSync(join(workflows, workflow)).filter((node) => node.includes(name))) {
        const { startedAt, finishedAt } = JSON.parse(readFileSync(join(workflows, workflow, attempt, 'exit.json'), 'utf8')) as { startedAt: number; finishedAt: number };
        found.processes += 1;
        found.ms += finishedAt - startedAt;
      }
    }
    return found;
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.millrace.stop();
  }
}

function difference(after: ProcessorTime, before: ProcessorTime): ProcessorTime {
  return { server: after.server - before.server, supervisor: after.supervisor - before.supervisor, tasks: after.tasks - before.tasks };
}

function rowOf(id: string): string {
  const filter = JSON.stringify({ predicates: [{ key: 'run_id', operation: 'EQUALS', string_value: id }] });
  return `/apis/v2beta1/runs?${new URLSearchParams({ filter })}`;
}

/** A server that is ready and has run a task, so that the first figure does not carry what happens once. */
export function withServer<Result>(work: (server: Server) => Promise<Result>, options: { readonly warm?: PipelineSpec; readonly args?: readonly string[] } = {}): Promise<Result> {
  return withFolder(async (folder) => {
    const server = await Server.start(folder, options.args);
    try {
      if (options.warm) await server.run(options.warm);
      return await work(server);
    } finally {
      await server.stop();
    }
  });
}
