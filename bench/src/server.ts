import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PipelineSpec } from './pipelines.js';
import { program, withFolder } from './workspace.js';

export interface Finished {
  readonly id: string;
  /** From the request to the first answer that says SUCCEEDED. */
  readonly wallMs: number;
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
  private stopping = false;

  private constructor(
    readonly url: string,
    readonly folder: string,
    /** From the start of the process to its line that says it is ready. */
    readonly readyMs: number,
    private readonly child: ChildProcess,
  ) {}

  static async start(folder: string, args: readonly string[] = []): Promise<Server> {
    const began = performance.now();
    const profile = process.env['BENCH_PROFILE'];
    const node = ['--disable-warning=ExperimentalWarning', ...(profile ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : [])];
    const child = spawn(process.execPath, [...node, program, 'up', '--port', '0', '--data-dir', folder, '--no-sample', '--executor', 'process', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const url = await new Promise<string>((found, fail) => {
      const collect = (chunk: Buffer) => {
        output += chunk.toString();
        const match = /Open\s+(http:\S+)/.exec(output);
        if (match) found(match[1]!);
      };
      child.stdout.on('data', collect);
      child.stderr.on('data', collect);
      child.once('exit', (code) => fail(new Error(`millrace ended with ${code} before it was ready:\n${output}`)));
    });
    const server = new Server(url, folder, performance.now() - began, child);
    child.once('exit', (code, signal) => {
      if (!server.stopping) console.error(`millrace ended with ${code ?? signal} under the bench; it printed at last:\n${output.slice(-2_000)}`);
    });
    return server;
  }

  /** Resident memory in MiB; undefined where there is no /proc. */
  memory(): { readonly now: number; readonly peak: number } | undefined {
    try {
      const status = readFileSync(`/proc/${this.child.pid}/status`, 'utf8');
      const kib = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)![1]) / 1024;
      return { now: kib('VmRSS'), peak: kib('VmHWM') };
    } catch {
      return undefined;
    }
  }

  /** Processor time so far; undefined where there is no /proc. Other load on the machine hardly changes it. */
  processorTime(): ProcessorTime | undefined {
    const server = ticksOf(this.child.pid!);
    if (server === undefined) return undefined;
    const found = { server: server.own, supervisor: 0, tasks: 0 };
    const supervisors = join(this.folder, 'attempts', 'supervisors');
    for (const name of existsSync(supervisors) ? readdirSync(supervisors) : []) {
      const record = join(supervisors, name, 'supervisor.json');
      const ticks = existsSync(record) ? ticksOf((JSON.parse(readFileSync(record, 'utf8')) as { pid: number }).pid) : undefined;
      found.supervisor += ticks?.own ?? 0;
      found.tasks += ticks?.children ?? 0;
    }
    return found;
  }

  async json(path: string, init?: RequestInit): Promise<any> {
    const response = await fetch(this.url + path, init);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${(await response.text()).slice(0, 500)}`);
    return response.json();
  }

  /**
   * Runs a pipeline and asks every 50 ms whether it has succeeded: as the SDK does, whose answer has the whole pipeline and all tasks, or
   * by a list of one row, whose cost does not grow with the run.
   */
  async run(pipeline: PipelineSpec, { ask = 'row' }: { readonly ask?: 'sdk' | 'row' } = {}): Promise<Finished> {
    const body = JSON.stringify({ display_name: 'bench', pipeline_spec: pipeline });
    const began = performance.now();
    const before = this.processorTime();
    const { run_id: id } = await this.json('/apis/v2beta1/runs', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    for (;;) {
      const { state, error } = ask === 'sdk' ? await this.json(`/apis/v2beta1/runs/${id}`) : (await this.json(rowOf(id))).runs[0];
      if (state === 'SUCCEEDED') return { id, wallMs: performance.now() - began, ...(before !== undefined && { processor: difference(this.processorTime()!, before) }) };
      if (FINAL.has(state)) throw new Error(`run ${id} ended as ${state}: ${JSON.stringify(error)}`);
      await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
    }
  }

  /** What the processes of one run took themselves, from the exits that their supervisor recorded. */
  ownTime(runId: string): OwnTime {
    const found = { processes: 0, ms: 0 };
    const workflows = join(this.folder, 'attempts', 'attempts');
    for (const workflow of existsSync(workflows) ? readdirSync(workflows) : []) {
      const attempts = readdirSync(join(workflows, workflow)).map((attempt) => join(workflows, workflow, attempt));
      if (!readFileSync(join(attempts[0]!, 'spec.json'), 'utf8').includes(runId)) continue;
      for (const attempt of attempts) {
        const { startedAt, finishedAt } = JSON.parse(readFileSync(join(attempt, 'exit.json'), 'utf8')) as { startedAt: number; finishedAt: number };
        found.processes += 1;
        found.ms += finishedAt - startedAt;
      }
    }
    return found;
  }

  async stop(): Promise<void> {
    this.stopping = true;
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGTERM');
    await ended;
  }
}

/** Of a process and of the children that it waited for; the kernel counts in ticks of 10 ms. */
function ticksOf(pid: number): { readonly own: number; readonly children: number } | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ').map(Number);
    return { own: (fields[11]! + fields[12]!) * 10, children: (fields[13]! + fields[14]!) * 10 };
  } catch {
    return undefined;
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
