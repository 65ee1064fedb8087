import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { attemptFolder } from '../attempts/attempt-folder.js';
import { LogRecorder } from '../attempts/log-recorder.js';
import type { AttemptExit, AttemptSpec, Companion, ContainerSpec, Mount } from '../executor.js';
import { EngineUnreachable, type ContainerState, type EngineClient } from './engine-client.js';
import { ImageUnavailable, type Images } from './images.js';
import { ATTEMPT_LABEL, CONTAINER_LABEL, containerName, OWNER_LABEL } from './pod-names.js';
import { type Ending, readRecord, writeRecord } from './pod-record.js';
import { runArguments } from './run-arguments.js';

/** What all pods of an executor have in common. */
export interface PodSetting {
  readonly folder: string;
  readonly owner: string;
  readonly client: EngineClient;
  readonly images: Images;
  /** Folders that every main container sees at their own paths. */
  readonly shared: readonly Mount[];
  readonly taskEnvironment: Readonly<Record<string, string>>;
  /** Who tasks are, so that the user can remove what they leave. */
  readonly user: string;
  readonly graceMs: number;
  /** First processes cannot be given; learnt from the engine's first refusal. */
  noInit: boolean;
}

export interface PodEvents {
  onRunning(startedAt: number): void;
  onProgress(message: string): void;
}

const RETRY_MS = 500;
const LONGEST_RETRY_MS = 10_000;

/** The containers of one attempt, from the first image to the removal of the last. */
export class PodRun {
  readonly folder: string;
  private readonly abort = new AbortController();
  private readonly names: readonly string[];
  private readonly main: string;
  private ending: Ending | undefined;
  private deadline: NodeJS.Timeout | undefined;
  private mainStarted = false;
  private over = false;

  constructor(
    private readonly setting: PodSetting,
    private readonly spec: AttemptSpec,
    private readonly events: PodEvents,
  ) {
    this.folder = attemptFolder(setting.folder, spec.id);
    this.main = this.nameOf('main');
    this.names = [this.main, ...(spec.companions ?? []).map(({ name }) => this.nameOf(name))];
    this.ending = readRecord(this.folder, 'ending.json');
  }

  /**
   * Runs everything. Undefined when `leave` was called before the end.
   *
   * @param notice the first line of the log, in front of what its containers write; none when empty
   */
  async run(gpus: readonly string[], notice = ''): Promise<AttemptExit | undefined> {
    try {
      if (notice !== '') this.note(notice);
      const problem = await this.begin(gpus);
      return problem ?? (await this.watch());
    } catch (error) {
      if (this.abort.signal.aborted) return this.ending && { ...this.ending, finishedAt: Date.now() };
      if (error instanceof ImageUnavailable || error instanceof CannotStart) return { reason: 'refused', message: error.message, finishedAt: Date.now() };
      throw error;
    }
  }

  private note(notice: string): void {
    const log = new LogRecorder(this.folder);
    log.append('stderr', Buffer.from(`${notice}\n`));
    log.close();
  }

  /** Goes on with a main container that has started already. */
  async resume({ startedAt }: ContainerState): Promise<AttemptExit | undefined> {
    this.mainStarted = true;
    this.armDeadline(startedAt);
    if (this.ending) void this.stop(this.setting.graceMs);
    return this.watch();
  }

  /** Removes all containers; to be called once the exit is recorded. */
  async clear(): Promise<void> {
    await this.setting.client.remove(this.names);
  }

  /** Ends the main container, or what comes before it. */
  async kill(graceMs: number, ending: Ending = { reason: 'killed', message: 'Stopped on request.' }): Promise<void> {
    if (this.ending === undefined) {
      this.ending = ending;
      try {
        writeRecord(this.folder, 'ending.json', ending);
      } catch {
        // A full disk: the end will look like the task's own.
      }
    }
    if (this.mainStarted) return this.stop(graceMs);
    this.abort.abort();
    await this.clear();
  }

  /** Stops watching without ending anything. */
  leave(): void {
    clearTimeout(this.deadline);
    this.over = true;
    this.ending = undefined;
    this.abort.abort();
  }

  /** SIGTERM, then SIGKILL; until the engine has heard it. */
  private async stop(graceMs: number): Promise<void> {
    const { client } = this.setting;
    while (!this.over) {
      const { code } = await client.run(['stop', '-t', String(Math.ceil(graceMs / 1000)), this.main]);
      if (code === 0) return;
      await sleep(RETRY_MS);
    }
  }

