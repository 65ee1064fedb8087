import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Install } from './install.js';

export const CHART = resolve(import.meta.dirname, '../../../charts/millrace');
const LONGEST = '240s';
const CLIENT = 'client';
/** Of a server that is not there: nothing mounts it. */
export const DATA_VOLUME = 'user-susan';

/** A namespace of the cluster with volumes for the bundled stores and, once it is asked for, a release of the chart. */
export class ChartInstallation {
  readonly #env: NodeJS.ProcessEnv;
  readonly #folder: string;

  constructor(
    readonly namespace: string,
    private readonly cluster: NonNullable<Install['cluster']>,
    private readonly helmProgram: string,
  ) {
    this.#env = { ...process.env, ...cluster.env };
    this.#folder = join(cluster.env['CLUSTER_HOME']!, 'var', namespace);
  }

  /** `restricted` is what the services are held to; pods of runs hold Argo's executor, which is root. */
  async allowPods(standard: 'restricted' | 'baseline'): Promise<void> {
    await this.kubectl('label', '--overwrite', 'namespace', this.namespace, `pod-security.kubernetes.io/enforce=${standard}`);
  }

  /** Makes the namespace and one volume for each store, as a cloud's disk comes: with a folder `lost+found`, owned by root. */
  async prepare(): Promise<void> {
    const { namespace } = this;
    await this.#remove();
    await this.kubectl('create', 'namespace', namespace);
    await this.allowPods('restricted');
    const node = { required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'Exists' }] }] } };
    const volumes = ['a', 'b'].map((name) => {
      const path = join(this.#folder, name);
      mkdirSync(join(path, 'lost+found'), { recursive: true, mode: 0o700 });
      const spec = { storageClassName: namespace, capacity: { storage: '2Gi' }, accessModes: ['ReadWriteOnce'], persistentVolumeReclaimPolicy: 'Retain', local: { path }, nodeAffinity: node };
      return { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: `${namespace}-${name}` }, spec };
    });
    await this.apply({ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name: namespace }, provisioner: 'kubernetes.io/no-provisioner', volumeBindingMode: 'WaitForFirstConsumer' }, ...volumes);
  }

  /** Removes everything that `prepare` and the tests made. */
  async close(): Promise<void> {
    await this.helm('uninstall', 'millrace', '--ignore-not-found').catch(() => undefined);
    await this.#remove();
  }

  /** Values of this cluster: its images, its volumes, and an Argo of the release's own, which the cluster's other one leaves alone. */
  values(image: string): Record<string, any> {
    const { images } = this.cluster;
    const split = (name: string) => ({ repository: name.slice(0, name.lastIndexOf(':')), tag: name.slice(name.lastIndexOf(':') + 1) });
    const small = { requests: { cpu: '10m', memory: '64Mi' }, limits: { memory: '1Gi' } };
    return {
      images: {
        millrace: split(image), mysql: split(images.mysql), minio: split(images.minio),
        ...(images.argo && { argoController: split(images.argo.controller), argoExecutor: split(images.argo.executor) }),
      },
      apiServer: { replicas: 1, resources: small },
      persistenceAgent: { replicas: 1, resources: small },
      scheduledWorkflowController: { replicas: 1, resources: small },
      database: { bundled: { storage: '1Gi', storageClassName: this.namespace, resources: small } },
      objectStore: { bundled: { storage: '1Gi', storageClassName: this.namespace, resources: small } },
      dataVolumes: [{ name: DATA_VOLUME, size: '1Gi', nfs: { server: '10.0.0.5', path: '/data' } }],
      argo: { install: images.argo !== undefined, instanceId: this.namespace, resources: small },
    };
  }

  /** `helm install` or `helm upgrade`, until everything is ready. */
  async release(verb: 'install' | 'upgrade', values: object, chart = CHART): Promise<void> {
    await this.#run(this.helmProgram, [verb, 'millrace', chart, '--namespace', this.namespace, '--wait', '--timeout', LONGEST, '-f', '-'], JSON.stringify(values)).catch(async (error: Error) => {
      throw new Error(`${error.message}\n${await this.#describe()}`, { cause: error });
    });
  }

  /** What the cluster says to an install, without one. */
  async render(release: string, values: object): Promise<void> {
    await this.#run(this.helmProgram, ['install', release, CHART, '--namespace', this.namespace, '--dry-run=server', '-f', '-'], JSON.stringify(values));
  }

  helm(...args: readonly string[]): Promise<string> {
    return this.#run(this.helmProgram, [...args, '--namespace', this.namespace]);
  }

  kubectl(...args: readonly string[]): Promise<string> {
    return this.#run('kubectl', ['--namespace', this.namespace, ...args]);
  }

  async get<Item = any>(...args: readonly string[]): Promise<Item[]> {
    return (JSON.parse(await this.kubectl('get', ...args, '-o', 'json')) as { items: Item[] }).items;
  }

  async apply(...objects: readonly object[]): Promise<void> {
    await this.#run('kubectl', ['--namespace', this.namespace, 'apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
  }

  /** A pod of the cluster in which Python programs run, with the SDK. */
  async startClient(): Promise<void> {
    const container = { name: 'python', image: 'docker.io/local/python:1', imagePullPolicy: 'Never', command: ['sleep', 'infinity'] };
    await this.apply({ apiVersion: 'v1', kind: 'Pod', metadata: { name: CLIENT }, spec: { terminationGracePeriodSeconds: 0, containers: [container] } });
    await this.kubectl('wait', '--for=condition=Ready', `pod/${CLIENT}`, '--timeout=60s');
  }

  /** What a Python program in the cluster printed last, as JSON. */
  async python<Answer = any>(program: string): Promise<Answer> {
    const printed = await this.#run('kubectl', ['--namespace', this.namespace, 'exec', '-i', CLIENT, '--', 'sh', '-c', 'cat > /tmp/program.py && exec python -W ignore /tmp/program.py'], program);
    return JSON.parse(printed.trim().split('\n').at(-1)!) as Answer;
  }

  /** The answer of the API at the address that SDKs in the cluster know. */
  request<Answer = any>(path: string, body?: object, method = body === undefined ? 'GET' : 'POST'): Promise<Answer> {
    const text = body === undefined ? 'None' : `${JSON.stringify(JSON.stringify(body))}.encode()`;
    return this.python(`
import json, urllib.request
asked = urllib.request.Request('http://ml-pipeline:8888${path}', data=${text}, method='${method}', headers={'content-type': 'application/json'})
print(urllib.request.urlopen(asked, timeout=30).read().decode() or '{}')`);
  }

  async #remove(): Promise<void> {
    const { namespace } = this;
    await this.#run('kubectl', ['delete', 'namespace', namespace, '--ignore-not-found', '--timeout=120s']);
    await this.#run('kubectl', ['delete', 'pv', `${namespace}-a`, `${namespace}-b`, `${namespace}-${DATA_VOLUME}`, '--ignore-not-found', '--timeout=60s']);
    await this.#run('kubectl', ['delete', 'storageclass', namespace, '--ignore-not-found']);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** What there is to see when a release did not come up. */
  async #describe(): Promise<string> {
    const shown = [['get', 'pods,pvc', '-o', 'wide'], ['get', 'events', '--sort-by=.lastTimestamp'], ['logs', '-l', 'app.kubernetes.io/name=millrace', '--tail=15', '--prefix', '--all-containers']];
    return shown.map((args) => spawnSync('kubectl', ['--namespace', this.namespace, ...args], { env: this.#env, encoding: 'utf8' }).stdout.split('\n').slice(-40).join('\n')).join('\n');
  }

  async #run(program: string, args: readonly string[], input?: string): Promise<string> {
    const running = promisify(execFile)(program, args, { env: this.#env, maxBuffer: 64 * 1024 * 1024 });
    running.child.stdin!.end(input ?? '');
    try {
      return (await running).stdout;
    } catch (error) {
      const { stdout, stderr, message } = error as Error & { stdout?: string; stderr?: string };
      throw new Error(`${program} ${args.slice(0, 5).join(' ')}: ${stderr || stdout || message}`, { cause: error });
    }
  }
}

/** The chart of a commit, in a folder that is removed after its use. */
export async function withChartOf(commit: string, use: (chart: string) => Promise<void>): Promise<void> {
  const folder = execFileSync('mktemp', ['-d'], { encoding: 'utf8' }).trim();
  try {
    execFileSync('sh', ['-c', 'git archive "$1" charts/millrace | tar -x -C "$2"', 'sh', commit, folder], { cwd: resolve(CHART, '../..') });
    await use(join(folder, 'charts/millrace'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Names of the database's migrations that are not in the commit. */
export function migrationsSince(commit: string): string[] {
  const folder = 'libs/database/prisma/migrations/mysql';
  const names = (program: string, ...args: readonly string[]): string[] => execFileSync(program, args, { cwd: resolve(CHART, '../..'), encoding: 'utf8' }).split('\n').filter((name) => name !== '');
  const before = new Set(names('git', 'ls-tree', '--name-only', `${commit}:${folder}`));
  return names('ls', folder).filter((name) => !before.has(name));
}
