import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PipelineSpec } from './pipelines.js';
import { program, withFolder } from './workspace.js';

export interface Finished {
  readonly id: string;
  /** From the request to the first answer that says SUCCEEDED. */
  readonly wallMs: number;
  /** Of the server, meanwhile. */
  readonly processorMs?: number;
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
    const child = spawn(process.execPath, [...node, program, 'up', '--port', '0', '--data-dir', folder, '--no-sample', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
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

  /** Processor time of the server so far, in milliseconds; undefined where there is no /proc. Other load does not change it. */
  processorMs(): number | undefined {
    try {
      const fields = readFileSync(`/proc/${this.child.pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
      // Ticks of 10 ms, in user and in system mode.
      return (Number(fields[11]) + Number(fields[12])) * 10;
    } catch {
      return undefined;
    }
  }

  async json(path: string, init?: RequestInit): Promise<any> {
    const response = await fetch(this.url + path, init);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${(await response.text()).slice(0, 500)}`);
    return response.json();
  }

  /** Runs a pipeline and asks every 50 ms whether it has succeeded. */
  async run(pipeline: PipelineSpec): Promise<Finished> {
    const body = JSON.stringify({ display_name: 'bench', pipeline_spec: pipeline });
    const began = performance.now();
    const before = this.processorMs();
    const { run_id: id } = await this.json('/apis/v2beta1/runs', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    for (;;) {
      const { state, error } = await this.json(`/apis/v2beta1/runs/${id}?view=BASIC`);
      if (state === 'SUCCEEDED') return { id, wallMs: performance.now() - began, ...(before !== undefined && { processorMs: this.processorMs()! - before }) };
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
