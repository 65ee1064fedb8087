import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AttemptExit, AttemptListener, AttemptSpec, AttemptState, Executor, Mount, Runnable } from '../executor.js';
import { attemptFolder, makeAttemptFolder, readExit, readJson, writeExit } from '../attempts/attempt-folder.js';
import { EnvironmentError, type Environment, type Environments } from './environments.js';
import { ProgramFinder } from './find-program.js';
import type { DeviceGrant, GpuLeases } from '../attempts/gpu-leases.js';
import { LiveAttempts, type LiveAttempt } from '../attempts/live-attempts.js';
import { recogniseCommand, type RecognisedCommand } from './recognise-command.js';
import { refuseFixedPaths, relocatePaths, UnreachablePath } from './relocate-paths.js';
import { normaliseRequirements, withSdk, type PipInstall } from './requirements.js';
import type { Job, SupervisorEvent } from './supervisor-connection.js';
import type { Supervisor, Supervisors } from './supervisors.js';
import { readStdout } from '../attempts/read-stdout.js';
import { writeOutput } from '../attempts/write-output.js';

/** What the executor works with; all of it complete. */
export interface ProcessExecutorParts {
  readonly folder: string;
  readonly listener: AttemptListener;
  readonly environments: Environments;
  /** Used by plain commands when the default environment cannot be made. */
  readonly bareEnvironment: Environment;
  readonly supervisors: Supervisors;
  readonly gpus: GpuLeases;
  readonly sdk: PipInstall;
  readonly path: string;
  readonly visible: readonly string[];
  readonly taskEnvironment: Readonly<Record<string, string>>;
  readonly graceMs: number;
  readonly log: ExecutorLog;
  readonly failpoint?: (name: string) => void;
}

