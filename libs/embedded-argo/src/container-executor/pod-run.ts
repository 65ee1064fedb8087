import { existsSync, mkdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { attemptFolder } from '../attempts/attempt-folder.js';
import { LogRecorder } from '../attempts/log-recorder.js';
import type { AttemptExit, AttemptSpec, Companion, ContainerSpec } from '../executor.js';
import { containerEnd } from './container-end.js';
import { fetchOutputs } from './container-outputs.js';
import type { ContainerState } from './engine-client.js';
import { followContainer } from './follow-container.js';
import { ImageUnavailable } from './images.js';
import { containerName } from './pod-names.js';
import { type Ending, readRecord, writeRecord } from './pod-record.js';
import type { PodSetting } from './pod-setting.js';
import { CannotStart, startContainer } from './start-container.js';

export interface PodEvents {
  onRunning(startedAt: number): void;
  onProgress(message: string): void;
}

const RETRY_MS = 500;

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
    return startContainer(this.setting, { attempt: this.spec.id, container, role, image, labels: this.spec.labels, networkOf, gpus });
  }

  private async waitForInit(companion: Companion, name: string): Promise<AttemptExit | undefined> {
    const { name: role, image } = companion;
    this.events.onProgress(`running the init container ${role}`);
    const log = new LogRecorder(this.folder, { countFrom: Number.POSITIVE_INFINITY });
    try {
      const state = await this.follow(name, log);
      if (state?.exitCode === 0) return undefined;
      if (state === undefined) return { reason: 'lost', message: `The init container "${role}" was removed by somebody else; retry the run.`, finishedAt: Date.now() };
      const { exitCode, message } = containerEnd(state, companion, log.lastErrorLine());
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
      if (state !== undefined) await fetchOutputs(this.main, this.spec.mounts, this.setting);
      if (this.ending) return { ...this.ending, finishedAt: state?.finishedAt ?? Date.now(), ...(state && { exitCode: state.exitCode, startedAt: state.startedAt }) };
      if (state === undefined) return { reason: 'lost', message: 'The container of this task was removed by somebody else; retry the run.', finishedAt: Date.now() };
      return { reason: 'exited', ...containerEnd(state, this.spec, log.lastErrorLine()), startedAt: state.startedAt, finishedAt: state.finishedAt };
    } catch (error) {
      if (this.abort.signal.aborted) return undefined;
      throw error;
    } finally {
      this.over = true;
      log.close();
    }
  }

  private follow(name: string, log: LogRecorder): Promise<ContainerState | undefined> {
    return followContainer(name, log, { client: this.setting.client, signal: this.abort.signal, onProgress: (message) => this.events.onProgress(message) });
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
