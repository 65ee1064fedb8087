import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AttemptExit, AttemptSpec, AttemptState, Executor, Runnable } from '../executor.js';
import { exitFile, makeAttemptFolder, readExit, readJson, writeExit } from '../attempts/attempt-folder.js';
import type { DeviceGrant } from '../attempts/gpu-leases.js';
import { LateSync } from '../attempts/late-sync.js';
import { LiveAttempts, type LiveAttempt } from '../attempts/live-attempts.js';
import { writeOutput } from '../attempts/write-output.js';
import { buildJob, withRelocatedPaths, type JobPlan } from './build-job.js';
import { diskObstacle } from './disk-obstacle.js';
import { EnvironmentError, type Environment } from './environments.js';
import type { ProcessExecutorParts } from './process-executor-parts.js';
import { ProcessRefusals } from './process-refusals.js';
import { recogniseCommand } from './recognise-command.js';
import { UnreachablePath } from './relocate-paths.js';
import type { Job, SupervisorEvent } from './supervisor-connection.js';
import type { Supervisor } from './supervisors.js';
import { TaskEnvironments } from './task-environments.js';

const RETRY_MS = 1_000;

/** What is noted of an attempt whose supervisor has been asked to start it. */
interface Sent {
  supervisor: Supervisor | undefined;
  job: Job;
  environment: Environment;
  restarted: boolean;
}

type ProcessAttempt = LiveAttempt & Partial<Sent>;

/** Runs attempts as processes of this machine: in a forked interpreter, or as a program. The image is not used. */
export class ProcessExecutor implements Executor {
  private readonly attempts: LiveAttempts<Sent>;
  private readonly refusals: ProcessRefusals;
  private readonly environments: TaskEnvironments;
  private readonly lateSync = new LateSync();

  constructor(private readonly parts: ProcessExecutorParts) {
    this.attempts = new LiveAttempts(parts.folder, parts.listener, parts.gpus);
    this.refusals = new ProcessRefusals(parts);
    this.environments = new TaskEnvironments(parts);
  }

  /** Takes over what an earlier server left. To be awaited before anything starts. */
  async adopt(): Promise<void> {
    for (const { id, startedAt, supervisor } of await this.parts.supervisors.adopt()) {
      const attempt = this.attempts.add(id);
      attempt.state = 'running';
      attempt.startedAt = startedAt;
      attempt.supervisor = supervisor;
      this.parts.gpus.hold(id, readJson<string[]>(join(attempt.folder, 'gpus.json')) ?? []);
    }
  }

  /** Attempts that run or are being prepared, adopted ones included. */
  live(): readonly string[] {
    return this.attempts.ids();
  }

  /** Makes the default environment's interpreter ready, so that the first task is as quick as the next. */
  async warm(): Promise<void> {
    const environment = this.parts.environments.find({ pip: [this.parts.sdk] });
    if (environment && !this.attempts.closing) await this.parts.supervisors.of(environment);
  }

  refusal(spec: Runnable): string | undefined {
    return this.refusals.of(spec);
  }

  start(spec: AttemptSpec): void {
    if (this.attempts.closing || this.attempts.repeat(spec.id)) return;
    const attempt = this.attempts.add(spec.id);
    this.begin(spec, attempt);
  }

  private begin(spec: AttemptSpec, attempt: ProcessAttempt): void {
    const onError = (error: unknown): void => {
      const obstacle = diskObstacle(error);
      if (obstacle === undefined) return this.settlePreparation(attempt, error);
      this.onceWritable(attempt, obstacle, () => this.begin(spec, attempt));
    };
    try {
      this.prepare(spec, attempt)?.catch(onError);
    } catch (error) {
      // Whoever asked for the attempt is not to be told before its own work is done.
      setImmediate(onError, error);
    }
  }

  private onceWritable(attempt: ProcessAttempt, obstacle: string, again: () => void): void {
    this.parts.listener.onProgress?.(attempt.id, obstacle);
    setTimeout(() => this.attempts.isCurrent(attempt) && again(), RETRY_MS).unref();
  }