/** Any logger has these. */
export interface ExecutorLog {
  info(message: string): void;
  warn(message: string): void;
}

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
  private readonly programs = new ProgramFinder();
  private noDefaultEnvironmentUntil = 0;

  constructor(private readonly parts: ProcessExecutorParts) {
    this.attempts = new LiveAttempts(parts.folder, parts.listener, parts.gpus);
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
    if (spec.companions?.length) {
      const names = spec.companions.map(({ name }) => `"${name}"`).join(', ');
      return `The task has init containers or sidecars (${names}), which only containers can be; use an executor that runs containers (docker or podman), or leave them out.`;
    }
    const recognised = recogniseCommand(spec.command, spec.args);
    if (recognised.codeIsInImage) {
      return `The code of this component is inside the image "${spec.image}", which is not used when tasks run as processes of this machine; use a lightweight component, or an executor that runs containers.`;
    }
    if (recognised.launch) return undefined;
    const program = spec.command.length > 0 ? recognised.argv[0] : undefined;
    if (program === undefined) {
      return `The component does not say which command to run: it relies on the entrypoint of the image "${spec.image}", which is not used when tasks run as processes of this machine; name the command.`;
    }
    // Known only once the values are.
    if (program.includes('{{')) return undefined;
    if (program.includes('/') && spec.mounts?.some((mount) => !program.startsWith('/') || program.startsWith(`${mount.target}/`))) return undefined;
    const environment = this.parts.environments.find({ pip: [this.parts.sdk] }) ?? this.parts.bareEnvironment;
    if (/^python3?$/.test(program) || this.programs.has(program, [join(environment.folder, 'bin'), ...this.parts.path.split(':')])) return undefined;
    return `The program "${program}" does not exist on this machine, and the image "${spec.image}" is not used when tasks run as processes; install the program, or use an executor that runs containers.`;
  }

  start(spec: AttemptSpec): void {
    if (this.attempts.closing || this.attempts.repeat(spec.id)) return;
    const attempt = this.attempts.add(spec.id);
    this.begin(spec, attempt);
  }

  private begin(spec: AttemptSpec, attempt: ProcessAttempt): void {
    const onError = (error: unknown): void => {
      const obstacle = obstacleOf(error);
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
    return readStdout(attemptFolder(this.parts.folder, id), limitBytes);
  }

  async forget(id: string): Promise<void> {
    const attempt = this.attempts.get(id);
    if (attempt) {
      this.kill(id);
      await attempt.over;
    }
    await this.attempts.remove(id);
  }

  async close(): Promise<void> {
    this.attempts.close();
    this.parts.environments.close();
    await this.parts.supervisors.close(Math.min(this.parts.graceMs, 2_000));
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
    const obstacle = obstacleOf(event);
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
    const environment = this.environmentFor(spec.id, recognised);
    if (!(environment instanceof Promise) && this.parts.gpus.devices.length === 0 && spec.devices === undefined) return this.send(spec, attempt, { recognised, environment, fresh, gpuVariables: {} });
    return (async () => {
      const ready = await environment;
      const gpuVariables = await this.leaseGpus(spec, grant, attempt);
      if (this.attempts.isCurrent(attempt)) await this.send(spec, attempt, { recognised, environment: ready, fresh, gpuVariables, notice: grant.notice });
    })();
  }

  private send(
    spec: AttemptSpec,
    attempt: ProcessAttempt,
    { recognised, environment, fresh, gpuVariables, notice = '' }: { recognised: RecognisedCommand; environment: Environment; fresh: boolean; gpuVariables: Record<string, string>; notice?: string },
  ): Promise<void> | undefined {
    const mounts = this.mountsOf(spec, environment);
    const job: Job = {
      id: spec.id,
      folder: attempt.folder,
      fresh,
      argv: recognised.argv,
      ...(recognised.launch && { launch: recognised.launch }),
      env: { ...this.parts.taskEnvironment, ...spec.env, ...gpuVariables },
      path: this.parts.path,
      ...(spec.workingDir && { workingDir: spec.workingDir }),
      mounts,
      visible: [...this.parts.visible, environment.folder],
      ...(spec.deadlineMs && { deadlineMs: spec.deadlineMs }),
      ...(notice !== '' && { notice }),
    };
    return this.dispatch(attempt, job, environment);
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

  private environmentFor(id: string, recognised: RecognisedCommand): Environment | Promise<Environment> {
    const { environments, sdk, bareEnvironment } = this.parts;
    const tell = (message: string) => {
      if (this.attempts.get(id) !== undefined) this.parts.listener.onProgress?.(id, message);
    };
    const wanted = normaliseRequirements(recognised.pip);
    if (recognised.launch || wanted.pip.length > 0) {
      const needed = recognised.launch ? withSdk(wanted, sdk) : wanted;
      return environments.find(needed) ?? environments.ensure(needed, tell);
    }
    if (Date.now() < this.noDefaultEnvironmentUntil) return bareEnvironment;
    return environments.find({ pip: [sdk] }) ?? environments.ensure({ pip: [sdk] }, tell).catch((error: unknown) => this.bareInstead(error));
  }

  /** A plain command seldom needs the SDK: better with the machine's Python than not at all. */
  private bareInstead(error: unknown): Environment {
    if (!(error instanceof EnvironmentError)) throw error;
    this.noDefaultEnvironmentUntil = Date.now() + 60_000;
    this.parts.log.warn(`Plain commands use the Python of this machine for now: ${error.message}`);
    return this.parts.bareEnvironment;
  }

  private async leaseGpus(spec: AttemptSpec, { gpus }: DeviceGrant, attempt: ProcessAttempt): Promise<Record<string, string>> {
    if ((this.parts.gpus.devices.length === 0 && spec.devices === undefined) || !this.attempts.isCurrent(attempt)) return {};
    if (gpus === 0) return { CUDA_VISIBLE_DEVICES: '' };
    this.parts.listener.onProgress?.(spec.id, `waiting for ${gpus === 1 ? 'a GPU' : `${gpus} GPUs`}`);
    const devices = await this.parts.gpus.acquire(spec.id, gpus);
    writeFileSync(join(attempt.folder, 'gpus.json'), JSON.stringify(devices ?? []), { mode: 0o600 });
    return { CUDA_VISIBLE_DEVICES: (devices ?? []).join(',') };
  }

  private mountsOf(spec: AttemptSpec, environment: Environment): Mount[] {
    for (const mount of spec.mounts) {
      // What is to be made is made by the supervisor, while this process has other things to do.
      if (!mount.create && !existsSync(mount.source)) throw new UnreachablePath(`The folder "${mount.source}", which the task expects at "${mount.target}", does not exist.`);
    }
    // Environments are shared; a task must not change one under the others.
    const shared = environment === this.parts.bareEnvironment ? [] : [{ source: environment.folder, target: environment.folder, readOnly: true }];
    return [...shared, ...spec.mounts];
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

/** What an attempt waits for that cannot begin because of the disk; undefined for faults that do not pass. */
function obstacleOf(error: unknown): string | undefined {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return 'waiting for room on the disk';
    case 'EROFS':
      return 'waiting until the disk can be written: it is read-only';
    default:
      return undefined;
  }
}

function withRelocatedPaths(job: Job, why: string): Job {
  if (job.launch) refuseFixedPaths(job.launch.source, job.mounts, why);
  const launch = job.launch && { ...job.launch, args: relocatePaths(job.launch.args, job.mounts, why) };
  // The source of a component is text that only Python understands; its paths have to come in as arguments.
  const script = job.launch ? job.argv.slice(0, 4) : [];
  return { ...job, argv: [...script, ...relocatePaths(job.argv.slice(script.length), job.mounts, why)], ...(launch && { launch }) };
}
