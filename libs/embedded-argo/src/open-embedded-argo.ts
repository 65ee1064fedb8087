import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { ResourceStore } from '@millrace/resources';
import { systemClock, type Clock } from './clock.js';
import { ArgoEngine } from './engine/argo-engine.js';
import { newCounters, type EngineCounters } from './engine/counters.js';
import type { AttemptListener, Executor } from './executor.js';
import { ArgoDatabase, explainDamage } from './store/argo-database.js';
import { EmbeddedResourceStore } from './store/embedded-resource-store.js';
import { lockFolder } from './store/folder-lock.js';

export interface EmbeddedArgoOptions {
  /** Holds the database and the pods' folders; made with mode 0700 when missing. One owner at a time. */
  readonly folder: string;
  /** Makes the executor that runs attempts and reports to the listener. Embedded Argo closes it. */
  readonly executor: (listener: AttemptListener) => Executor | Promise<Executor>;
  /** At most this many attempts at once, over all workflows. @default the number of cores */
  readonly maxParallelTasks?: number;
  /** @default the system's */
  readonly clock?: Clock;
  /** Runs a tick of the engine soon, never at once. @default setImmediate */
  readonly schedule?: (tick: () => void) => void;
  /** How much one Workflow may do in a tick before others have their turn. @default 400 */
  readonly visitsPerTick?: number;
  /** @default random UUIDs */
  readonly newUid?: () => string;
  /** Told of faults that no caller can be told of; must not throw. @default console.error */
  readonly onError?: (error: unknown) => void;
  /** Called by name around every write, for tests that end the process there. @default nothing */
  readonly failpoint?: (name: string) => void;
}

export interface EmbeddedArgo {
  readonly store: ResourceStore;
  /** How much work was done so far. */
  readonly counters: Readonly<EngineCounters>;
  /** Stops everything, attempts included, and gives up the folder. What was running goes on with the next `open`. Idempotent. */
  close(): Promise<void>;
}

/**
 * Opens the embedded store and starts to reconcile its Workflows. FAILED_PRECONDITION when another owner has the folder.
 * Objects, once created, survive the death of the process; only a power loss may cost the last second.
 */
export async function openEmbeddedArgo(options: EmbeddedArgoOptions): Promise<EmbeddedArgo> {
  const { folder, maxParallelTasks = availableParallelism(), clock = systemClock, onError = (error) => console.error(error) } = options;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const lock = lockFolder(folder);
  const counters = newCounters();
  let database: ArgoDatabase | undefined;
  try {
    database = new ArgoDatabase(folder);
    const engine: ArgoEngine = new ArgoEngine({
      database,
      folder,
      clock,
      schedule: options.schedule ?? ((tick) => void setImmediate(tick)),
      maxParallelTasks: Math.max(1, maxParallelTasks),
      visitsPerTick: Math.max(1, options.visitsPerTick ?? 400),
      counters,
      onCommitted: (live, changed) => store.committed(live, changed),
      onTick: () => store.flush(),
      onError,
      failpoint: options.failpoint,
    });
    const store: EmbeddedResourceStore = new EmbeddedResourceStore({ database, engine, newUid: options.newUid, onError, failpoint: options.failpoint });
    engine.attach(await options.executor(engine));
    store.start();
    let closing: Promise<void> | undefined;
    const close = async (): Promise<void> => {
      store.close();
      await engine.close();
      database?.close();
      lock.release();
    };
    return { store, counters, close: () => (closing ??= close()) };
  } catch (error) {
    database?.close();
    lock.release();
    throw explainDamage(error, folder);
  }
}
