import { mkdirSync } from 'node:fs';
import { attemptFolder, readExit, writeExit } from '../attempts/attempt-folder.js';
import type { DeviceGrant, GpuLeases } from '../attempts/gpu-leases.js';
import { LiveAttempts, type LiveAttempt } from '../attempts/live-attempts.js';
import { withoutSecrets } from '../attempts/without-secrets.js';
import type { AttemptExit, AttemptListener, AttemptSpec, AttemptState, Executor, Runnable } from '../executor.js';
import type { ContainerState } from './engine-client.js';
import { ATTEMPT_LABEL, CONTAINER_LABEL, OWNER_LABEL } from './pod-names.js';
import { clearRecords, readRecord, writeRecord } from './pod-record.js';
import { PodRun } from './pod-run.js';
import type { PodSetting } from './pod-setting.js';

export interface ContainerExecutorParts {
  readonly setting: PodSetting;
  readonly listener: AttemptListener;
  readonly gpus: GpuLeases;
  readonly log: { info(message: string): void; warn(message: string): void };
  readonly failpoint?: (name: string) => void;
}

interface Followed {
  pod: PodRun;
}

const RETRY_MS = 1_000;

/** Runs attempts as containers of docker or podman, in their images. The engine is what knows about a running one: it outlives this process. */
export class ContainerExecutor implements Executor {
  private readonly attempts: LiveAttempts<Followed>;

  constructor(private readonly parts: ContainerExecutorParts) {
    this.attempts = new LiveAttempts(parts.setting.folder, parts.listener, parts.gpus);
  }

  /** Takes over the containers that an earlier server left, and removes those that nobody waits for. To be awaited before anything starts. */
  async adopt(): Promise<void> {
    const { setting, log } = this.parts;
    const { client } = setting;
    const states = await client.inspect(await client.list(`${OWNER_LABEL}=${setting.owner}`));
    const attempts = Map.groupBy(states, ({ labels }) => labels[ATTEMPT_LABEL] ?? '');
    for (const [id, containers] of attempts) {
      const main = containers.find(({ labels }) => labels[CONTAINER_LABEL] === 'main');
      const spec = this.adoptable(id, main);
      if (spec === undefined || main === undefined) {
        log.info(`Removing ${containers.length} container(s) that an earlier server left${id === '' ? '' : ` of attempt ${id}`}.`);
        await client.remove(containers.map(({ name }) => name));
        continue;
      }
      const attempt = this.attempts.add(id);
      Object.assign(attempt, { state: 'running', startedAt: main.startedAt });
      this.parts.gpus.hold(id, readRecord(attempt.folder, 'gpus.json') ?? []);
      this.follow(attempt, spec, (pod) => pod.resume(main));
    }
  }

  live(): readonly string[] {
    return this.attempts.ids();
  }

  refusal(spec: Runnable): string | undefined {
    return spec.image === '' ? 'The component names no image to run in.' : undefined;
  }

  start(spec: AttemptSpec): void {
    if (this.attempts.closing || this.attempts.repeat(spec.id)) return;
    const attempt = this.attempts.add(spec.id);
    this.follow(attempt, spec, async (pod) => {
      mkdirSync(attempt.folder, { recursive: true, mode: 0o700 });
      clearRecords(attempt.folder);
      writeRecord(attempt.folder, 'spec.json', withoutSecrets(spec));
      this.parts.failpoint?.('attempt.folder-made');
      const grant = this.parts.gpus.grant(spec.devices);
      if ('refusal' in grant) return { reason: 'refused', message: grant.refusal, finishedAt: Date.now() };
      const gpus = await this.leaseGpus(grant, attempt);
      if (this.attempts.get(spec.id) !== attempt || attempt.killed) return { reason: 'killed', message: 'Stopped on request, before it began.', finishedAt: Date.now() };
      return pod.run(gpus, grant.notice);
    });
  }

