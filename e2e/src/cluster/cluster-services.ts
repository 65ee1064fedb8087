import { spawn, type ChildProcess } from 'node:child_process';
import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { Server } from '../harness/server.js';
import { setting } from './cluster-settings.js';

const WORKSPACE = resolve(import.meta.dirname, '../../..');
/** Kept until the next time, for whoever looks why. */
const LOGS = join(WORKSPACE, 'node_modules/.cache/millrace-e2e/cluster-logs');

export interface ClusterServicesOptions {
  readonly namespace: string;
  readonly databaseUrl: string;
  /** As pods and this machine reach it. */
  readonly s3Endpoint: string;
  readonly pipelineRoot: string;
  /** Beside what follows from the above. */
  readonly env?: Readonly<Record<string, string>>;
  /** Also the controller of recurring runs. @default false */
  readonly schedules?: boolean;
  readonly nodeFlags?: readonly string[];
  /** How many of each. @default 1 */
  readonly replicas?: Partial<Readonly<Record<ServiceName, number>>>;
}

export type ServiceName = 'api-server' | 'persistence-agent' | 'scheduled-workflow-controller';

/** A service that runs, for whoever measures it. */
export interface RunningService {
  readonly name: ServiceName;
  readonly pid: number;
  /** Address of its probes and metrics. */
  readonly probes: string;
  /** Where an API server answers. */
  readonly url?: string;
}

/** The services of a cluster install as processes of this machine: what `docs/services.md` says, and nothing else. */
export class ClusterServices {
  readonly #processes: ChildProcess[] = [];
  readonly #running: RunningService[] = [];

  private constructor(
    /** The first API server. */
    readonly server: Server,
    private readonly options: ClusterServicesOptions,
  ) {}

  static async start(options: ClusterServicesOptions): Promise<ClusterServices> {
    const { replicas = {}, schedules = false } = options;
    const port = await freePort();
    const services = new ClusterServices(new Server(`http://127.0.0.1:${port}`), options);
    rmSync(LOGS, { recursive: true, force: true });
    mkdirSync(LOGS, { recursive: true });
    try {
      const migration = services.#spawn('api-server', ['migrate'], { MILLRACE_DATABASE_URL: options.databaseUrl });
      const code = await new Promise((end) => migration.once('exit', end));
      if (code !== 0) throw new Error(`the migration ended with ${String(code)}; see ${LOGS}`);
      const many = (name: ServiceName, count: number) => Array.from({ length: count }, () => name);
      await Promise.all([
        services.start('api-server', port),
        ...[...many('api-server', (replicas['api-server'] ?? 1) - 1), ...many('persistence-agent', replicas['persistence-agent'] ?? 1), ...(schedules ? many('scheduled-workflow-controller', replicas['scheduled-workflow-controller'] ?? 1) : [])].map((name) => services.start(name)),
      ]);
      return services;
    } catch (error) {
      await services.close();
      throw error;
    }
  }

  get running(): readonly RunningService[] {
    return this.#running;
  }

  all(name: ServiceName): readonly RunningService[] {
    return this.#running.filter((service) => service.name === name);
  }

  /** Starts one more, and waits until it is ready. An API server answers at `port`. */
  async start(name: ServiceName, port?: number): Promise<RunningService> {
    const probe = await freePort();
    const http = name === 'api-server' ? (port ?? (await freePort())) : undefined;
    const api = { MILLRACE_HTTP_HOST: '127.0.0.1', MILLRACE_HTTP_PORT: String(http), MILLRACE_PAGES: 'false', MILLRACE_DRAIN_SECONDS: '0' };
    const child = this.#spawn(name, [], { ...this.#settings, ...(http !== undefined && api), MILLRACE_PROBE_PORT: String(probe) });
    this.#processes.push(child);
    const service = { name, pid: child.pid!, probes: `http://127.0.0.1:${probe}`, ...(http !== undefined && { url: `http://127.0.0.1:${http}` }) };
    this.#running.push(service);
    child.once('exit', () => this.#running.splice(this.#running.indexOf(service), 1));
    await this.#untilReady(service);
    return service;
  }

  /** As a node that dies would. */
  async kill({ pid }: RunningService): Promise<void> {
    const child = this.#processes.find((candidate) => candidate.pid === pid)!;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((end) => child.once('exit', end));
    child.kill('SIGKILL');
    await ended;
  }

  async close(): Promise<void> {
    await Promise.all(
      this.#processes.map(async (child) => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const ended = new Promise((end) => child.once('exit', end));
        child.kill('SIGTERM');
        await ended;
      }),
    );
  }

  get #settings(): Record<string, string> {
    const { namespace, databaseUrl, s3Endpoint, pipelineRoot, env } = this.options;
    return {
      ...(process.env['KUBECONFIG'] !== undefined && { KUBECONFIG: process.env['KUBECONFIG'] }),
      MILLRACE_NAMESPACE: namespace,
      MILLRACE_DATABASE_URL: databaseUrl,
      MILLRACE_S3_ENDPOINT: s3Endpoint,
      MILLRACE_COPY_IMAGE: setting('E2E_SHELL_IMAGE') ?? 'busybox',
      MILLRACE_PIPELINE_ROOT: pipelineRoot,
      MILLRACE_PROBE_HOST: '127.0.0.1',
      ...env,
    };
  }

  #spawn(app: string, args: readonly string[], env: Readonly<Record<string, string>>): ChildProcess {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...(this.options.nodeFlags ?? []), join(WORKSPACE, 'apps', app, 'dist', `${app}.mjs`), ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'], ...env },
    });
    const log = join(LOGS, `${app}.log`);
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => appendFileSync(log, chunk));
    return child;
  }

  async #untilReady({ name, probes }: RunningService): Promise<void> {
    let said = '';
    for (const until = Date.now() + 60_000; Date.now() < until; await new Promise((next) => setTimeout(next, 200))) {
      const answer = await fetch(`${probes}/readyz`).catch(() => undefined);
      if (answer?.status === 200) return;
      said = (await answer?.text()) ?? said;
    }
    throw new Error(`${name} is not ready: ${said}; see ${LOGS}`);
  }
}

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const probe = createServer();
    probe.once('error', fail);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => done(port));
    });
  });
}