  kill(id: string, options?: { readonly graceMs?: number }): void {
    const attempt = this.attempts.get(id);
    if (!attempt) return;
    attempt.killed = true;
    if (attempt.supervisor) attempt.supervisor.kill(id, options?.graceMs ?? this.parts.graceMs);
    else this.settle(attempt, { reason: 'killed', message: 'Stopped on request, before it began.', finishedAt: Date.now() });
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
    this.parts.environments.close();
    await this.parts.supervisors.close(Math.min(this.parts.graceMs, 2_000));
    await this.lateSync.flush();
    this.attempts.clear();
  }

  /** @internal Wired to the supervisors. */
  onEvent(event: SupervisorEvent): void {
    if (event.event === 'hello' || this.attempts.closing) return;
    const attempt = this.attempts.get(event.id);
    if (!attempt) return;
    this.parts.failpoint?.(`attempt.${event.event}`);
    if (event.event === 'running') {
      attempt.state = 'running';
      attempt.startedAt = event.startedAt;
      this.attempts.announce(attempt);
    } else if (event.event === 'exit') this.report(attempt, event.exit);
    else this.onFailedStart(event, attempt);
  }

  private onFailedStart(event: Extract<SupervisorEvent, { event: 'failed' }>, attempt: ProcessAttempt): void {
    const obstacle = diskObstacle(event);
    if (obstacle !== undefined && attempt.job && attempt.environment) {
      const { job, environment } = attempt;
      // It has no process that the supervisor could end.
      attempt.supervisor = undefined;
      this.onceWritable(attempt, obstacle, () => this.dispatchOrSettle(attempt, job, environment));
    } else this.settle(attempt, { reason: 'refused', message: event.message, finishedAt: Date.now() });
  }

  /** @internal Wired to the supervisors. */
  onGone(ids: readonly string[]): void {
    for (const id of ids) {
      const attempt = this.attempts.get(id);
      if (!attempt || this.attempts.closing) continue;
      const recorded = readExit(attempt.folder);
      if (recorded) this.report(attempt, recorded);
      else if (attempt.killed) this.settle(attempt, { reason: 'killed', message: 'Stopped on request.', finishedAt: Date.now() });
      else if (attempt.job && attempt.environment && !attempt.restarted) {
        // Neither a note of its process nor an exit: not one line of the user's program has run.
        attempt.restarted = true;
        const { job, environment } = attempt;
        this.dispatchOrSettle(attempt, job, environment);
      } else {
        this.settle(attempt, { reason: 'lost', message: 'The process that watched over this task ended unexpectedly; retry the run.', finishedAt: Date.now() });
      }
    }
  }

  /** Does all at once where nothing has to be waited for, as nearly always: in a chain everything else waits for this. */
  private prepare(spec: AttemptSpec, attempt: ProcessAttempt): Promise<void> | undefined {
    const fresh = makeAttemptFolder(attempt.folder);
    this.parts.failpoint?.('attempt.folder-made');
    const refusal = this.refusal(spec);
    const grant = refusal === undefined ? this.parts.gpus.grant(spec.devices) : { refusal };
    if ('refusal' in grant) {
      this.settle(attempt, { reason: 'refused', message: grant.refusal, finishedAt: Date.now() });
      return undefined;
    }
    const recognised = recogniseCommand(spec.command, spec.args);
    const environment = this.environments.of(recognised, (message) => {
      if (this.attempts.get(spec.id) !== undefined) this.parts.listener.onProgress?.(spec.id, message);
    });
    if (!(environment instanceof Promise) && this.parts.gpus.devices.length === 0 && spec.devices === undefined) return this.send(attempt, { spec, recognised, environment, fresh, gpuVariables: {} });
    return (async () => {
      const ready = await environment;
      const gpuVariables = await this.leaseGpus(spec, grant, attempt);
      if (this.attempts.isCurrent(attempt)) await this.send(attempt, { spec, recognised, environment: ready, fresh, gpuVariables, notice: grant.notice });
    })();
  }

  private send(attempt: ProcessAttempt, plan: JobPlan): Promise<void> | undefined {
    return this.dispatch(attempt, buildJob(attempt.folder, plan, this.parts), plan.environment);
  }