  kill(id: string, options?: { readonly graceMs?: number }): void {
    const attempt = this.attempts.get(id);
    if (!attempt) return;
    attempt.killed = true;
    this.parts.gpus.release(id);
    void attempt.pod?.kill(options?.graceMs ?? this.parts.setting.graceMs);
  }

  lookup(id: string): { readonly state: AttemptState; readonly exit?: AttemptExit } | undefined {
    return this.attempts.lookup(id);
  }

  standardOutput(id: string, limitBytes: number): Promise<string> {
    return this.attempts.standardOutput(id, limitBytes);
  }

  setAside(id: string, as: string): void {
    this.attempts.setAside(id, as);
  }

  forget(id: string): Promise<void> {
    return this.attempts.forget(id, () => this.kill(id));
  }

  async close(): Promise<void> {
    this.attempts.close();
    const pods = this.attempts.all().flatMap(({ pod }) => pod ?? []);
    for (const pod of pods) pod.leave();
    await Promise.all(this.attempts.all().map(({ over }) => over));
    await Promise.all(pods.map((pod) => pod.clear()));
    this.attempts.clear();
  }

  private adoptable(id: string, main: ContainerState | undefined): AttemptSpec | undefined {
    if (id === '' || main?.started !== true) return undefined;
    const folder = attemptFolder(this.parts.setting.folder, id);
    return readExit(folder) === undefined ? readRecord(folder, 'spec.json') : undefined;
  }

  /** Lets a pod work, then records and reports its exit. A server that closes leaves it without. */
  private follow(attempt: LiveAttempt & Partial<Followed>, spec: AttemptSpec, work: (pod: PodRun) => Promise<AttemptExit | undefined>): void {
    const { setting, listener, log, failpoint } = this.parts;
    const { id } = attempt;
    const pod = new PodRun(setting, spec, {
      onProgress: (message) => this.attempts.isCurrent(attempt) && listener.onProgress?.(id, message),
      onRunning: (startedAt) => {
        failpoint?.('attempt.running');
        attempt.state = 'running';
        attempt.startedAt = startedAt;
        setImmediate(() => this.attempts.announce(attempt));
      },
    });
    attempt.pod = pod;
    void work(pod)
      .catch((error: unknown): AttemptExit => {
        const message = error instanceof Error ? error.message : String(error);
        log.warn(`Attempt ${id} cannot go on: ${message}`);
        return { reason: 'refused', message, finishedAt: Date.now() };
      })
      .then(async (exit) => {
        if (exit === undefined || this.attempts.closing) return;
        failpoint?.('attempt.exit');
        await this.record(attempt, exit);
        await pod.clear();
        this.report(attempt, exit);
      })
      .catch((error: unknown) => log.warn(`Attempt ${id}: ${String(error)}`))
      .finally(() => attempt.end());
  }

  /** Unrecorded, an exit must not be reported: a full disk is waited for. */
  private async record(attempt: LiveAttempt, exit: AttemptExit): Promise<void> {
    while (!this.attempts.closing) {
      try {
        mkdirSync(attempt.folder, { recursive: true, mode: 0o700 });
        writeExit(attempt.folder, exit);
        return;
      } catch (error) {
        this.parts.log.warn(`The end of attempt ${attempt.id} cannot be recorded and is tried again: ${(error as Error).message}`);
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  private report(attempt: LiveAttempt, exit: AttemptExit): void {
    if (!this.attempts.isCurrent(attempt)) return;
    this.attempts.release(attempt);
    this.parts.listener.onExit(attempt.id, exit);
  }

  private async leaseGpus({ gpus }: DeviceGrant, attempt: LiveAttempt): Promise<readonly string[]> {
    if (gpus === 0) return [];
    this.parts.listener.onProgress?.(attempt.id, `waiting for ${gpus === 1 ? 'a GPU' : `${gpus} GPUs`}`);
    const devices = (await this.parts.gpus.acquire(attempt.id, gpus)) ?? [];
    if (this.attempts.isCurrent(attempt)) writeRecord(attempt.folder, 'gpus.json', devices);
    return devices;
  }
}
