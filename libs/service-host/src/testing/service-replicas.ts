import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { freePort } from '@millrace/kubernetes/testing';

const WORKSPACE = resolve(import.meta.dirname, '../../../..');

/** A replica, as a process of its own. */
export interface ServiceReplica {
  readonly process: ChildProcess;
  /** Where its probes and metrics are. */
  readonly probes: string;
}

export interface ServiceReplicasOptions {
  readonly service: 'persistence-agent' | 'scheduled-workflow-controller';
  /** For what they are told by files. */
  readonly folder: string;
  readonly namespace: string;
  readonly databaseUrl: string;
  /** Of the test's API server. */
  readonly apiPort: number;
}

/** The replicas of a service that a test starts, ends and kills. */
export class ServiceReplicas {
  running: ServiceReplica[] = [];

  constructor(private readonly options: ServiceReplicasOptions) {
    writeFileSync(join(options.folder, 'kubeconfig'), JSON.stringify(kubeconfig(options.apiPort)));
  }

  /** Makes the program that they run; once for all tests of a file. */
  static bundle(service: ServiceReplicasOptions['service']): void {
    execFileSync(process.execPath, [join(WORKSPACE, 'scripts/bundle-service.mjs'), service], { cwd: WORKSPACE });
  }

  async start(): Promise<ServiceReplica> {
    const { service, folder, namespace, databaseUrl } = this.options;
    const port = await freePort();
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(WORKSPACE, 'apps', service, 'dist', `${service}.mjs`)], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        PATH: process.env['PATH'],
        KUBECONFIG: join(folder, 'kubeconfig'),
        MILLRACE_NAMESPACE: namespace,
        MILLRACE_DATABASE_URL: databaseUrl,
        MILLRACE_S3_ENDPOINT: 'nowhere:9000',
        MILLRACE_PROBE_HOST: '127.0.0.1',
        MILLRACE_PROBE_PORT: String(port),
      },
    });
    const replica = { process: child, probes: `http://127.0.0.1:${port}` };
    this.running.push(replica);
    return replica;
  }

  kill(replica: ServiceReplica): void {
    replica.process.kill('SIGKILL');
    this.#forget(replica);
  }

  /** Ends it in an orderly way; answers its exit code. */
  async end(replica: ServiceReplica): Promise<number | null> {
    const ended = new Promise<number | null>((resolve) => replica.process.once('exit', resolve));
    replica.process.kill('SIGTERM');
    const code = await ended;
    this.#forget(replica);
    return code;
  }

  async isReady({ probes }: ServiceReplica): Promise<boolean> {
    return (await fetch(`${probes}/readyz`).catch(() => undefined))?.status === 200;
  }

  /** A figure of each that runs, the smallest first. */
  async figures(name: string): Promise<number[]> {
    const read = async ({ probes }: ServiceReplica): Promise<number> => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(await (await fetch(`${probes}/metrics`)).text())?.[1]);
    return (await Promise.all(this.running.map(read))).sort((a, b) => a - b);
  }

  killAll(): void {
    for (const replica of [...this.running]) this.kill(replica);
  }

  #forget(replica: ServiceReplica): void {
    this.running = this.running.filter((other) => other !== replica);
  }
}

function kubeconfig(port: number): object {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    clusters: [{ name: 'test', cluster: { server: `https://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'test', user: { token: 'token-of-admin' } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
  };
}
