import { isPipelineError } from '@millrace/errors';
import type { z } from 'zod';
import { Checks } from './checks.js';
import { clusterSettings, type ClusterSettings } from './cluster-settings.js';
import { createLog, type Log } from './log.js';
import { createMetrics, type Metrics } from './metrics.js';
import { serveProbes, type Report } from './probe-server.js';
import { readSettings } from './read-settings.js';

export interface ServiceOptions<Shape extends z.ZodRawShape> {
  readonly name: string;
  /** What it takes from the environment, beside what every service takes. */
  readonly settings: Shape;
  /** How long after SIGTERM work is still taken: as long as others take to notice. @default 0 */
  readonly drainMs?: (settings: z.output<z.ZodObject<Shape>>) => number;
}

/** After so long the process ends whatever is still going on; Kubernetes would kill it after 30 s. */
const GRACE_MS = 22_000;

/** What a service gets while it starts and runs. */
export interface ServiceContext {
  readonly log: Log;
  readonly live: Checks;
  readonly ready: Checks;
  readonly metrics: Metrics;
  /** Something that is told as JSON beside the probes, made when it is asked for. */
  report(path: string, make: Report): void;
  /** Aborted when the process is asked to end. */
  readonly signal: AbortSignal;
  /** Called at the end, last one first. */
  onClose(close: () => Promise<void> | void): void;
}

/**
 * Runs a service until SIGTERM or SIGINT. Probes answer from the first moment: not ready until `start` is done, and not ready as soon as the
 * end is asked for. What cannot be mended ends the process with one line and exit code 1.
 */
export async function runService<Shape extends z.ZodRawShape>(options: ServiceOptions<Shape>, start: (settings: ClusterSettings & z.output<z.ZodObject<Shape>>, context: ServiceContext) => Promise<void>): Promise<never> {
  const { name } = options;
  const settings = readOrExit({ ...clusterSettings, ...options.settings }) as ClusterSettings & z.output<z.ZodObject<Shape>>;
  const drainMs = options.drainMs?.(settings) ?? 0;
  const log = createLog({ service: name, level: settings.MILLRACE_LOG_LEVEL });
  const live = new Checks();
  const ready = new Checks();
  const metrics = createMetrics();
  const reports = new Map<string, Report>();
  const ending = new AbortController();
  const closers: (() => Promise<void> | void)[] = [];
  let state: 'starting' | 'running' | 'ending' = 'starting';
  ready.set('service', () => (state === 'running' ? undefined : state === 'starting' ? 'it is starting' : 'it is ending'));
  live.set('process', () => undefined);

  const asked = new Promise<string>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve(signal));
  });
  void asked.then(() => {
    state = 'ending';
    ending.abort();
    setTimeout(() => {
      log('error', 'the end took too long; what is still going on is left');
      process.exit(1);
    }, drainMs + GRACE_MS).unref();
  });

  const end = (error: unknown): void => {
    log('error', 'unexpected error', { error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    process.exit(1);
  };
  process.on('unhandledRejection', (error) => {
    // The database's driver says to nobody that it gave up a new connection in the background; its pool makes another.
    if (isLostConnection(error)) log('warn', 'a connection to the database was lost', { error: String(error) });
    else end(error);
  });
  process.on('uncaughtException', end);

  let exitCode = 0;
  try {
    const probes = await serveProbes({ host: settings.MILLRACE_PROBE_HOST ?? '0.0.0.0', port: settings.MILLRACE_PROBE_PORT, live, ready, metrics: metrics.registry, reports });
    closers.push(() => probes.close());
    log('info', 'starting', { probes: probes.port });
    await start(settings, { log, live, ready, signal: ending.signal, onClose: (close) => closers.push(close), report: (path, make) => void reports.set(path, make), metrics });
    if (state === 'starting') state = 'running';
    log('info', 'ready');
    const signal = await asked;
    log('info', 'ending', { signal });
    await new Promise((resolve) => setTimeout(resolve, drainMs));
  } catch (error) {
    if (!ending.signal.aborted) {
      exitCode = 1;
      log('error', isPipelineError(error) ? error.message : 'unexpected error', isPipelineError(error) ? {} : { error: (error as Error).stack ?? String(error) });
    }
  }
  for (const close of closers.toReversed()) {
    try {
      await close();
    } catch (error) {
      log('error', 'while ending', { error: String(error) });
    }
  }
  process.exit(exitCode);
}

/** SQL's class of connection exceptions. */
function isLostConnection(error: unknown): boolean {
  return String((error as { readonly sqlState?: unknown } | undefined)?.sqlState ?? '').startsWith('08');
}

/** Settings that cannot be used are said in one line; nothing has begun yet. */
export function readOrExit<Shape extends z.ZodRawShape>(shape: Shape, others: readonly string[] = []): z.output<z.ZodObject<Shape>> {
  try {
    return readSettings(shape, process.env, others);
  } catch (error) {
    console.error(`millrace: ${(error as Error).message}`);
    process.exit(1);
  }
}
