import { openAttemptBench, type Bench, type BenchOptions } from '../../attempts/testing/attempt-bench.js';
import type { ContainerExecutor } from '../container-executor.js';
import { createContainerExecutor, type ContainerExecutorOptions } from '../create-container-executor.js';
import { TEST_IMAGE, type TestEngine } from './test-engine.js';

/** A real executor of containers in a folder of its own, and what it reported. */
export type ContainerBench = Bench<ContainerExecutor>;

export function openContainerBench(engine: TestEngine, { keep, folder, ...options }: Partial<ContainerExecutorOptions> & BenchOptions = {}): Promise<ContainerBench> {
  const make = (at: string, listener: ContainerExecutorOptions['listener']) =>
    createContainerExecutor({ ...engine, log: { info: () => undefined, warn: () => undefined }, graceMs: 1_000, ...options, folder: at, listener });
  return openAttemptBench(make, { keep, folder, image: TEST_IMAGE });
}