  private async begin(gpus: readonly string[]): Promise<AttemptExit | undefined> {
    const { spec } = this;
    const companions = spec.companions ?? [];
    for (const { source, target, create } of [spec, ...companions].flatMap(({ mounts }) => mounts)) {
      if (create) mkdirSync(source, { recursive: true, mode: 0o700 });
      else if (!existsSync(source)) throw new CannotStart(`The folder "${source}", which the task expects at "${target}", does not exist.`);
    }
    const images = new Map<string, string>();
    for (const container of [...companions, spec]) images.set(container.image, await this.imageOf(container));
    this.throwIfLeft();
    let network: string | undefined;
    for (const companion of companions.filter(({ role }) => role !== 'sidecar')) {
      const name = await this.start(companion, companion.name, images.get(companion.image)!, network);
      if (companion.role === 'early-sidecar') network ??= name;
      else {
        const failure = await this.waitForInit(companion, name);
        if (failure) return failure;
      }
    }
    this.throwIfLeft();
    const log = new LogRecorder(this.folder);
    writeRecord(this.folder, 'main.json', { logStart: log.size });
    log.close();
    const startedAt = Date.now();
    await this.start(spec, 'main', images.get(spec.image)!, network, gpus);
    network ??= this.main;
    for (const companion of companions.filter(({ role }) => role === 'sidecar')) await this.start(companion, companion.name, images.get(companion.image)!, network);
    this.mainStarted = true;
    this.armDeadline(startedAt);
    this.events.onRunning(startedAt);
    // Asked to end while the engine was starting it.
    if (this.ending) void this.stop(0);
    return undefined;
  }

  private async imageOf(container: ContainerSpec): Promise<string> {
    this.throwIfLeft();
    return this.setting.images.ensure(container, () => this.events.onProgress(`pulling the image ${container.image}`));
  }

  private async start(container: ContainerSpec, role: string, image: string, networkOf?: string, gpus?: readonly string[]): Promise<string> {
    this.throwIfLeft();
    const { setting } = this;
    const { client } = setting;
    const isMain = role === 'main';
    const name = this.nameOf(role);
    const own = new Set(container.mounts.map(({ target }) => target));
    const env = {
      ...(setting.user.startsWith('0:') ? {} : { HOME: '/tmp' }),
      ...(isMain ? setting.taskEnvironment : {}),
      ...(isMain && gpus?.length ? { NVIDIA_VISIBLE_DEVICES: gpus.join(',') } : {}),
      ...container.env,
    };
    for (;;) {
      const { args, variables } = runArguments(client.engine, {
        name,
        image,
        container,
        env,
        mounts: [...setting.shared.filter(({ target }) => !own.has(target)), ...container.mounts.filter((mount) => !this.isFetched(mount))],
        labels: { ...this.spec.labels, [OWNER_LABEL]: setting.owner, [ATTEMPT_LABEL]: this.spec.id, [CONTAINER_LABEL]: role },
        ...(networkOf !== undefined && { networkOf }),
        ...(isMain && gpus !== undefined && { gpus }),
        user: setting.user,
        init: !setting.noInit,
      });
      const { code, problem } = await client.run(args, { variables });
      if (code === 0) return name;
      await client.remove([name]);
      if (!setting.noInit && /catatonit|docker-init|container-init binary|init binary/i.test(problem)) {
        setting.noInit = true;
        continue;
      }
      throw new CannotStart(describeStart(problem, container, role));
    }
  }

  private async waitForInit(companion: Companion, name: string): Promise<AttemptExit | undefined> {
    const { name: role, image } = companion;
    this.events.onProgress(`running the init container ${role}`);
    const log = new LogRecorder(this.folder, { countFrom: Number.POSITIVE_INFINITY });
    try {
      const state = await this.follow(name, log);
      if (state?.exitCode === 0) return undefined;
      if (state === undefined) return { reason: 'lost', message: `The init container "${role}" was removed by somebody else; retry the run.`, finishedAt: Date.now() };
      const { exitCode, message } = endOf(state, companion, log.lastErrorLine());
      return { reason: 'exited', exitCode, message: `The init container "${role}" of the image "${image}" failed: ${message}`, startedAt: state.startedAt, finishedAt: state.finishedAt };
    } finally {
      log.close();
    }
  }

  /** Follows the main container to its end. */
  private async watch(): Promise<AttemptExit | undefined> {
    const log = new LogRecorder(this.folder, { countFrom: readRecord(this.folder, 'main.json')?.logStart ?? 0 });
    try {
      const state = await this.follow(this.main, log);
      clearTimeout(this.deadline);
      if (state !== undefined) await this.fetchOutputs();
      if (this.ending) return { ...this.ending, finishedAt: state?.finishedAt ?? Date.now(), ...(state && { exitCode: state.exitCode, startedAt: state.startedAt }) };
      if (state === undefined) return { reason: 'lost', message: 'The container of this task was removed by somebody else; retry the run.', finishedAt: Date.now() };
      return { reason: 'exited', ...endOf(state, this.spec, log.lastErrorLine()), startedAt: state.startedAt, finishedAt: state.finishedAt };
    } catch (error) {
      if (this.abort.signal.aborted) return undefined;
      throw error;
    } finally {
      this.over = true;
      log.close();
    }
  }

