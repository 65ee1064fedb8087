import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const FOLDER = resolve(import.meta.dirname, '../../../../shared/cluster');

/** The Kubernetes of `../shared/cluster`: one node with kubelet and containerd, on this machine. */
export class SharedCluster {
  private constructor(
    /** What its programs need, KUBECONFIG and PATH among them. */
    readonly env: Readonly<Record<string, string>>,
    /** Where it keeps everything. */
    readonly home: string,
  ) {}

  /** The cluster, or why there is none. */
  static find(): SharedCluster | string {
    if (!existsSync(join(FOLDER, 'up.sh'))) return '../shared/cluster is missing';
    if (process.getuid?.() !== 0) return '../shared/cluster can only be started by root';
    const lines = execFileSync('bash', ['-c', `. "${join(FOLDER, 'env.sh')}" && env -0`], { encoding: 'utf8' }).split('\0');
    const env = Object.fromEntries(lines.filter((line) => line.includes('=')).map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
    const home = env['CLUSTER_HOME']!;
    for (const needed of ['bin/k8s', 'img/pause.tar', 'img/python.tar']) if (!existsSync(join(home, needed))) return `../shared/cluster is not installed (${needed} is missing)`;
    const missing = ['containerd', 'runc', 'socat', 'conntrack', 'iptables'].filter((program) => spawnSync('sh', ['-c', `command -v ${program}`], { env: { ...env, PATH: `${env['PATH']}:/usr/sbin` } }).status !== 0);
    if (missing.length > 0) return `../shared/cluster needs ${missing.join(', ')}`;
    return new SharedCluster(env, home);
  }

  /** Starts what does not run; the answer is the command that stops the cluster, if it did not run before. */
  start(): readonly string[] | undefined {
    const ran = this.#isRunning();
    SharedCluster.run(['bash', join(FOLDER, 'up.sh')]);
    return ran ? undefined : ['bash', join(FOLDER, 'up.sh'), 'down'];
  }

  static run([program, ...args]: readonly string[]): void {
    execFileSync(program!, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  }

  #isRunning(): boolean {
    const file = join(this.home, 'pids', 'kubelet');
    if (!existsSync(file)) return false;
    try {
      return process.kill(Number(readFileSync(file, 'utf8')), 0);
    } catch {
      return false;
    }
  }
}
