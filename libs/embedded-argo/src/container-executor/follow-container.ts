import { setTimeout as sleep } from 'node:timers/promises';
import type { LogRecorder } from '../attempts/log-recorder.js';
import { EngineUnreachable, type ContainerState, type EngineClient } from './engine-client.js';

const RETRY_MS = 500;
const LONGEST_RETRY_MS = 10_000;

interface Watching {
  readonly client: EngineClient;
  /** Aborted when nobody watches any more. */
  readonly signal: AbortSignal;
  readonly onProgress: (message: string) => void;
}

/** Writes down what the container says until it is over. Undefined when it is gone; rejects as soon as nobody watches any more. */
export async function followContainer(name: string, log: LogRecorder, watching: Watching): Promise<ContainerState | undefined> {
  const { client, signal, onProgress } = watching;
  for (let retryMs = RETRY_MS; ; retryMs = Math.min(LONGEST_RETRY_MS, retryMs * 2)) {
    await readLogs(name, log, watching, { follow: true });
    signal.throwIfAborted();
    const states = await client.inspect([name]).catch((error: unknown) => {
      if (!(error instanceof EngineUnreachable)) throw error;
      onProgress(`waiting for ${client.engine.kind}: ${error.message}`);
      return undefined;
    });
    if (states !== undefined && states[0]?.running !== true) {
      // Following may stop short of the last lines.
      if (states.length > 0) await readLogs(name, log, watching, { follow: false });
      signal.throwIfAborted();
      return states[0];
    }
    await sleep(retryMs, undefined, { signal });
  }
}

/** The engine tells all from the beginning; what is written down already is passed over. */
async function readLogs(name: string, log: LogRecorder, { client, signal }: Watching, { follow }: { follow: boolean }): Promise<void> {
  const skip = { stdout: log.bytesOf('stdout'), stderr: log.bytesOf('stderr') };
  await client.logs(name, {
    follow,
    signal,
    onData: (stream, data) => {
      const passed = Math.min(skip[stream], data.length);
      skip[stream] -= passed;
      if (passed < data.length) log.append(stream, data.subarray(passed));
    },
  });
}
