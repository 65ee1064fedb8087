import { spawn, type ChildProcess } from 'node:child_process';
import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { Server } from '../harness/server.js';

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
}

/** The services of a cluster install as processes of this machine: what `docs/services.md` says, and nothing else. */
export class ClusterServices {
  readonly #processes: ChildProcess[] = [];
  #agent: ChildProcess | undefined;

  private constructor(
    readonly server: Server,
    private readonly options: ClusterServicesOptions,
  ) {}

  static async start(options: ClusterServicesOptions): Promise<ClusterServices> {
    const port = await freePort();
    const services = new ClusterServices(new Server(`http://127.0.0.1:${port}`), options);
    rmSync(LOGS, { recursive: true, force: true });
    mkdirSync(LOGS, { recursive: true });
    try {
      const migration = services.#spawn('api-server', ['migrate'], { MILLRACE_DATABASE_URL: options.databaseUrl });
      const code = await new Promise((end) => migration.once('exit', end));
      if (code !== 0) throw new Error(`the migration ended with ${String(code)}; see ${LOGS}`);
      const probe = await freePort();
      services.#processes.push(
        services.#spawn('api-server', [], { ...services.#settings, MILLRACE_HTTP_HOST: '127.0.0.1', MILLRACE_HTTP_PORT: String(port), MILLRACE_PAGES: 'false', MILLRACE_DRAIN_SECONDS: '0', MILLRACE_PROBE_PORT: String(probe) }),
      );
      await Promise.all([services.#untilReady(probe), services.startAgent()]);
      return services;
    } catch (error) {
      await services.close();
      throw error;
    }
  }

  /** Follows runs, until it is killed. */
  async startAgent(): Promise<void> {
    const probe = await freePort();
    this.#agent = this.#spawn('persistence-agent', [], { ...this.#settings, MILLRACE_PROBE_PORT: String(probe) });
    this.#processes.push(this.#agent);
    await this.#untilReady(probe);
  }

  /** As a node that dies would. */
  async killAgent(): Promise<void> {
    const agent = this.#agent!;
    const ended = new Promise((end) => agent.once('exit', end));
    agent.kill('SIGKILL');
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
      MILLRACE_PIPELINE_ROOT: pipelineRoot,
      MILLRACE_PROBE_HOST: '127.0.0.1',
      ...env,
    };
  }

  #spawn(app: string, args: readonly string[], env: Readonly<Record<string, string>>): ChildProcess {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(WORKSPACE, 'apps', app, 'dist', `${app}.mjs`), ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'], ...env },
    });
    const log = join(LOGS, `${app}.log`);
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => appendFileSync(log, chunk));
    return child;
  }

  async #untilReady(probe: number): Promise<void> {
    let said = '';
    for (const until = Date.now() + 60_000; Date.now() < until; await new Promise((next) => setTimeout(next, 200))) {
      const answer = await fetch(`http://127.0.0.1:${probe}/readyz`).catch(() => undefined);
      if (answer?.status === 200) return;
      said = (await answer?.text()) ?? said;
    }
    throw new Error(`a service is not ready: ${said}; see ${LOGS}`);
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
