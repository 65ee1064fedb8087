import { homedir } from 'node:os';
import { resolve } from 'node:path';
import type { Accelerators, ExecutorMode } from '@millrace/embedded-argo';
import { isTimeZone } from '@millrace/scheduling';
import { z } from 'zod';
import { parseFailpoint, type FailpointSetting } from './failpoint.js';

// As everywhere, a variable set to nothing is one that is not set.
const variable = z.string().transform((text) => text || undefined).optional();

/** The only place that reads the environment. */
const environment = z.object({
  MILLRACE_HOME: variable,
  MILLRACE_PORT: variable,
  MILLRACE_PYTHON: variable,
  MILLRACE_EXECUTOR: variable,
  MILLRACE_CONTAINER_ENGINE: variable,
  MILLRACE_ACCELERATORS: variable,
  MILLRACE_TIME_ZONE: variable,
  /** As KFP calls it. */
  CRON_SCHEDULE_TIMEZONE: variable,
  MILLRACE_TOKEN: z.string().optional(),
  MILLRACE_KEEP_ENVIRONMENTS: variable,
  MILLRACE_KEEP_RUNS: variable,
  MILLRACE_FAILPOINT: variable,
});

/** What the command line gives; a flag wins over its environment variable. */
export interface UpFlags {
  readonly port?: string;
  readonly dataDir?: string;
  readonly python?: string;
  readonly token?: string;
  readonly basePath?: string;
  readonly baseUrl?: string;
  readonly allowedHost?: readonly string[];
  readonly parallel?: string;
  readonly executor?: string;
  readonly containerEngine?: string;
  readonly accelerators?: string;
  readonly timeZone?: string;
  readonly keepEnvironments?: string;
  readonly keepRuns?: string;
  readonly cache: boolean;
  readonly sample: boolean;
  /** @default true */
  readonly gc?: boolean;
}

export interface UpSettings {
  /** 0: any free port. */
  readonly port: number;
  readonly dataFolder: string;
  readonly python?: string;
  readonly token?: string;
  readonly basePath: string;
  readonly baseUrl?: string;
  readonly allowedHosts: readonly string[];
  /** @default number of cores */
  readonly maxParallelTasks?: number;
  readonly executor: ExecutorMode;
  /** @default docker, then podman */
  readonly containerEngine?: string;
  /** What becomes of tasks that ask for accelerators which this machine has not. */
  readonly accelerators: Accelerators;
  /** Of cron schedules that name none. */
  readonly timeZone: string;
  readonly cacheEnabled: boolean;
  readonly loadSample: boolean;
  /** Whether what nothing refers to any more is removed by itself. */
  readonly collectsGarbage: boolean;
  /** Days after which a Python environment that nothing was run in is given up. */
  readonly environmentDays: number;
  /** Runs that ended longer ago are deleted. @default none is */
  readonly runDays?: number;
  /** For tests only: where to die; docs/durability.md lists the names. */
  readonly failpoint?: FailpointSetting;
}

export class SettingsError extends Error {}

function wholeNumber(text: string, { name, min, max }: { name: string; min: number; max: number }): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new SettingsError(`${name} must be a whole number from ${min} to ${max}, not "${text}".`);
  }
  return value;
}

const EXECUTORS: readonly ExecutorMode[] = ['auto', 'process', 'container'];

const ACCELERATORS: readonly Accelerators[] = ['required', 'optional'];

function oneOf<Choice extends string>(choices: readonly Choice[], text: string, name: string): Choice {
  const found = choices.find((choice) => choice === text);
  if (found === undefined) throw new SettingsError(`${name} must be ${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}, not "${text}".`);
  return found;
}

function readTimeZone({ timeZone }: UpFlags, variables: z.infer<typeof environment>): string {
  const [source, name] = Object.entries({ '--time-zone': timeZone, MILLRACE_TIME_ZONE: variables.MILLRACE_TIME_ZONE, CRON_SCHEDULE_TIMEZONE: variables.CRON_SCHEDULE_TIMEZONE }).find(([, given]) => given !== undefined) ?? [];
  if (name === undefined) return Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!isTimeZone(name)) throw new SettingsError(`${source} must be a time zone such as Asia/Shanghai or UTC, not "${name}".`);
  return name;
}

