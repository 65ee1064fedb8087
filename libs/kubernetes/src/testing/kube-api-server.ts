import { spawn, type ChildProcess } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, openSync, closeSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { freePort } from './free-port.js';

const HOME = process.env['CLUSTER_HOME'] ?? join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'millrace-cluster');
/** One program that holds etcd and the Kubernetes services. */
const PROGRAM = join(HOME, 'bin', 'k8s');
const START_TIMEOUT_MS = 90_000;

/** Why no API server can be started here; undefined when one can. */
export function whyNoApiServer(): string | undefined {
  return existsSync(PROGRAM) ? undefined : `${PROGRAM} is missing (scripts/test-cluster.mjs has it installed where it can)`;
}

/** A real API server with an etcd behind it, of this process alone; no root, no kubelet, no controllers. */
export class KubeApiServer {
  readonly #folder = mkdtempSync(join(tmpdir(), 'millrace-kube-'));
  readonly #children = new Map<string, ChildProcess>();
  #ports!: { readonly etcd: number; readonly peer: number; readonly api: number };

  static async start(): Promise<KubeApiServer> {
    const server = new KubeApiServer();
    try {
      await server.#begin();
      return server;
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  get port(): number {
    return this.#ports.api;
  }

  /** As `admin`, or as a user without any right. `port` goes through something in between. */
  config({ user = 'admin', port = this.port }: { readonly user?: 'admin' | 'nobody' | 'system:serviceaccount:millrace:agent'; readonly port?: number } = {}): KubeConfig {
    const config = new KubeConfig();
    config.loadFromClusterAndUser({ name: 'test', server: `https://127.0.0.1:${port}`, skipTLSVerify: true }, { name: user, token: `token-of-${user}` });
    return config;
  }

  /** Ends the API server, by force when asked; etcd stays. */
  async stopApi(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    await this.#end('kube-apiserver', signal);
  }

  async startApi(): Promise<void> {
    const folder = this.#folder;
    const { etcd, api } = this.#ports;
    this.#run('kube-apiserver', [
      `--etcd-servers=http://127.0.0.1:${etcd}`, '--bind-address=127.0.0.1', `--secure-port=${api}`, `--cert-dir=${join(folder, 'certs')}`, `--token-auth-file=${join(folder, 'tokens.csv')}`,
      '--authorization-mode=RBAC', '--service-account-issuer=https://kubernetes.default.svc', `--service-account-key-file=${join(folder, 'sa.pub')}`, `--service-account-signing-key-file=${join(folder, 'sa.key')}`,
      '--service-cluster-ip-range=10.96.0.0/16', '--enable-priority-and-fairness=false', '--max-requests-inflight=0', '--max-mutating-requests-inflight=0', '--endpoint-reconciler-type=none',
      // A watch cache that forgets soon would be good to have here; compaction is what makes versions expire.
      '--etcd-compaction-interval=0',
    ]);
    await this.#untilReady();
  }

  /** Makes etcd forget old versions, so that a watch from one of them is refused. */
  async compact(): Promise<void> {
    const call = async (path: string, body: object): Promise<{ readonly header: { readonly revision: string } }> => {
      const response = await fetch(`http://127.0.0.1:${this.#ports.etcd}${path}`, { method: 'POST', body: JSON.stringify(body) });
      if (!response.ok) throw new Error(`etcd: ${await response.text()}`);
      return (await response.json()) as { header: { revision: string } };
    };
    const { header } = await call('/v3/kv/range', { key: Buffer.from('x').toString('base64') });
    await call('/v3/kv/compaction', { revision: header.revision, physical: true });
  }

  async stop(): Promise<void> {
    for (const name of [...this.#children.keys()].toReversed()) await this.#end(name, 'SIGKILL');
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #begin(): Promise<void> {
    const folder = this.#folder;
    const [etcd, peer, api] = await Promise.all([freePort(), freePort(), freePort()]);
    this.#ports = { etcd: etcd!, peer: peer!, api: api! };
    mkdirSync(join(folder, 'certs'));
    const keys = generateKeyPairSync('rsa', { modulusLength: 2048, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs1', format: 'pem' } });
    writeFileSync(join(folder, 'sa.key'), keys.privateKey, { mode: 0o600 });
    writeFileSync(join(folder, 'sa.pub'), keys.publicKey);
    const users = ['admin', 'nobody', 'system:serviceaccount:millrace:agent'].map((name) => `token-of-${name},${name},${name},${name === 'admin' ? 'system:masters' : 'everyone'}`);
    writeFileSync(join(folder, 'tokens.csv'), `${users.join('\n')}\n`, { mode: 0o600 });
    this.#run('etcd', [
      '--data-dir', join(folder, 'etcd'), '--listen-client-urls', `http://127.0.0.1:${etcd}`, '--advertise-client-urls', `http://127.0.0.1:${etcd}`, '--listen-peer-urls', `http://127.0.0.1:${peer}`,
      '--initial-advertise-peer-urls', `http://127.0.0.1:${peer}`, '--initial-cluster', `default=http://127.0.0.1:${peer}`, '--unsafe-no-fsync', '--log-level', 'error',
    ]);
    await this.startApi();
  }

  #run(name: string, args: readonly string[]): void {
    const log = openSync(join(this.#folder, `${name}.log`), 'a');
    const child = spawn(PROGRAM, [name, ...args], { stdio: ['ignore', log, log] });
    closeSync(log);
    this.#children.set(name, child);
  }

  async #end(name: string, signal: NodeJS.Signals): Promise<void> {
    const child = this.#children.get(name);
    if (child === undefined) return;
    this.#children.delete(name);
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
    await ended;
    clearTimeout(timer);
  }

  async #untilReady(): Promise<void> {
    const deadline = Date.now() + START_TIMEOUT_MS;
    const { KubeClient } = await import('../kube-client.js');
    const client = new KubeClient(this.config());
    try {
      for (;;) {
        const child = this.#children.get('kube-apiserver');
        if (child === undefined || child.exitCode !== null || Date.now() > deadline) throw new Error(`the API server did not start: ${readFileSync(join(this.#folder, 'kube-apiserver.log'), 'utf8').slice(-2000)}`);
        // The namespace is there when what the server makes for itself is.
        const ready = await client.json({ path: '/api/v1/namespaces/default' }).then(() => client.stream({ path: '/readyz' })).then((body) => body.resume(), () => undefined);
        if (ready !== undefined) return;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    } finally {
      await client.close();
    }
  }
}
