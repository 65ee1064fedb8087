import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { NodeStatus, Workflow } from '@millrace/argo';
import { isWorkflowCompleted } from '@millrace/argo';
import type { Resource } from '@millrace/resources';
import type { AttemptListener, AttemptSpec } from '../executor.js';
import { openEmbeddedArgo, type EmbeddedArgo, type EmbeddedArgoOptions } from '../open-embedded-argo.js';
import { hostPathOf } from '../pod/volume-mounts.js';
import { FakeExecutor, type FakeExecutorOptions } from './fake-executor.js';
import { ManualClock } from './manual-clock.js';

export interface ScriptedArgoOptions extends FakeExecutorOptions {
  /** @default a new temporary one, removed at `close` */
  readonly folder?: string;
  /** @default 100 */
  readonly maxParallelTasks?: number;
  readonly schedule?: EmbeddedArgoOptions['schedule'];
  readonly clock?: ManualClock;
  readonly visitsPerTick?: number;
  /** @default 0 */
  readonly runningNewsMs?: number;
  /** Stands between the attempts and the engine. @default nothing does */
  readonly wrap?: (listener: AttemptListener) => AttemptListener;
}

/** Embedded Argo over a FakeExecutor, with words for tests. */
export interface ScriptedArgo extends EmbeddedArgo {
  readonly folder: string;
  readonly executor: FakeExecutor;
  readonly clock: ManualClock;
  /** Faults the engine reported; `close` throws those that a test leaves here. */
  readonly errors: unknown[];
  /** Creates a Workflow in namespace `ns`. */
  submit(workflow: Workflow): Promise<void>;
  read(name?: string): Promise<Resource<Workflow>>;
  /** Waits until the Workflow has completed. */
  finished(name?: string): Promise<Resource<Workflow>>;
  /** Waits until nothing moves any more. */
  settled(): Promise<void>;
  /** Nodes of a Workflow by display name. */
  nodes(name?: string): Promise<Record<string, NodeStatus>>;
  /** Answers the running gate of this display name. */
  answer(displayName: string, outputs: Readonly<Record<string, string>>, phase?: string): Promise<void>;
}

export async function openScriptedArgo(options: ScriptedArgoOptions = {}): Promise<ScriptedArgo> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'millrace-argo-'));
  const clock = options.clock ?? new ManualClock();
  const errors: unknown[] = [];
  let executor!: FakeExecutor;
  const argo = await openEmbeddedArgo({
    folder,
    clock,
    schedule: options.schedule,
    visitsPerTick: options.visitsPerTick,
    runningNewsMs: options.runningNewsMs ?? 0,
    maxParallelTasks: options.maxParallelTasks ?? 100,
    onError: (error) => errors.push(error),
    executor: (listener) => (executor = new FakeExecutor(options.wrap?.(listener) ?? listener, { now: () => clock.now(), writeFile: writeTaskFile, ...options })),
  });
  const read = async (name = 'wf'): Promise<Resource<Workflow>> => {
    const object = await argo.store.get('Workflow', { namespace: 'ns', name });
    if (object === undefined) throw new Error(`no workflow "${name}"`);
    return object;
  };
  const settled = async (): Promise<void> => {
    for (let quiet = 0, ticks = -1; quiet < 4; ) {
      await new Promise((resolve) => setImmediate(resolve));
      quiet = argo.counters.ticks === ticks && argo.counters.movingFiles === 0 ? quiet + 1 : 0;
      ticks = argo.counters.ticks;
    }
  };
  return {
    ...argo,
    folder,
    executor,
    clock,
    errors,
    read,
    settled,
    async submit(workflow) {
      await argo.store.create('Workflow', workflow);
    },
    async finished(name) {
      // Files are moved at the speed of the disk.
      for (let turn = 0; turn < 20_000; turn += argo.counters.movingFiles > 0 ? 0 : 1) {
        const object = await read(name);
        if (isWorkflowCompleted(object.status?.phase)) return object;
        await new Promise((resolve) => setImmediate(resolve));
      }
      throw new Error(`workflow does not end: ${JSON.stringify((await read(name)).status, undefined, 1)}; errors: ${errors.map(String).join('; ')}`);
    },
    async nodes(name) {
      const nodes = Object.values((await read(name)).status?.nodes ?? {});
      return Object.fromEntries(nodes.map((node) => [node.displayName!, node]));
    },
    async answer(displayName, outputs, phase = 'Succeeded') {
      const object = await read();
      const gate = Object.values(object.status!.nodes!).find((node) => node.displayName === displayName)!;
      const parameters = Object.entries(outputs).map(([name, value]) => ({ name, value }));
      await argo.store.patch('Workflow', { namespace: 'ns', name: 'wf' }, {
        metadata: { resourceVersion: object.metadata.resourceVersion },
        status: { nodes: { [gate.id]: { phase, message: 'answered', outputs: { parameters } } } },
      });
    },
    async close() {
      await argo.close();
      if (errors.length > 0) throw new AggregateError(errors, `the engine reported ${errors.map(String).join('; ')}`);
      if (options.folder === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}

function writeTaskFile(spec: AttemptSpec, path: string, text: string): void {
  const file = hostPathOf(path, spec.mounts);
  // What no mount holds goes with the pod; on this machine it would be somebody's file.
  if (file === undefined) return;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
