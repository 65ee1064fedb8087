import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, renameSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Environment } from './environments.js';
import { isSameProcess } from './process-identity.js';
import { connectToSupervisor, type Job, type SupervisorConnection, type SupervisorEvent } from './supervisor-connection.js';
import { mayBeStarting, readSupervisor, startSupervisor, supervisorFolder, sweepDeadSupervisor, type SupervisorSettings } from './supervisor-process.js';

const REMOVING = '.removing';

/** A supervisor we are connected to. */
export interface Supervisor {
  readonly folder: string;
  readonly noPrivateRoot: string | null;
  /** Attempts given to it, or found in it, that have not ended. */
  readonly attempts: Set<string>;
  start(job: Job): void;
  kill(id: string, graceMs: number): void;
}

export interface SupervisorsOptions {
  readonly root: string;
  readonly settings: SupervisorSettings;
  /** Left alone after this long without work, upon which it ends. @default 5 minutes */
  readonly keepMs?: number;
  /** Where the first one that is started is to die. */
  readonly failpoint?: { readonly name: string; readonly nth: number };
  onEvent(event: SupervisorEvent): void;
  /** It died: its processes are ended and lost ones recorded; these attempts had not ended. */
  onGone(attempts: readonly string[]): void;
}

export interface Supervisors {
  /** Connects to what an earlier server left running and puts in order what died. Live attempts, with their supervisor. */
  adopt(): Promise<{ id: string; startedAt: number; supervisor: Supervisor }[]>;
  /** The one for this environment, if it can be talked to now. */
  ready(environment: Environment): Supervisor | undefined;
  /** The one for this environment, started when there is none. */
  of(environment: Environment): Promise<Supervisor>;
  /** Ends all attempts without recording an exit, and all supervisors. */
  close(graceMs: number): Promise<void>;
}

interface Connected extends Supervisor {
  connection: SupervisorConnection;
  closed: Promise<void>;
  idle?: NodeJS.Timeout;
}