  private dispatch(attempt: ProcessAttempt, job: Job, environment: Environment): Promise<void> | undefined {
    const supervisor = this.parts.supervisors.ready(environment);
    if (supervisor !== undefined) {
      this.request(attempt, job, environment, supervisor);
      return undefined;
    }
    return this.parts.supervisors.of(environment).then((opened) => this.request(attempt, job, environment, opened));
  }

  /** The same once more: nothing of an earlier try is known to be absent then. */
  private dispatchOrSettle(attempt: ProcessAttempt, job: Job, environment: Environment): void {
    const again = { ...job, fresh: false };
    this.dispatch(attempt, again, environment)?.catch((error: unknown) => this.settlePreparation(attempt, error));
  }

  private request(attempt: ProcessAttempt, job: Job, environment: Environment, supervisor: Supervisor): void {
    if (!this.attempts.isCurrent(attempt)) return;
    const why = supervisor.noPrivateRoot;
    const ready = why === null ? job : withRelocatedPaths(job, why);
    Object.assign(attempt, { job, environment, supervisor });
    this.parts.failpoint?.('attempt.before-start');
    supervisor.start(ready);
    this.parts.failpoint?.('attempt.start-sent');
  }

  private async leaseGpus(spec: AttemptSpec, { gpus }: DeviceGrant, attempt: ProcessAttempt): Promise<Record<string, string>> {
    if ((this.parts.gpus.devices.length === 0 && spec.devices === undefined) || !this.attempts.isCurrent(attempt)) return {};
    if (gpus === 0) return { CUDA_VISIBLE_DEVICES: '' };
    this.parts.listener.onProgress?.(spec.id, `waiting for ${gpus === 1 ? 'a GPU' : `${gpus} GPUs`}`);
    const devices = await this.parts.gpus.acquire(spec.id, gpus);
    writeFileSync(join(attempt.folder, 'gpus.json'), JSON.stringify(devices ?? []), { mode: 0o600 });
    return { CUDA_VISIBLE_DEVICES: (devices ?? []).join(',') };
  }

  /** Records an exit that no supervisor saw, then reports it. */
  private settle(attempt: ProcessAttempt, exit: AttemptExit): void {
    if (!this.attempts.isCurrent(attempt)) return;
    try {
      mkdirSync(attempt.folder, { recursive: true, mode: 0o700 });
      writeExit(attempt.folder, exit);
    } catch (error) {
      // A full disk. Unrecorded, it must not be reported.
      this.parts.log.warn(`The end of attempt ${attempt.id} cannot be recorded and is tried again: ${(error as Error).message}`);
      setTimeout(() => this.settle(attempt, exit), RETRY_MS).unref();
      return;
    }
    this.attempts.release(attempt);
    setImmediate(() => {
      if (!this.attempts.closing) this.parts.listener.onExit(attempt.id, exit);
    });
  }

  private settlePreparation(attempt: ProcessAttempt, error: unknown): void {
    if (!this.attempts.isCurrent(attempt)) return;
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof EnvironmentError) {
      // As in a pod, where pip runs first and the task has its output and its exit code.
      tryTo(() => writeOutput(attempt.folder, error.output));
      this.settle(attempt, { reason: 'exited', exitCode: 1, message, finishedAt: Date.now() });
      return;
    }
    if (!(error instanceof UnreachablePath)) this.parts.log.warn(`Attempt ${attempt.id} cannot be started: ${message}`);
    this.settle(attempt, { reason: 'refused', message, finishedAt: Date.now() });
  }

  private report(attempt: ProcessAttempt, exit: AttemptExit): void {
    if (!this.attempts.isCurrent(attempt)) return;
    this.attempts.release(attempt);
    // Its supervisor recorded it, but did not let the next task wait for the disk.
    this.lateSync.add(exitFile(attempt.folder));
    this.parts.listener.onExit(attempt.id, exit);
  }
}

function tryTo(work: () => void): void {
  try {
    work();
  } catch {
    // A full disk costs output, not the attempt.
  }
}