/** A number of days, from 1. */
export function readDays(text: string, name: string): number {
  return wholeNumber(text, { name, min: 1, max: 36_500 });
}

function readOptionalDays({ keepRuns }: UpFlags, { MILLRACE_KEEP_RUNS }: z.infer<typeof environment>): number | undefined {
  const text = keepRuns ?? MILLRACE_KEEP_RUNS;
  return text === undefined ? undefined : readDays(text, keepRuns === undefined ? 'MILLRACE_KEEP_RUNS' : '--keep-runs');
}

/** The data folder that a command is about, as an absolute path. */
export function readDataFolder(flags: { readonly dataDir?: string }, env: NodeJS.ProcessEnv): string {
  return resolve(flags.dataDir ?? environment.parse(env).MILLRACE_HOME ?? `${homedir()}/.millrace`);
}

/** Settings of `millrace up`. Throws SettingsError with one sentence that names the flag and what it takes. */
export function readUpSettings(flags: UpFlags, env: NodeJS.ProcessEnv): UpSettings {
  const variables = environment.parse(env);
  const port = flags.port ?? variables.MILLRACE_PORT ?? '7600';
  const basePath = (flags.basePath ?? '').replace(/\/+$/, '');
  if (basePath !== '' && !/^(\/[\w.~-]+)+$/.test(basePath)) {
    throw new SettingsError(`--base-path must look like /pipeline, not "${flags.basePath}".`);
  }
  if (flags.baseUrl !== undefined && !URL.canParse(flags.baseUrl)) {
    throw new SettingsError(`--base-url must be a URL such as https://hub.example.org/user/ann/proxy/7600, not "${flags.baseUrl}".`);
  }
  const token = flags.token ?? variables.MILLRACE_TOKEN;
  // A secret that could not be read must not open the server to everybody.
  if (token?.trim() === '') {
    throw new SettingsError(`${flags.token === undefined ? 'MILLRACE_TOKEN' : '--token'} is empty; give it a secret, or ${flags.token === undefined ? 'unset it' : 'leave it out'} to serve without a token.`);
  }
  const failpoint = variables.MILLRACE_FAILPOINT === undefined ? undefined : parseFailpoint(variables.MILLRACE_FAILPOINT);
  if (variables.MILLRACE_FAILPOINT !== undefined && failpoint === undefined) {
    throw new SettingsError(`MILLRACE_FAILPOINT must look like commit.before or commit.before:3, not "${variables.MILLRACE_FAILPOINT}"; unset it outside tests.`);
  }
  return {
    port: wholeNumber(port, { name: flags.port === undefined ? 'MILLRACE_PORT' : '--port', min: 0, max: 65_535 }),
    dataFolder: readDataFolder(flags, env),
    python: flags.python ?? variables.MILLRACE_PYTHON,
    token,
    basePath,
    baseUrl: flags.baseUrl,
    allowedHosts: flags.allowedHost ?? [],
    maxParallelTasks: flags.parallel === undefined ? undefined : wholeNumber(flags.parallel, { name: '--parallel', min: 1, max: 1024 }),
    executor: oneOf(EXECUTORS, flags.executor ?? variables.MILLRACE_EXECUTOR ?? 'auto', flags.executor === undefined ? 'MILLRACE_EXECUTOR' : '--executor'),
    containerEngine: flags.containerEngine ?? variables.MILLRACE_CONTAINER_ENGINE,
    accelerators: oneOf(ACCELERATORS, flags.accelerators ?? variables.MILLRACE_ACCELERATORS ?? 'required', flags.accelerators === undefined ? 'MILLRACE_ACCELERATORS' : '--accelerators'),
    timeZone: readTimeZone(flags, variables),
    cacheEnabled: flags.cache,
    loadSample: flags.sample,
    collectsGarbage: flags.gc !== false,
    environmentDays: readDays(flags.keepEnvironments ?? variables.MILLRACE_KEEP_ENVIRONMENTS ?? '30', flags.keepEnvironments === undefined ? 'MILLRACE_KEEP_ENVIRONMENTS' : '--keep-environments'),
    runDays: readOptionalDays(flags, variables),
    failpoint,
  };
}