export function createSupervisors(options: SupervisorsOptions): Supervisors {
  const connected = new Map<string, Promise<Connected>>();
  const everyone = new Set<Connected>();
  // By environment: the name has a digest of all our programs in it, which is not to be made again for every task.
  const folders = new Map<string, string>();
  let closing = false;
  let unreachable = '';
  let { failpoint } = options;

  const connect = async (folder: string): Promise<Connected | undefined> => {
    const record = readSupervisor(folder);
    if (!record) return undefined;
    const attempts = new Set<string>();
    let supervisor: Connected | undefined;
    let hungUp!: () => void;
    const closed = new Promise<void>((resolve) => (hungUp = resolve));
    const keep = () => {
      clearTimeout(supervisor?.idle);
      if (supervisor && attempts.size === 0) supervisor.idle = setTimeout(() => leave(supervisor!), options.keepMs ?? 300_000).unref();
    };
    const onEvent = (event: SupervisorEvent) => {
      if (event.event === 'exit' || event.event === 'failed') {
        attempts.delete(event.id);
        keep();
      }
      options.onEvent(event);
    };
    const onClose = () => {
      if (supervisor) forget(supervisor);
      hungUp();
      if (!closing && supervisor) void settleGone(folder, attempts);
    };
    try {
      const connection = await connectToSupervisor(record.socket, { onEvent, onClose });
      supervisor = {
        folder,
        connection,
        closed,
        noPrivateRoot: connection.hello.noPrivateRoot,
        attempts,
        start(job) {
          clearTimeout(supervisor!.idle);
          attempts.add(job.id);
          connection.send({ op: 'start', ...job });
        },
        kill: (id, graceMs) => connection.send({ op: 'kill', id, graceMs }),
      };
    } catch (error) {
      unreachable = (error as Error).message;
      return undefined;
    }
    for (const { id } of supervisor.connection.hello.live) attempts.add(id);
    everyone.add(supervisor);
    keep();
    return supervisor;
  };

  const forget = (supervisor: Connected) => {
    clearTimeout(supervisor.idle);
    everyone.delete(supervisor);
    connected.delete(supervisor.folder);
  };

  const leave = (supervisor: Connected) => {
    forget(supervisor);
    supervisor.connection.disconnect();
  };

  // One at a time for a folder: a second sweep could take away what a supervisor that was started after the first has put there.
  const tidying = new Map<string, Promise<void>>();
  const tidy = (folder: string): Promise<void> => {
    let going = tidying.get(folder);
    if (!going) {
      going = endSupervisor(folder)
        .then(() => sweepDeadSupervisor(folder))
        .then(() => undefined)
        .finally(() => tidying.delete(folder));
      tidying.set(folder, going);
    }
    return going;
  };

  const settleGone = async (folder: string, attempts: ReadonlySet<string>) => {
    if (attempts.size === 0) return;
    await tidy(folder);
    options.onGone([...attempts]);
  };

  const open = async (folder: string, environment: Environment): Promise<Connected> => {
    for (let tries = 0; tries < 3; tries += 1) {
      const found = await connect(folder);
      if (found) return found;
      // One that is there and does not answer is ended: nothing that it runs may run on beside a new one.
      await tidy(folder);
      const armed = failpoint;
      failpoint = undefined;
      await startSupervisor(folder, environment, options.settings, armed);
    }
    throw new Error(`The supervisor of tasks in ${folder} cannot be reached (${unreachable}); see its supervisor.log.`);
  };

  return {
    async adopt() {
      const parent = join(options.root, 'supervisors');
      const found: { id: string; startedAt: number; supervisor: Supervisor }[] = [];
      for (const name of existsSync(parent) ? readdirSync(parent) : []) {
        const folder = join(parent, name);
        const supervisor = await connect(folder);
        if (supervisor) {
          connected.set(folder, Promise.resolve(supervisor));
          for (const live of supervisor.connection.hello.live) found.push({ ...live, supervisor });
        } else {
          await tidy(folder);
          if (!mayBeStarting(folder)) setAside(folder);
        }
      }
      return found;
    },
    ready: (environment) => [...everyone].find(({ folder }) => folder === folders.get(environment.folder)),
    of(environment) {
      const folder = folders.get(environment.folder) ?? supervisorFolder(options.root, environment, options.settings);
      folders.set(environment.folder, folder);
      let supervisor = connected.get(folder);
      if (!supervisor) {
        supervisor = open(folder, environment);
        connected.set(folder, supervisor);
        supervisor.catch(() => connected.delete(folder));
      }
      return supervisor;
    },
    async close(graceMs) {
      closing = true;
      await Promise.allSettled(connected.values());
      await Promise.all(
        [...everyone].map(async (supervisor) => {
          clearTimeout(supervisor.idle);
          supervisor.connection.send({ op: 'shutdown', graceMs });
          const ended = await Promise.race([supervisor.closed.then(() => true), sleep(graceMs + 4_000, false, { ref: false })]);
          if (!ended) await endSupervisor(supervisor.folder);
          await sweepDeadSupervisor(supervisor.folder);
        }),
      );
    },
  };
}

/** What its attempts have left in it may be a million files. */
function setAside(folder: string): void {
  const aside = folder.endsWith(REMOVING) ? folder : `${folder}-${randomUUID()}${REMOVING}`;
  if (aside !== folder) renameSync(folder, aside);
  void rm(aside, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
}

/** Kills a supervisor that cannot be talked to any more. Its children die with it. */
async function endSupervisor(folder: string): Promise<void> {
  const record = readSupervisor(folder);
  for (let round = 0; record && isSameProcess(record) && round < 100; round += 1) {
    try {
      process.kill(record.pid, 'SIGKILL');
    } catch {
      return;
    }
    await sleep(20);
  }
}
