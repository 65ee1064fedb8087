import { randomUUID } from 'node:crypto';
import type { Diagnosis } from '@millrace/api-contract';
import type { Database } from '@millrace/database';
import type { ObjectStore } from '@millrace/object-store';
import type { TaskLogs } from '@millrace/resources';
import type { RunController } from '@millrace/run-controller';
import type { ScheduleController } from '@millrace/schedule-controller';
import { createPipelineReader, type PipelineReader } from './pipelines/parse-aside.js';

export type Log = (level: 'info' | 'warn' | 'error', message: string, facts?: Readonly<Record<string, unknown>>) => void;

export interface ApiServerOptions {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  /** Where everything is served too, as `/pipeline`; the API answers without it as well. @default none */
  readonly basePath?: string;
  /** Names besides localhost that a Host or Origin header may carry: `name`, `name:port`, `.domain`, or `*` for any. @default none */
  readonly allowedHosts?: readonly string[];
  /** The address users see, when it is not the one listened on; its host is allowed. */
  readonly baseUrl?: string;
  /** Asked for as a bearer token or, in a browser, once as `?token=`. @default none: whoever reaches the port may use it */
  readonly token?: string;
  /** The exported pages. @default none: the API alone */
  readonly pagesFolder?: string;
  /** Shown to users; nothing is read there. */
  readonly dataFolder?: string;
  readonly version: string;
  /** @default '' */
  readonly commit?: string;
  readonly substrate: 'embedded' | 'kubernetes';
  readonly warnings?: readonly string[];
  /** Told of every request that was answered, by the route as it is written; not of streams, whose end says nothing. @default nothing */
  readonly observeRequest?: (request: { readonly method: string; readonly route: string; readonly status: number; readonly seconds: number }) => void;
  /** What is wrong with the install. @default nothing is looked at */
  readonly diagnose?: () => Promise<Diagnosis>;
  readonly multiUser: false;
  /** Bytes of an uploaded file and of a pipeline in a request. @default 32 MiB */
  readonly pipelineUploadLimit?: number;
  /** The bundled `pipelines/parse-worker.ts`, in which large pipelines are read. @default none: they are read while everybody waits */
  readonly parseWorker?: string;
  /** Owner of everything while there is one user; not shown by the API. @default 'kubeflow' */
  readonly namespace?: string;
  /** Of runs that name none. @default 'pipeline-runner' */
  readonly serviceAccount?: string;
  /** Of cron expressions that name none, as the schedule controller has it. @default 'UTC' */
  readonly timeZone?: string;
  readonly clock?: () => Date;
  readonly newId?: () => string;
  /** @default to the console, warnings and errors only */
  readonly log?: Log;
}

/** What the server is made of; it closes none of it. */
export interface ApiServerDeps {
  readonly database: Database;
  readonly runs: RunController;
  readonly schedules: ScheduleController;
  readonly logs: TaskLogs;
  readonly objects: ObjectStore;
  readonly options: ApiServerOptions;
}

type Defaulted = 'basePath' | 'allowedHosts' | 'commit' | 'warnings' | 'diagnose' | 'pipelineUploadLimit' | 'namespace' | 'serviceAccount' | 'timeZone' | 'clock' | 'newId' | 'log';

/** Options with every default filled in. */
export type Settings = ApiServerOptions & Required<Pick<ApiServerOptions, Defaulted>> & { readonly pipelines: PipelineReader };

const logToConsole: Log = (level, message, facts) => {
  if (level !== 'info') console[level](`millrace: ${message}`, facts ?? '');
};

/** Fills in defaults; the base path starts with a slash and does not end with one. */
export function completeOptions(options: ApiServerOptions): Settings {
  const basePath = (options.basePath ?? '').replace(/\/+$/, '');
  const pipelineUploadLimit = options.pipelineUploadLimit ?? 32 * 1024 * 1024;
  return {
    ...options,
    pipelines: createPipelineReader({ worker: options.parseWorker, maxBytes: pipelineUploadLimit }),
    basePath: basePath === '' || basePath.startsWith('/') ? basePath : `/${basePath}`,
    allowedHosts: options.allowedHosts ?? [],
    commit: options.commit ?? '',
    warnings: options.warnings ?? [],
    diagnose: options.diagnose ?? (async () => ({ examined_at: new Date().toISOString(), findings: [] })),
    pipelineUploadLimit,
    namespace: options.namespace ?? 'kubeflow',
    serviceAccount: options.serviceAccount ?? 'pipeline-runner',
    timeZone: options.timeZone ?? 'UTC',
    clock: options.clock ?? (() => new Date()),
    newId: options.newId ?? randomUUID,
    log: options.log ?? logToConsole,
  };
}