  /** Somebody who is not root may write into no folder of an image: that one gets a mount, though it hides what the image has there. */
  private isFetched({ outputs, target }: Mount): boolean {
    return outputs !== undefined && (this.setting.user.startsWith('0:') || target === '/');
  }

  /** Outputs that are in no mount stay in the container, where nothing of the image is hidden by them. One that is not there is nobody's fault here. */
  private async fetchOutputs(): Promise<void> {
    for (const mount of this.spec.mounts.filter((candidate) => this.isFetched(candidate))) {
      const { source, target, outputs = [] } = mount;
      for (const output of outputs) {
        const place = join(source, output);
        rmSync(place, { recursive: true, force: true });
        mkdirSync(dirname(place), { recursive: true, mode: 0o700 });
        await this.setting.client.run(['cp', `${this.main}:${posix.join(target, output)}`, place]);
      }
    }
  }

  /** Writes down what the container says until it is over. Undefined when it is gone. */
  private async follow(name: string, log: LogRecorder): Promise<ContainerState | undefined> {
    for (let retryMs = RETRY_MS; ; retryMs = Math.min(LONGEST_RETRY_MS, retryMs * 2)) {
      await this.readLogs(name, log, { follow: true });
      this.throwIfLeft();
      const states = await this.setting.client.inspect([name]).catch((error: unknown) => {
        if (!(error instanceof EngineUnreachable)) throw error;
        this.events.onProgress(`waiting for ${this.setting.client.engine.kind}: ${error.message}`);
        return undefined;
      });
      if (states !== undefined && states[0]?.running !== true) {
        // Following may stop short of the last lines.
        if (states.length > 0) await this.readLogs(name, log, { follow: false });
        this.throwIfLeft();
        return states[0];
      }
      await sleep(retryMs, undefined, { signal: this.abort.signal });
    }
  }

  /** The engine tells all from the beginning; what is written down already is passed over. */
  private async readLogs(name: string, log: LogRecorder, { follow }: { follow: boolean }): Promise<void> {
    const skip = { stdout: log.bytesOf('stdout'), stderr: log.bytesOf('stderr') };
    await this.setting.client.logs(name, {
      follow,
      signal: this.abort.signal,
      onData: (stream, data) => {
        const passed = Math.min(skip[stream], data.length);
        skip[stream] -= passed;
        if (passed < data.length) log.append(stream, data.subarray(passed));
      },
    });
  }

  private armDeadline(startedAt: number): void {
    const { deadlineMs } = this.spec;
    if (deadlineMs === undefined) return;
    const message = `Stopped after ${deadlineMs / 1000} s, its time limit.`;
    const left = startedAt + deadlineMs - Date.now();
    // Longer than a timer can be: nobody waits for it in this process.
    if (left > 2 ** 31 - 1) return;
    this.deadline = setTimeout(() => void this.kill(this.setting.graceMs, { reason: 'deadline', message }), Math.max(0, left));
  }

  private nameOf(container: string): string {
    return containerName(this.setting.owner, this.spec.id, container);
  }

  private throwIfLeft(): void {
    this.abort.signal.throwIfAborted();
  }
}

/** A container could not be started. */
class CannotStart extends Error {}

function describeStart(problem: string, { image, command }: ContainerSpec, role: string): string {
  const what = role === 'main' ? 'The container' : `The container "${role}"`;
  if (/executable file not found|no such file or directory.*(exec|invoke)|exec:.*no such file/i.test(problem) && command[0] !== undefined) {
    return `The program "${command[0]}" does not exist in the image "${image}".`;
  }
  return `${what} of the image "${image}" could not be started: ${problem.replace(/\.$/, '')}.`;
}

/** What a first process says that could not start the program. */
const NO_PROGRAM = /^(ERROR \(catatonit:\d+\): failed to exec pid1|\[FATAL tini \(\d+\)\] exec .* failed): No such file/;

function endOf({ exitCode, outOfMemory }: ContainerState, { image, command, limits }: ContainerSpec, lastError: string): { readonly exitCode: number; readonly message?: string } {
  if (exitCode === 0) return { exitCode };
  if (NO_PROGRAM.test(lastError)) return { exitCode: 127, message: `The program "${command[0] ?? ''}" does not exist in the image "${image}".` };
  const limit = limits?.memoryBytes === undefined ? '' : `its limit of ${Math.round(limits.memoryBytes / 1024 / 1024)} MiB`;
  if (outOfMemory) return { exitCode, message: `Ended because it used more memory than ${limit || 'there is'} (exit code ${exitCode}); give the task more.` };
  // Not every engine notices that it was for want of memory.
  if (exitCode === 137) return { exitCode, message: `Ended by SIGKILL (exit code 137); it may have used more memory than ${limit || 'there is'}.` };
  return { exitCode, message: lastError === '' ? `Exit code ${exitCode}; its log may tell why.` : `Exit code ${exitCode}: ${lastError}` };
}
